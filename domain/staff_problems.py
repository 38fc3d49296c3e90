"""Refusals of staff operations, and of those on sessions, authenticator apps and service tokens."""

from domain.problems import Problem


class UserNotFound(Problem):
    """There is no such user."""

    code = "user_not_found"
    persian = "کاربر پیدا نشد."
    english = "User not found."


class CategoryNotFound(Problem):
    """There is no such category."""

    code = "category_not_found"
    persian = "دسته پیدا نشد."
    english = "Category not found."


class ServiceNotFound(Problem):
    """There is no such service."""

    code = "service_not_found"
    persian = "سرویس پیدا نشد."
    english = "Service not found."


class ProviderNotFound(Problem):
    """There is no such provider."""

    code = "provider_not_found"
    persian = "تأمین‌کننده پیدا نشد."
    english = "Provider not found."


class WheelGiftNotFound(Problem):
    """There is no such prize on the wheel."""

    code = "wheel_gift_not_found"
    persian = "هدیه پیدا نشد."
    english = "Prize not found."


class ProviderCatalogueUnreadable(Problem):
    """The provider returned no catalogue or an empty one; nothing was changed."""

    code = "provider_catalogue_unreadable"
    persian = "فهرست سرویس‌های تأمین‌کننده خوانده نشد و چیزی تغییر نکرد."
    english = "The provider's catalogue could not be read. Nothing was changed."


class OrderNotChangeable(Problem):
    """The order's current status does not allow this change, or it is being sent to the provider."""

    code = "order_not_changeable"
    persian = "وضعیت سفارش اجازه این کار را نمی‌دهد."
    english = "The order's status does not allow this."


class OrderMayBeAtProvider(Problem):
    """The provider may have the order; check its panel and confirm that it does not before resending."""

    code = "order_may_be_at_provider"
    persian = "ممکن است این سفارش نزد تأمین‌کننده ثبت شده باشد. ابتدا پنل تأمین‌کننده را بررسی کنید."
    english = "The provider may already have this order. Check its panel first."


class RefillNotFound(Problem):
    """There is no such refill."""

    code = "refill_not_found"
    persian = "درخواست جبران ریزش پیدا نشد."
    english = "Refill not found."


class RefillNotHeld(Problem):
    """The refill is not on hold for staff, or its order has another open refill."""

    code = "refill_not_held"
    persian = "این جبران ریزش در انتظار بررسی نیست."
    english = "This refill is not awaiting review."


class PaymentNotMismatched(Problem):
    """The payment is not awaiting review, or another staff member has already settled it."""

    code = "payment_not_mismatched"
    persian = "این پرداخت در انتظار بررسی نیست."
    english = "This payment is not awaiting review."


class FreshCodeRequired(Problem):
    """The session was not confirmed with a code in the last five minutes; see `confirmIdentity`."""

    code = "fresh_code_required"
    persian = "برای این کار باید هویت خود را دوباره با کد تأیید کنید."
    english = "Confirm your identity with a new code to continue."


class TotpCodeRequired(Problem):
    """The login code is correct, but an authenticator code is required too; neither was used up."""

    code = "totp_code_required"
    persian = "کد برنامه احراز هویت را هم وارد کنید."
    english = "Enter the code from your authenticator app as well."


class WrongTotpCode(Problem):
    """The authenticator code is wrong or was already used."""

    code = "wrong_totp_code"
    persian = "کد برنامه احراز هویت نادرست است یا قبلاً استفاده شده است."
    english = "The authenticator code is incorrect or was already used."


class TotpNotStarted(Problem):
    """No TOTP secret is awaiting its first code."""

    code = "totp_not_started"
    persian = "ابتدا فعال‌سازی برنامه احراز هویت را شروع کنید."
    english = "Start setting up an authenticator app first."


class SessionNotFound(Problem):
    """The user has no such session, or it has already ended."""

    code = "session_not_found"
    persian = "نشست پیدا نشد."
    english = "Session not found."


class ServiceTokenNotFound(Problem):
    """There is no such service token, or it was revoked."""

    code = "service_token_not_found"
    persian = "توکن پیدا نشد."
    english = "Service token not found."
