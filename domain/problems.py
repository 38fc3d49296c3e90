"""The refusals that callers should expect (problems, in the term of RFC 9457).

A problem is a fact with its values, a stable code and a sentence in each language. It has no HTTP status: the
legacy REST API and the panel API map it to their own statuses and wordings.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, TypeVar

from domain.money import Toman

Operation = TypeVar("Operation", bound=Callable[..., object])


@dataclass(kw_only=True, eq=False)
class Problem(Exception):
    """An expected refusal; a dataclass if it has values.

    Clients branch on `code`, so it never changes. The sentences are formatted by `domain.problem_messages`
    and may contain names of the problem's values in braces. Not frozen: Python writes the traceback into a
    raised exception.
    """

    code: ClassVar[str]
    persian: ClassVar[str]
    english: ClassVar[str]


@dataclass(kw_only=True, eq=False)
class InvalidInput(Problem):
    """A value is not valid; `field` is the GraphQL name of its field."""

    code = "invalid_input"
    persian = "مقدار واردشده معتبر نیست."
    english = "A value is not valid."

    field: str


class MalformedUsername(Problem):
    """The username is neither an email address nor an Iranian mobile number."""

    code = "malformed_username"
    persian = "شماره موبایل یا ایمیل را به‌درستی وارد کنید."
    english = "Enter an email address or an Iranian mobile number."


class UnknownUser(Problem):
    """The username is well formed but cannot log in."""

    code = "unknown_user"
    persian = "کاربری با این مشخصات پیدا نشد."
    english = "There is no account with this username."


class WrongLoginCode(Problem):
    """The code is wrong, already used, invalidated or expired."""

    code = "wrong_login_code"
    persian = "کد واردشده نادرست یا منقضی شده است."
    english = "The code is incorrect or has expired."


@dataclass(kw_only=True, eq=False)
class QuotaReached(Problem):
    """The user has reached the limit for requests of this kind; `retry_after` is an upper bound."""

    code = "quota_reached"
    persian = "تعداد درخواست‌های شما بیش از حد مجاز است. کمی بعد دوباره تلاش کنید."
    english = "You have made too many requests. Try again later."

    retry_after: timedelta


@dataclass(kw_only=True, eq=False)
class TooManyCodes(Problem):
    """A limit on sending login codes was reached; `retry_after` is an upper bound."""

    code = "too_many_codes"
    persian = "تعداد درخواست‌های کد بیش از حد مجاز است. کمی بعد دوباره تلاش کنید."
    english = "Too many codes were requested. Try again later."

    retry_after: timedelta


class MobileTaken(Problem):
    """Another user has verified this mobile number."""

    code = "mobile_taken"
    persian = "این شماره موبایل قبلاً ثبت شده است."
    english = "This mobile number is already in use."


class EmailTaken(Problem):
    """Another user has this email address."""

    code = "email_taken"
    persian = "این ایمیل قبلاً ثبت شده است."
    english = "This email address is already in use."


class TicketNotFound(Problem):
    """There is no such ticket."""

    code = "ticket_not_found"
    persian = "تیکت پیدا نشد."
    english = "Ticket not found."


class OrderNotFound(Problem):
    """There is no such order."""

    code = "order_not_found"
    persian = "سفارش پیدا نشد."
    english = "Order not found."


class Forbidden(Problem):
    """The record belongs to another user, or the user's role does not allow this action."""

    code = "forbidden"
    persian = "شما اجازه دسترسی ندارید."
    english = "You do not have access."


class ServiceUnavailable(Problem):
    """The service is unknown, off sale, or not in the requested category."""

    code = "service_unavailable"
    persian = "این سرویس در حال حاضر در دسترس نیست."
    english = "This service is not available."


class InvalidLink(Problem):
    """The link is neither an http(s) URL nor a username, or exceeds 2,000 characters."""

    code = "invalid_link"
    persian = "لینک باید با http:// یا https:// شروع شود یا نام کاربری صفحه باشد."
    english = "The link must start with http:// or https://, or be a username."


@dataclass(kw_only=True, eq=False)
class QuantityOutOfRange(Problem):
    """A run is below the service's `min` or the total is above its `max`, in units."""

    code = "quantity_out_of_range"
    persian = "تعداد باید بین {min} و {max} باشد."
    english = "The quantity must be between {min} and {max}."

    min: int
    max: int


