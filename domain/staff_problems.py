"""Refusals of staff operations, and of those on sessions, authenticator apps and service tokens."""

from dataclasses import dataclass

from domain.problem_codes import ProblemCode
from domain.problems import Problem


@dataclass(kw_only=True, eq=False)
class UserNotFound(Problem):
    """There is no such user."""

    code = ProblemCode.USER_NOT_FOUND


@dataclass(kw_only=True, eq=False)
class CategoryNotFound(Problem):
    """There is no such category."""

    code = ProblemCode.CATEGORY_NOT_FOUND


@dataclass(kw_only=True, eq=False)
class ServiceNotFound(Problem):
    """There is no such service."""

    code = ProblemCode.SERVICE_NOT_FOUND


@dataclass(kw_only=True, eq=False)
class ProviderNotFound(Problem):
    """There is no such provider."""

    code = ProblemCode.PROVIDER_NOT_FOUND


@dataclass(kw_only=True, eq=False)
class WheelGiftNotFound(Problem):
    """There is no such prize on the wheel."""

    code = ProblemCode.WHEEL_GIFT_NOT_FOUND


@dataclass(kw_only=True, eq=False)
class ProviderCatalogueUnreadable(Problem):
    """The provider returned no catalogue or an empty one; nothing was changed."""

    code = ProblemCode.PROVIDER_CATALOGUE_UNREADABLE


@dataclass(kw_only=True, eq=False)
class OrderNotChangeable(Problem):
    """The order's current status does not allow this change, or it is being sent to the provider."""

    code = ProblemCode.ORDER_NOT_CHANGEABLE


@dataclass(kw_only=True, eq=False)
class OrderMayBeAtProvider(Problem):
    """The provider may have the order; check its panel and confirm that it does not before resending."""

    code = ProblemCode.ORDER_MAY_BE_AT_PROVIDER


@dataclass(kw_only=True, eq=False)
class RefillNotFound(Problem):
    """There is no such refill."""

    code = ProblemCode.REFILL_NOT_FOUND


@dataclass(kw_only=True, eq=False)
class RefillNotHeld(Problem):
    """The refill is not on hold for staff, or its order has another open refill."""

    code = ProblemCode.REFILL_NOT_HELD


@dataclass(kw_only=True, eq=False)
class PaymentNotMismatched(Problem):
    """The payment is not awaiting review, or another staff member has already settled it."""

    code = ProblemCode.PAYMENT_NOT_MISMATCHED


@dataclass(kw_only=True, eq=False)
class FreshCodeRequired(Problem):
    """The session was not confirmed with a code in the last five minutes; see `confirmIdentity`."""

    code = ProblemCode.FRESH_CODE_REQUIRED


@dataclass(kw_only=True, eq=False)
class TotpCodeRequired(Problem):
    """The login code is correct, but an authenticator code is required too; neither was used up."""

    code = ProblemCode.TOTP_CODE_REQUIRED


@dataclass(kw_only=True, eq=False)
class WrongTotpCode(Problem):
    """The authenticator code is wrong or was already used."""

    code = ProblemCode.WRONG_TOTP_CODE


@dataclass(kw_only=True, eq=False)
class TotpNotStarted(Problem):
    """No TOTP secret is awaiting its first code."""

    code = ProblemCode.TOTP_NOT_STARTED


@dataclass(kw_only=True, eq=False)
class SessionNotFound(Problem):
    """The user has no such session, or it has already ended."""

    code = ProblemCode.SESSION_NOT_FOUND


@dataclass(kw_only=True, eq=False)
class ServiceTokenNotFound(Problem):
    """There is no such service token, or it was revoked."""

    code = ProblemCode.SERVICE_TOKEN_NOT_FOUND
