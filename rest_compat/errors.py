"""Error responses for the legacy app."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request

from domain import idempotency_keys, problem_messages
from domain.problems import (
    AmountOutOfRange,
    DuplicateOrder,
    EmailTaken,
    Forbidden,
    FreeCreditsUsedUp,
    FreeCreditTooSoon,
    GiftNotFound,
    GiftSpent,
    IdempotencyKeyInProgress,
    IdempotencyKeyReused,
    InsufficientBalance,
    InvalidInput,
    InvalidLink,
    MalformedUsername,
    MobileTaken,
    NoGiftToWin,
    OrderNotFound,
    PaymentGatewayUnavailable,
    PaymentNotFound,
    Problem,
    QuantityOutOfRange,
    QuotaReached,
    ServiceUnavailable,
    TicketNotFound,
    TooManyCodes,
    UnknownUser,
    WheelTooSoon,
    WheelUsedUp,
    WrongLoginCode,
)
from domain.staff_problems import FreshCodeRequired
from web.failures import Failure
from web.responses import NoStoreJSONResponse

_EVERY_ROUTE = ""


@dataclass(frozen=True)
class LegacyError:
    """A refusal: its status in the body, with HTTP 200 wherever the reference documents it.

    `message` may contain names of the problem's values in braces.
    """

    status: int
    message: str
    http_status: int = 200


_ORDER_ERROR = LegacyError(400, "خطا")
_AMOUNT_TOO_SMALL = LegacyError(400, "مبلغ وارد شده از حداقل مبلغ قابل پرداخت کمتر است")
_AMOUNT_TOO_LARGE = LegacyError(400, "مبلغ وارد شده از حداکثر مبلغ قابل پرداخت بیشتر است")
"""For a payment above the maximum; the reference only documents payments that are too small."""
MALFORMED_KEY = LegacyError(400, "کلید تکرارناپذیری باید ۱ تا ۲۵۵ نویسهٔ قابل دیدن باشد", http_status=400)
"""For a malformed Idempotency-Key on every route that accepts one; the reference does not have the header."""
_GIFT_SPENT = LegacyError(400, "هدیه شما استفاده یا منقضی شده است")

LEGACY_ERRORS: dict[tuple[type[Problem], str], LegacyError] = {
    (MalformedUsername, _EVERY_ROUTE): LegacyError(400, "فرمت پارامتر مورد نظر اشتباه است"),
    (TooManyCodes, _EVERY_ROUTE): LegacyError(429, "محدودیت ارسال درخواست"),
    (QuotaReached, _EVERY_ROUTE): LegacyError(
        429, "تعداد درخواست‌های شما بیش از حد مجاز است؛ کمی بعد دوباره تلاش کنید", http_status=429
    ),
    (UnknownUser, _EVERY_ROUTE): LegacyError(404, "کاربر شناسایی نشد"),
    (WrongLoginCode, _EVERY_ROUTE): LegacyError(401, "توکن اشتباه یا منقضی شده است"),
    (MobileTaken, _EVERY_ROUTE): LegacyError(400, "فرمت پارامتر اشتباه است"),
    # A staff member's mobile, which an app token cannot change.
    (FreshCodeRequired, _EVERY_ROUTE): LegacyError(400, "فرمت پارامتر اشتباه است"),
    (EmailTaken, _EVERY_ROUTE): LegacyError(400, "فرمت پارامتر اشتباه است"),
    # The reference has no 404 for tickets, so an unknown one cannot be distinguished from another user's.
    (TicketNotFound, _EVERY_ROUTE): LegacyError(403, "منع دسترسی"),
    (OrderNotFound, _EVERY_ROUTE): LegacyError(404, "سفارش مورد نظر یافت نشد"),
    (Forbidden, _EVERY_ROUTE): LegacyError(403, "منع دسترسی"),
    (InvalidInput, _EVERY_ROUTE): LegacyError(400, "فرمت پارامتر اشتباه است"),
    (InvalidInput, "/v1/login"): LegacyError(400, "فرمت پارامتر مورد نظر اشتباه است"),
    (InvalidInput, "/v1/login/verify"): LegacyError(400, "فرمت پارامتر مورد نظر اشتباه است"),
    (InvalidInput, "/v1/user/tickets"): LegacyError(400, "پارامتر های وارد شده اشتباه هستند"),
    (InvalidInput, "/v1/user/tickets/{id}"): LegacyError(400, "پارامتر های وارد شده اشتباه هستند"),
    (InvalidInput, "/v1/order"): _ORDER_ERROR,
    (ServiceUnavailable, _EVERY_ROUTE): _ORDER_ERROR,
    (InvalidLink, _EVERY_ROUTE): _ORDER_ERROR,
    (QuantityOutOfRange, _EVERY_ROUTE): _ORDER_ERROR,
    (InsufficientBalance, _EVERY_ROUTE): _ORDER_ERROR,
    (DuplicateOrder, _EVERY_ROUTE): _ORDER_ERROR,
    # Not in the reference: RFC 9110 and the IETF draft of the header apply here.
    (IdempotencyKeyReused, _EVERY_ROUTE): LegacyError(
        422, "این کلید برای درخواست دیگری استفاده شده است", http_status=422
    ),
    (IdempotencyKeyInProgress, _EVERY_ROUTE): LegacyError(
        409, "درخواست قبلی با این کلید هنوز در حال انجام است", http_status=409
    ),
    (AmountOutOfRange, _EVERY_ROUTE): _AMOUNT_TOO_SMALL,
    (InvalidInput, "/v1/user/payment"): _AMOUNT_TOO_SMALL,
    (PaymentGatewayUnavailable, _EVERY_ROUTE): LegacyError(503, "درگاه پرداخت در دسترس نیست"),
    (PaymentNotFound, _EVERY_ROUTE): LegacyError(404, "پرداخت مورد نظر یافت نشد"),
    (FreeCreditTooSoon, _EVERY_ROUTE): LegacyError(
        429, "شما تا {retry_after} ثانیه دیگر قادر به ارسال درخواست خواهید بود"
    ),
    (FreeCreditsUsedUp, _EVERY_ROUTE): LegacyError(429, "به محدودیت درخواست ماهانه رسیده اید"),
    (WheelTooSoon, _EVERY_ROUTE): LegacyError(429, "شما در هر {days} روز می توانید یک هدیه دریافت کنید."),
    (WheelUsedUp, _EVERY_ROUTE): LegacyError(429, "شما به حداکثر تعداد جایزه، در ماه رسیده اید"),
    (NoGiftToWin, _EVERY_ROUTE): LegacyError(404, "در حال حاضر هدیه ای وجود ندارد"),
    (InvalidInput, "/v1/user/gifts"): LegacyError(400, "لطفا شناسه هدیه را به درستی وارد کنید"),
    (InvalidLink, "/v1/user/gifts"): LegacyError(400, "لطفا لینک را به درستی وارد کنید"),
    (GiftSpent, _EVERY_ROUTE): _GIFT_SPENT,
    # The gift exists but cannot be used; the reference documents nothing closer.
    (ServiceUnavailable, "/v1/user/gifts"): _GIFT_SPENT,
    (GiftNotFound, _EVERY_ROUTE): LegacyError(404, "شما چنین هدیه ای دریافت نکرده اید"),
}
"""The answer to each problem that the operations declare; a row with a path applies to that route only.