@dataclass(kw_only=True, eq=False)
class InsufficientBalance(Problem):
    """The wallet's `balance` is below the order's `charge`, both in Toman."""

    code = "insufficient_balance"
    persian = "موجودی شما کافی نیست. موجودی: {balance} تومان، هزینه سفارش: {charge} تومان."
    english = "Your balance is too low. Balance: {balance} Toman; order total: {charge} Toman."

    balance: Toman
    charge: Toman


class DuplicateOrder(Problem):
    """The user has an unfinished order of this service for this link."""

    code = "duplicate_order"
    persian = "سفارش قبلی شما برای این لینک هنوز تمام نشده است."
    english = "You already have an unfinished order of this service for this link."


class IdempotencyKeyReused(Problem):
    """In the last 24 hours the key was used for another operation or with other arguments."""

    code = "idempotency_key_reused"
    persian = "این کلید برای درخواست دیگری استفاده شده است."
    english = "This idempotency key was already used for another request."


class IdempotencyKeyInProgress(Problem):
    """The first request with this key is still running; retry in a moment."""

    code = "idempotency_key_in_progress"
    persian = "درخواست قبلی با این کلید هنوز در حال انجام است. کمی بعد دوباره تلاش کنید."
    english = "The first request with this idempotency key is still running. Try again in a moment."


@dataclass(kw_only=True, eq=False)
class AmountOutOfRange(Problem):
    """The amount of a payment is outside `min` to `max` Toman."""

    code = "amount_out_of_range"
    persian = "مبلغ باید بین {min} و {max} تومان باشد."
    english = "The amount must be between {min} and {max} Toman."

    amount: Toman
    min: Toman
    max: Toman


class PaymentGatewayUnavailable(Problem):
    """The payment gateway could not start the payment; nothing was paid."""

    code = "payment_gateway_unavailable"
    persian = "درگاه پرداخت در دسترس نیست. کمی بعد دوباره تلاش کنید."
    english = "The payment gateway is unavailable. Try again later."


class PaymentNotFound(Problem):
    """There is no such payment."""

    code = "payment_not_found"
    persian = "پرداخت پیدا نشد."
    english = "Payment not found."


@dataclass(kw_only=True, eq=False)
class FreeCreditTooSoon(Problem):
    """The last free credit is too recent; `retry_after` is the remaining time."""

    code = "free_credit_too_soon"
    persian = "{retry_after} ثانیه دیگر می‌توانید دوباره اعتبار رایگان بگیرید."
    english = "You can claim your next free credit in {retry_after} seconds."

    retry_after: timedelta


class FreeCreditsUsedUp(Problem):
    """The user has reached the limit of free credits for 30 days."""

    code = "free_credits_used_up"
    persian = "سقف اعتبار رایگان شما در ۳۰ روز گذشته پر شده است."
    english = "You have reached the limit of free credits for the last 30 days."


@dataclass(kw_only=True, eq=False)
class WheelTooSoon(Problem):
    """Each user can spin the wheel once every `days` days."""

    code = "wheel_too_soon"
    persian = "هر {days} روز یک بار می‌توانید گردونه را بچرخانید."
    english = "You can spin the wheel once every {days} days."

    days: int


class WheelUsedUp(Problem):
    """The user has reached the limit of gifts for 30 days."""

    code = "wheel_used_up"
    persian = "سقف هدیه‌های شما در ۳۰ روز گذشته پر شده است."
    english = "You have reached the limit of gifts for the last 30 days."


class NoGiftToWin(Problem):
    """The wheel currently has no prizes."""

    code = "no_gift_to_win"
    persian = "در حال حاضر هدیه‌ای در گردونه نیست."
    english = "There are no gifts to win at the moment."


class GiftNotFound(Problem):
    """The user has no such gift."""

    code = "gift_not_found"
    persian = "چنین هدیه‌ای ندارید."
    english = "You do not have this gift."


class GiftSpent(Problem):
    """The gift was already used or has expired."""

    code = "gift_spent"
    persian = "هدیه شما استفاده شده یا منقضی شده است."
    english = "Your gift was already used or has expired."


class OrderNotCancelable(Problem):
    """The order is finished, being sent or already being canceled, or its service cannot be canceled."""

    code = "order_not_cancelable"
    persian = "این سفارش قابل لغو نیست."
    english = "This order cannot be canceled."


@dataclass(kw_only=True, eq=False)
class RefillUnavailable(Problem):
    """The order is not completed, its service has no refill, or the last refill is open or too recent."""

    code = "refill_unavailable"
    persian = "جبران ریزش برای این سفارش ممکن نیست."
    english = "This order cannot be refilled at the moment."


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
