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
    """The value of one field is not acceptable; `field` is its GraphQL name."""

    code = ProblemCode.INVALID_INPUT
    field: str


@dataclass(kw_only=True, eq=False)
class MalformedUsername(Problem):
    """The username is neither an e-mail address nor an Iranian mobile number."""

    code = ProblemCode.MALFORMED_USERNAME


@dataclass(kw_only=True, eq=False)
class UnknownUser(Problem):
    """The username is well formed but could never log in."""

    code = ProblemCode.UNKNOWN_USER


@dataclass(kw_only=True, eq=False)
class WrongLoginCode(Problem):
    """The code is wrong, used, void or expired."""

    code = ProblemCode.WRONG_LOGIN_CODE


@dataclass(kw_only=True, eq=False)
class TooManyCodes(Problem):
    """A limit on sending login codes is reached; `retry_after` is an upper bound of the wait."""

    code = ProblemCode.TOO_MANY_CODES
    retry_after: timedelta


@dataclass(kw_only=True, eq=False)
class QuotaReached(Problem):
    """The user has caused as much work of this kind as is allowed; `retry_after` is an upper bound."""

    code = ProblemCode.QUOTA_REACHED
    retry_after: timedelta


@dataclass(kw_only=True, eq=False)
class MobileTaken(Problem):
    """Another user has verified this mobile number."""

    code = ProblemCode.MOBILE_TAKEN


@dataclass(kw_only=True, eq=False)
class EmailTaken(Problem):
    """Another user has this e-mail address."""

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
    """The record is another user's, or the act is not for users of this role."""

    code = ProblemCode.FORBIDDEN


@dataclass(kw_only=True, eq=False)
class ServiceUnavailable(Problem):
    """The service is unknown, switched off, or not of the category that was named."""

    code = ProblemCode.SERVICE_UNAVAILABLE


@dataclass(kw_only=True, eq=False)
class InvalidLink(Problem):
    """The link is neither an http(s) address nor a page's name, or over 2,000 characters."""

    code = ProblemCode.INVALID_LINK


@dataclass(kw_only=True, eq=False)
class QuantityOutOfRange(Problem):
    """A run is below the service's `min`, or the total above its `max`, in units."""

    code = ProblemCode.QUANTITY_OUT_OF_RANGE
    min: int
    max: int


@dataclass(kw_only=True, eq=False)
class InsufficientBalance(Problem):
    """The wallet's `balance` is below the `charge` of the order, both in Toman."""

    code = ProblemCode.INSUFFICIENT_BALANCE
    balance: Toman
    charge: Toman


@dataclass(kw_only=True, eq=False)
class DuplicateOrder(Problem):
    """The user has an order of this service for this link that is not finished."""

    code = ProblemCode.DUPLICATE_ORDER


@dataclass(kw_only=True, eq=False)
class IdempotencyKeyReused(Problem):
    """The key was used for another act, or with other arguments, in the last 24 hours."""

    code = ProblemCode.IDEMPOTENCY_KEY_REUSED


@dataclass(kw_only=True, eq=False)
class IdempotencyKeyInProgress(Problem):
    """The first request with this key is not finished; ask again in a moment."""

    code = ProblemCode.IDEMPOTENCY_KEY_IN_PROGRESS


@dataclass(kw_only=True, eq=False)
class AmountOutOfRange(Problem):
    """The amount is not within what one payment may be, `min` to `max` Toman."""

    code = ProblemCode.AMOUNT_OUT_OF_RANGE
    amount: Toman
    min: Toman
    max: Toman


@dataclass(kw_only=True, eq=False)
class PaymentGatewayUnavailable(Problem):
    """The payment gateway did not open a payment; nothing was paid."""

    code = ProblemCode.PAYMENT_GATEWAY_UNAVAILABLE


@dataclass(kw_only=True, eq=False)
class PaymentNotFound(Problem):
    """There is no such payment."""

    code = ProblemCode.PAYMENT_NOT_FOUND


@dataclass(kw_only=True, eq=False)
class FreeCreditTooSoon(Problem):
    """The last free credit is too fresh; `retry_after` is the time that is left."""

    code = ProblemCode.FREE_CREDIT_TOO_SOON
    retry_after: timedelta


@dataclass(kw_only=True, eq=False)
class FreeCreditsUsedUp(Problem):
    """The user got as many free credits as 30 days allow."""

    code = ProblemCode.FREE_CREDITS_USED_UP


@dataclass(kw_only=True, eq=False)
class WheelTooSoon(Problem):
    """The wheel turns once in `days` days for each user."""

    code = ProblemCode.WHEEL_TOO_SOON
    days: int


@dataclass(kw_only=True, eq=False)
class WheelUsedUp(Problem):
    """The user won as many gifts as 30 days allow."""

    code = ProblemCode.WHEEL_USED_UP


@dataclass(kw_only=True, eq=False)
class NoGiftToWin(Problem):
    """The wheel holds no gift at present."""

    code = ProblemCode.NO_GIFT_TO_WIN


@dataclass(kw_only=True, eq=False)
class GiftNotFound(Problem):
    """The user won no such gift."""

    code = ProblemCode.GIFT_NOT_FOUND


@dataclass(kw_only=True, eq=False)
class GiftSpent(Problem):
    """The gift was used, or has expired."""

    code = ProblemCode.GIFT_SPENT


@dataclass(kw_only=True, eq=False)
class OrderNotCancelable(Problem):
    """The order is over or on its way, its service cannot be canceled, or that was asked for already."""

    code = ProblemCode.ORDER_NOT_CANCELABLE


@dataclass(kw_only=True, eq=False)
class RefillUnavailable(Problem):
    """The order is not delivered, its service has no refill, or the last refill is open or too fresh."""

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
