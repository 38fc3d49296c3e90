"""Parameters and responses of each route of `rest_compat.routes.LEGACY_ROUTES`."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from gateways.payments.registry import GATEWAYS
from resolvers import free_credit, gifts, login, orders, payments, profile, tickets, wheel
from rest_compat.catalogue import CATEGORY_COLUMNS, SERVICE_COLUMNS
from rest_compat.openapi.schemas import (
    INTEGER,
    TEXT,
    TOMAN,
    UNIX,
    Schema,
    build_list,
    build_object,
    build_reference,
)
from rest_compat.order_params import FORM
from rest_compat.stats import LIMITS


@dataclass(frozen=True, kw_only=True)
class Description:
    """One route. `operation` declares its problems; `fields` are in the query string or the body."""

    summary: str
    answer: Schema | None
    """The body of HTTP 200; None if success is a redirect or a page."""
    operation: Callable[..., object] | None = None
    fields: Mapping[str, Schema] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    example: Mapping[str, str | int] = field(default_factory=dict)
    """A request that succeeds with the demo data if possible."""
    takes_key: bool = False
    redirects: bool = False
    shows_page: bool = False


def _success(status: int = 200, **keys: Schema) -> Schema:
    return build_object({"status": {"const": status}, **keys})


def _message(sentence: str, status: int = 200, **keys: Schema) -> Schema:
    return _success(status, message={"const": sentence}, **keys)


def _text(meaning: str) -> Schema:
    return {**TEXT, "description": meaning}


def _number(meaning: str) -> Schema:
    return {**INTEGER, "description": f"{meaning}; digits as text count as well"}


def _ordering(columns: Mapping[str, object]) -> Schema:
    names = [name for column in columns for name in (column, f"-{column}")]
    return {"type": "string", "enum": names, "description": "the column to sort by; - for descending"}


_MOBILE = "09011235566"
_LINK = "https://www.instagram.com/p/CA2"
_USERNAME = _text("an e-mail address or a mobile")


def _build_callback_fields() -> Iterator[tuple[str, Schema]]:
    for callback in dict.fromkeys(kind.callback for kind in GATEWAYS):
        names = " or ".join(kind.name for kind in GATEWAYS if kind.callback == callback)
        yield callback.authority, _text(f"the payment's token at {names}")
        yield callback.status, _text(f"`{callback.success}`, or the payer canceled")


DESCRIPTIONS: Mapping[tuple[str, str], Description] = {
    ("POST", "/v1/login"): Description(
        summary="Send a login code by SMS",
        answer=_message("کد تایید ارسال شد", 201, expires_at=UNIX),
        operation=login.request_login_code,
        fields={"username": _USERNAME},
        required=("username",),
        example={"username": _MOBILE},
    ),
    ("POST", "/v1/login/verify"): Description(
        summary="Exchange a login code for a token",
        answer=_success(access_token=TEXT, token_type={"const": "Bearer"}, expires_at=UNIX),
        operation=login.verify_login_code,
        fields={"username": _USERNAME, "code": _text("the six digits of the SMS")},
        required=("username", "code"),
        example={"username": _MOBILE, "code": "123456"},
    ),
    ("GET", "/v1/logout"): Description(summary="Revoke the token", answer=_message("با موفقیت خارج شدید")),
    ("GET", "/v1/user"): Description(
        summary="The user's profile", answer=_success(user=build_reference("User"))
    ),
    ("POST", "/v1/user"): Description(
        summary="Change the user's profile",
        answer=_success(user=build_reference("User")),
        operation=profile.update_profile,
        fields={
            "first_name": TEXT,
            "last_name": TEXT,
            "email": TEXT,
            "password": TEXT,
            "mobile": _text("verified by the next login with it"),
        },
        example={"first_name": "Ehsan", "last_name": "Noureddini", "email": "ehsan@example.com"},
    ),
    ("GET", "/v1/user/notifications"): Description(
        summary="The user's notifications",
        answer=_success(notifications=build_list(build_reference("Notification"))),
    ),
    ("GET", "/v1/user/notifications/unread"): Description(
        summary="The user's unread notifications",
        answer=_success(notifications=build_list(build_reference("UnreadNotification"))),
    ),
    ("POST", "/v1/user/notifications"): Description(
        summary="Mark all notifications as read", answer=_message("اطلاع رسانی ها با موفقیت پاک شدند")
    ),
    ("GET", "/v1/user/tickets"): Description(
        summary="The user's tickets", answer=_success(tickets=build_list(build_reference("Ticket")))
    ),
    ("POST", "/v1/user/tickets"): Description(
        summary="Open a ticket",
        answer=_success(201, ticket=build_reference("NewTicket")),
        operation=tickets.create_ticket,
        fields={"subject": TEXT, "description": TEXT},
        required=("subject", "description"),
        example={"subject": "test", "description": "test description"},
    ),
    ("GET", "/v1/user/tickets/{id}"): Description(
        summary="A ticket with its messages",
        answer=_success(ticket=build_reference("TicketWithMessages")),
        operation=tickets.get_ticket,
        example={"id": 19},
    ),
    ("POST", "/v1/user/tickets/{id}"): Description(
        summary="Reply to a ticket",
        answer=_success(201, ticket_message=build_reference("NewTicketMessage")),
        operation=tickets.reply_to_ticket,
        fields={"message": TEXT},
        required=("message",),
        example={"id": 19, "message": "test"},
    ),
    ("POST", "/v1/user/payment"): Description(
        summary="Start a payment at the gateway",
        answer=None,
        operation=payments.start_payment,
        fields={"amount": {**TOMAN, "minimum": 1}},
        required=("amount",),
        example={"amount": 25_000},
        takes_key=True,
        redirects=True,
    ),
    ("GET", "/v1/user/payment/test"): Description(
        summary="Start a test payment, in the sandbox only", answer=None, redirects=True
    ),
    ("GET", "/v1/user/payment/verify"): Description(
        summary="The payer's return from the gateway",
        answer=None,
        fields=dict(_build_callback_fields()),
        example={"Authority": "S000000000000000000000000000000000001", "Status": "OK"},
        shows_page=True,
    ),
    ("GET", "/v1/stats/top_users"): Description(
        summary="The most active users",
        answer=_success(users=build_list(build_reference("TopUser"))),
        fields={
            "limit": {**INTEGER, "minimum": LIMITS.start, "maximum": LIMITS.stop - 1},
            "offset": {**UNIX, "minimum": 0},
        },
        example={"limit": 10},
    ),
    ("GET", "/v1/stats/top_services"): Description(
        summary="The most popular services",
        answer=_success(services=build_list(build_reference("TopService"))),
    ),
    ("GET", "/v1/services"): Description(
        summary="Services",
        answer=_success(services=build_list(build_reference("Service"))),
        fields={
            "cate_id": _number("the category"),
            "status": {"type": "integer", "enum": [0, 1], "default": 1},
            "order_by": _ordering(SERVICE_COLUMNS),
        },
        example={"cate_id": 136},
    ),
    ("GET", "/v1/categories"): Description(
        summary="Categories",
        answer=_success(categories=build_list(build_reference("Category"))),
        fields={"order_by": _ordering(CATEGORY_COLUMNS)},
    ),
    ("GET", "/v1/user/freecredit"): Description(
        summary="Claim a free credit",
        answer=_success(201, amount=TOMAN),
        operation=free_credit.claim_free_credit,
    ),
    ("GET", "/v1/order"): Description(
        summary="The user's orders", answer=_success(orders=build_list(build_reference("Order")))
    ),
    ("POST", "/v1/order"): Description(
        summary="Place an order",
        answer=_message("Order placed successfully", 201, order=build_reference("NewOrder")),
        operation=orders.create_order,
        fields={name: _number(text) if type_ is int else _text(text) for name, (type_, text) in FORM.items()},
        required=("service_id", "category_id"),
        example={"service_id": 1816, "category_id": 50, "quantity": 100, "link": _LINK},
        takes_key=True,
    ),
    ("GET", "/v1/order/{id}"): Description(
        summary="An order", answer=build_reference("Order"), operation=orders.get_order, example={"id": 1528}
    ),
    ("GET", "/v1/user/wof"): Description(
        summary="Spin the wheel of fortune",
        answer=_success(user_gift=build_reference("WonGift")),
        operation=wheel.spin_wheel,
    ),
    ("GET", "/v1/user/gifts"): Description(
        summary="The user's gifts", answer=_success(gifts=build_list(build_reference("Gift")))
    ),
    ("POST", "/v1/user/gifts"): Description(
        summary="Use the oldest unused gift of a kind",
        answer=_success(201, order=build_reference("NewGiftOrder")),
        operation=gifts.use_oldest_gift,
        fields={"gift_id": _number("the `id` under `gift` in the list"), "link": TEXT},
        required=("gift_id", "link"),
        example={"gift_id": 1, "link": _LINK},
        takes_key=True,
    ),
}
"""By method and path below /api."""