A test fails while a declared problem has no row.
"""


def get_error(kind: type[Problem], path: str) -> LegacyError:
    """The response of the route with this path to problems of a class."""
    return LEGACY_ERRORS.get((kind, path)) or LEGACY_ERRORS[kind, _EVERY_ROUTE]


def get_errors(kind: type[Problem], path: str) -> list[LegacyError]:
    """All responses of the route with this path to problems of a class."""
    default = get_error(kind, path)
    return [default, _AMOUNT_TOO_LARGE] if kind is AmountOutOfRange else [default]


def build_error_response(problem: Problem, path: str) -> NoStoreJSONResponse:
    """The documented response to `problem` on the route with this path."""
    is_key_error = isinstance(problem, InvalidInput) and problem.field == idempotency_keys.FIELD
    error = MALFORMED_KEY if is_key_error else get_error(type(problem), path)
    if isinstance(problem, AmountOutOfRange) and problem.amount > problem.max:
        error = _AMOUNT_TOO_LARGE
    message = problem_messages.fill_in(error.message, problem)
    return NoStoreJSONResponse({"status": error.status, "message": message}, status_code=error.http_status)


def unauthenticated() -> NoStoreJSONResponse:
    """A missing, invalid, expired or revoked token."""
    return NoStoreJSONResponse({"message": "Unauthenticated."}, status_code=401)


def method_not_allowed(method: str, allowed: Sequence[str]) -> NoStoreJSONResponse:
    """The path exists, but not with this method."""
    methods = ", ".join(allowed)
    message = f"The {method} method is not supported for this route. Supported methods: {methods}."
    return NoStoreJSONResponse({"message": message}, status_code=405, headers={"allow": methods})


def failed(failure: Failure) -> NoStoreJSONResponse:
    """An outage of the database, or an internal error."""
    return NoStoreJSONResponse(
        {"message": failure.phrase}, status_code=failure.status, headers=failure.headers
    )


def disconnected() -> NoStoreJSONResponse:
    """The client disconnected during its request; nobody receives this."""
    return NoStoreJSONResponse({"message": ""}, status_code=400)


# Starlette runs handlers that are not coroutines in a thread.
async def not_found(_request: Request, _error: Exception) -> NoStoreJSONResponse:
    """Starlette's handler for a path without a route."""
    return NoStoreJSONResponse({"message": ""}, status_code=404)


async def http_error(_request: Request, error: Exception) -> NoStoreJSONResponse:
    """Starlette's handler for errors outside the routes, such as a body over the limit."""
    if not isinstance(error, HTTPException):
        raise error
    return NoStoreJSONResponse(
        {"message": error.detail}, status_code=error.status_code, headers=error.headers
    )
