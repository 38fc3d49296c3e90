"""The refusals that callers should expect (problems, in the term of RFC 9457).

A problem is a fact with its values and a stable code. It has no HTTP status and no message: each API formats
it for its own clients.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, TypeVar

from domain.money import Toman
from domain.problem_codes import ProblemCode

Operation = TypeVar("Operation", bound=Callable[..., object])


@dataclass(kw_only=True, eq=False)
class Problem(Exception):
    """An expected refusal. Not frozen: Python writes the traceback into a raised exception."""

    code: ClassVar[ProblemCode]


@dataclass(kw_only=True, eq=False)
class InvalidInput(Problem):
    """A value is not valid; `field` is the GraphQL name of its field."""

    code = ProblemCode.INVALID_INPUT
    field: str


@dataclass(kw_only=True, eq=False)
class MalformedUsername(Problem):
    """The username is neither an email address nor an Iranian mobile number."""

    code = ProblemCode.MALFORMED_USERNAME


@dataclass(kw_only=True, eq=False)
class UnknownUser(Problem):
    """The username is well formed but cannot log in."""

    code = ProblemCode.UNKNOWN_USER


@dataclass(kw_only=True, eq=False)
class WrongLoginCode(Problem):
    """The code is wrong, already used, invalidated or expired."""

    code = ProblemCode.WRONG_LOGIN_CODE


@dataclass(kw_only=True, eq=False)
class TooManyCodes(Problem):
    """A limit on sending login codes was reached; `retry_after` is an upper bound."""

    code = ProblemCode.TOO_MANY_CODES
    retry_after: timedelta


@dataclass(kw_only=True, eq=False)
class QuotaReached(Problem):
    """The user has reached the limit for requests of this kind; `retry_after` is an upper bound."""

    code = ProblemCode.QUOTA_REACHED
    retry_after: timedelta


@dataclass(kw_only=True, eq=False)
class MobileTaken(Problem):
    """Another user has verified this mobile number."""

    code = ProblemCode.MOBILE_TAKEN


@dataclass(kw_only=True, eq=False)
class EmailTaken(Problem):
    """Another user has this email address."""

    code = ProblemCode.EMAIL_TAKEN


@dataclass(kw_only=True, eq=False)
class TicketNotFound(Problem):
    """There is no such ticket."""

    code = ProblemCode.TICKET_NOT_FOUND


@dataclass(kw_only=True, eq=False)
class OrderNotFound(Problem):
    """There is no such order."""

    code = ProblemCode.ORDER_NOT_FOUND


@dataclass(kw_only=True, eq=False)
class Forbidden(Problem):
    """The record belongs to another user, or the user's role does not allow this action."""

    code = ProblemCode.FORBIDDEN


@dataclass(kw_only=True, eq=False)
class ServiceUnavailable(Problem):
    """The service is unknown, off sale, or not in the requested category."""

    code = ProblemCode.SERVICE_UNAVAILABLE


@dataclass(kw_only=True, eq=False)
class InvalidLink(Problem):
    """The link is neither an http(s) URL nor a username, or exceeds 2,000 characters."""

    code = ProblemCode.INVALID_LINK


@dataclass(kw_only=True, eq=False)
class QuantityOutOfRange(Problem):
    """A run is below the service's `min` or the total is above its `max`, in units."""

    code = ProblemCode.QUANTITY_OUT_OF_RANGE
    min: int
    max: int


@dataclass(kw_only=True, eq=False)
class InsufficientBalance(Problem):
    """The wallet's `balance` is below the order's `charge`, both in Toman."""

    code = ProblemCode.INSUFFICIENT_BALANCE
    balance: Toman
    charge: Toman


@dataclass(kw_only=True, eq=False)
class DuplicateOrder(Problem):
    """The user has an unfinished order of this service for this link."""

    code = ProblemCode.DUPLICATE_ORDER


@dataclass(kw_only=True, eq=False)
class IdempotencyKeyReused(Problem):
    """In the last 24 hours the key was used for another operation or with other arguments."""

    code = ProblemCode.IDEMPOTENCY_KEY_REUSED


@dataclass(kw_only=True, eq=False)
class IdempotencyKeyInProgress(Problem):
    """The first request with this key is still running; retry in a moment."""

    code = ProblemCode.IDEMPOTENCY_KEY_IN_PROGRESS


@dataclass(kw_only=True, eq=False)
class AmountOutOfRange(Problem):
    """The amount of a payment is outside `min` to `max` Toman."""

    code = ProblemCode.AMOUNT_OUT_OF_RANGE
    amount: Toman
    min: Toman
    max: Toman


@dataclass(kw_only=True, eq=False)
class PaymentGatewayUnavailable(Problem):
    """The payment gateway could not start the payment; nothing was paid."""

    code = ProblemCode.PAYMENT_GATEWAY_UNAVAILABLE


@dataclass(kw_only=True, eq=False)
class PaymentNotFound(Problem):
    """There is no such payment."""

    code = ProblemCode.PAYMENT_NOT_FOUND


@dataclass(kw_only=True, eq=False)
class FreeCreditTooSoon(Problem):
    """The last free credit is too recent; `retry_after` is the remaining time."""

    code = ProblemCode.FREE_CREDIT_TOO_SOON
    retry_after: timedelta


@dataclass(kw_only=True, eq=False)
class FreeCreditsUsedUp(Problem):
    """The user has reached the limit of free credits for 30 days."""

    code = ProblemCode.FREE_CREDITS_USED_UP


@dataclass(kw_only=True, eq=False)
class WheelTooSoon(Problem):
    """Each user can spin the wheel once every `days` days."""

    code = ProblemCode.WHEEL_TOO_SOON
    days: int


@dataclass(kw_only=True, eq=False)
class WheelUsedUp(Problem):
    """The user has reached the limit of gifts for 30 days."""

    code = ProblemCode.WHEEL_USED_UP


@dataclass(kw_only=True, eq=False)
class NoGiftToWin(Problem):
    """The wheel currently has no prizes."""

    code = ProblemCode.NO_GIFT_TO_WIN


@dataclass(kw_only=True, eq=False)
class GiftNotFound(Problem):
    """The user has no such gift."""

    code = ProblemCode.GIFT_NOT_FOUND


@dataclass(kw_only=True, eq=False)
class GiftSpent(Problem):
    """The gift was already used or has expired."""

    code = ProblemCode.GIFT_SPENT


@dataclass(kw_only=True, eq=False)
class OrderNotCancelable(Problem):
    """The order is finished, being sent or already being canceled, or its service cannot be canceled."""

    code = ProblemCode.ORDER_NOT_CANCELABLE


@dataclass(kw_only=True, eq=False)
class RefillUnavailable(Problem):
    """The order is not completed, its service has no refill, or the last refill is open or too recent."""

    code = ProblemCode.REFILL_UNAVAILABLE


def declares_problems(*problems: type[Problem]) -> Callable[[Operation], Operation]:
    """Declare which problems an operation raises; the APIs build their unions and tables from it."""

    def declare(operation: Operation) -> Operation:
        operation.__dict__["problems"] = problems
        return operation

    return declare


def get_declared_problems(operation: Callable[..., object]) -> tuple[type[Problem], ...]:
    """The problems declared for `operation` by `declares_problems`."""
    declared: tuple[type[Problem], ...] = operation.__dict__.get("problems", ())
    return declared
