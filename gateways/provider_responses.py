"""Parsing of responses of the common panel API v2.

The protocol has no specification; panels derive from PerfectPanel and SmartPanel and differ in small ways.
This module accepts the formats shown by their API pages and sources, and nothing else.

Every function raises the same three errors:
    GatewayRateLimited: HTTP 429, or an `error` that says "Too many requests".
    GatewayRejected: HTTP 2xx or 4xx with an object whose `error` is a text. Its code is the HTTP status.
    GatewayInvalidResponse: any other response without the expected content; always for HTTP 3xx and 5xx.
"""

from collections.abc import Sequence

from domain.enums import RefillStatus, RefusalKind
from domain.order_status import OrderStatus, SubscriptionStatus
from domain.service_types import ServiceType
from gateways import lenient_json, provider_error_kinds
from gateways.errors import GatewayInvalidResponse, GatewayRateLimited, GatewayRejected
from gateways.http import JsonResponse
from gateways.lenient_json import get_member
from gateways.provider_error_formats import FAILURES, find_failure, has_order_id
from gateways.provider_results import (
    ProviderBalance,
    ProviderCancellations,
    ProviderCatalogue,
    ProviderOrderState,
    ProviderRefill,
    ProviderService,
    ProviderStatuses,
)

_MAX_ID_LENGTH = 64
_MAX_ERROR_LENGTH = 500
_MAX_AMOUNT_LENGTH = 40
_MAX_CURRENCY_LENGTH = 8
_MAX_WORD_LENGTH = 64
_TOO_MANY_REQUESTS = 429
_ACCEPTED = ("success", "ok", "canceled", "cancelled", "true")
_DENIALS = ("0", "false", "no", *FAILURES)
_STATE_KEYS = ("charge", "start_count", "remains", "currency")

_SERVICE_TYPES = {lenient_json.normalize_word(kind): kind for kind in ServiceType}
_ORDER_STATUSES = {
    "pending": OrderStatus.PENDING,
    "processing": OrderStatus.PROCESSING,
    "inprogress": OrderStatus.INPROGRESS,
    # SmartPanel's status of a running drip-feed or subscription.
    "active": OrderStatus.INPROGRESS,
    "waiting": OrderStatus.PENDING,
    "queued": OrderStatus.PENDING,
    "completed": OrderStatus.COMPLETED,
    "complete": OrderStatus.COMPLETED,
    "success": OrderStatus.COMPLETED,
    "done": OrderStatus.COMPLETED,
    "finished": OrderStatus.COMPLETED,
    "partial": OrderStatus.PARTIAL,
    "partiallycompleted": OrderStatus.PARTIAL,
    "partialcompleted": OrderStatus.PARTIAL,
    "canceled": OrderStatus.CANCELED,
    "cancelled": OrderStatus.CANCELED,
    "cancel": OrderStatus.CANCELED,
    "rejected": OrderStatus.CANCELED,
    # Panels with this status do not deliver and keep no money; our own `error` means that an order was
    # refused.
    "fail": OrderStatus.CANCELED,
    "failed": OrderStatus.CANCELED,
    "error": OrderStatus.CANCELED,
    "refunded": OrderStatus.REFUNDED,
    "refund": OrderStatus.REFUNDED,
}
_SUBSCRIPTION_STATUSES = {
    **{lenient_json.normalize_word(parse_status): parse_status for parse_status in SubscriptionStatus},
    "cancelled": SubscriptionStatus.CANCELED,
}
_REFILL_STATUSES = {
    **{
        lenient_json.normalize_word(status): status
        for status in RefillStatus
        if status is not RefillStatus.AWAITING
    },
    "processing": RefillStatus.INPROGRESS,
    "waiting": RefillStatus.PENDING,
    "success": RefillStatus.COMPLETED,
    "complete": RefillStatus.COMPLETED,
    "done": RefillStatus.COMPLETED,
    "finished": RefillStatus.COMPLETED,
    # Keys of a panel's translation file that was never filled in.
    "tasksstatuscompleted": RefillStatus.COMPLETED,
    "tasksstatuspending": RefillStatus.PENDING,
    "tasksstatusinprogress": RefillStatus.INPROGRESS,
    "tasksstatusrejected": RefillStatus.REJECTED,
    "tasksstatuscanceled": RefillStatus.REJECTED,
    "tasksstatuserror": RefillStatus.REJECTED,
    "canceled": RefillStatus.REJECTED,
    "cancelled": RefillStatus.REJECTED,
    "cancel": RefillStatus.REJECTED,
    "reject": RefillStatus.REJECTED,
    "error": RefillStatus.REJECTED,
    "fail": RefillStatus.REJECTED,
    "failed": RefillStatus.REJECTED,
}


def parse_order_id(response: JsonResponse) -> str:
    """The number of a new order, from {"order": 23501} or {"status": "success", "order": "23501"}.

    A refusal with an order number, an order whose `status` is a failure, and an implausible number are
    invalid: they leave it uncertain whether an order exists.
    """
    body = response.body
    is_failure = response.http_status == _TOO_MANY_REQUESTS or find_failure(body, is_status_outcome=True)
    if is_failure and has_order_id(body):
        raise _build_invalid(response, "an order as well as a failure")
    number = lenient_json.to_reference(get_member(_check_success(response, is_status_outcome=True), "order"))
    if number is None:
        raise _build_invalid(response, "no order's number")
    return number


def parse_catalogue(response: JsonResponse) -> ProviderCatalogue:
    """A list of services; rows without a usable id, name or rate are skipped and counted."""
    rows = _check_success(response)
    if not isinstance(rows, list):
        raise _build_invalid(response, "no list of services")
    services = tuple(service for service in map(_parse_service, rows) if service is not None)
    return ProviderCatalogue(services=services, skipped=len(rows) - len(services))


def parse_statuses(response: JsonResponse, order_ids: Sequence[str]) -> ProviderStatuses:
    """States by order: an object keyed by order number, a list of rows, or a single order's state.

    An order's refusal is {"error": "…"} or, with SmartPanel 3, a plain string. At least one of the requested
    orders must be present; others are ignored.
    """
    states: dict[str, ProviderOrderState] = {}
    errors: dict[str, str] = {}
    for number, entry in _group_by_order(response, order_ids, row_key="status").items():
        error_text = _to_error_text(entry) if isinstance(entry, str) else _get_request_failure(entry)
        if error_text:
            errors[number] = error_text
        elif isinstance(entry, dict):
            states[number] = _parse_state(entry)
    if not states and not errors:
        raise _build_invalid(response, "nothing about the orders")
    return ProviderStatuses(states=states, errors=errors)


def status(response: JsonResponse, order_id: str) -> ProviderOrderState:
    """The state of the one requested order, by itself or in any of the formats of `parse_statuses`."""
    found = parse_statuses(response, [order_id])
    if order_id in found.errors:
        raise GatewayRejected(response.http_status, found.errors[order_id])
    return found.states[order_id]


def parse_cancellation(response: JsonResponse, order_id: str) -> None:
    """The result of a cancellation request for one order: accepted, or GatewayRejected.

    Besides the formats of `parse_cancellations` panels return {"success": true}, {"success": "Cancelled"} or
    {"status": "success"}.
    """
    body = _check_success(response, is_status_outcome=True)
    if lenient_json.normalize_word(get_member(body, "status")) in _ACCEPTED or _is_success_value(
        get_member(body, "success")
    ):
        return
    found = parse_cancellations(response, [order_id])
    if order_id in found.rejected:
        raise GatewayRejected(response.http_status, found.rejected[order_id])


def parse_cancellations(response: JsonResponse, order_ids: Sequence[str]) -> ProviderCancellations:
    """[{"order": 9, "cancel": {"error": "…"}}, {"order": 2, "cancel": 1}], or one such row alone."""
    accepted: set[str] = set()
    rejected: dict[str, str] = {}
    for number, row in _group_by_order(response, order_ids, row_key="cancel").items():
        outcome = get_member(row, "cancel")
        error_text = _to_error_text(get_member(row, "error")) or _to_error_text(get_member(outcome, "error"))
        if error_text:
            rejected[number] = error_text
        elif outcome is True or lenient_json.to_identifier(outcome):
            accepted.add(number)
    if not accepted and not rejected:
        raise _build_invalid(response, "nothing about the orders")
    return ProviderCancellations(accepted=frozenset(accepted), rejected=rejected)


def parse_refill_id(response: JsonResponse) -> str:
    """The number of a new refill, from {"refill": "1"} or [{"order": 1, "refill": 1}]."""
    number = lenient_json.to_reference(_get_single_member(response, "refill"))
    if number is None:
        raise _build_invalid(response, "no refill's number")
    return number


def parse_refill(response: JsonResponse) -> ProviderRefill:
    """{"status": "Completed"} or [{"refill": 1, "status": "Completed"}]."""
    raw = lenient_json.to_text(_get_single_member(response, "status"))[:_MAX_WORD_LENGTH]
    if not raw:
        raise _build_invalid(response, "no status of the refill")
    return ProviderRefill(status=_REFILL_STATUSES.get(lenient_json.normalize_word(raw)), status_text=raw)


def parse_balance(response: JsonResponse) -> ProviderBalance:
    """{"balance": "100.84292", "currency": "USD"}; the currency may be missing."""
    body = _check_success(response)
    amount = _parse_amount(body, "balance")
    if amount is None:
        raise _build_invalid(response, "no balance")
    return ProviderBalance(amount=amount, currency=_parse_currency(body))


def _check_success(response: JsonResponse, *, is_status_outcome: bool = False) -> object:
    """The body of a response that is a success by its HTTP status and by its content."""
    http_status = response.http_status
    is_failure = 400 <= http_status < 500
    if not (200 <= http_status < 300 or is_failure):
        raise _build_invalid(response, "a body that does not count", is_outage=True)
    error_text = find_failure(response.body, is_status_outcome=is_status_outcome, is_http_failure=is_failure)
    if (
        http_status == _TOO_MANY_REQUESTS
        or provider_error_kinds.classify_text(error_text) is RefusalKind.BUSY
    ):
        raise GatewayRateLimited(f"HTTP {http_status}, too many requests")
    if error_text:
        raise GatewayRejected(http_status, error_text)
    if is_failure or get_member(response.body, "error"):
        raise _build_invalid(response, "no reason")
    return response.body


def _to_error_text(error: object) -> str:
    """The provider's error message; "" for anything but text."""
    return lenient_json.to_text(error)[:_MAX_ERROR_LENGTH] if isinstance(error, str) else ""


def _get_single_member(response: JsonResponse, key: str) -> object:
    """`key` of an object, by itself or in a list of one; {"error": "…"} of either is a refusal."""
    body = _check_success(response)
    row = body[0] if isinstance(body, list) and len(body) == 1 else body
    found = get_member(row, key)
    error_text = _to_error_text(get_member(row, "error")) or _to_error_text(get_member(found, "error"))
    if error_text:
        raise GatewayRejected(response.http_status, error_text)
    return found


def _group_by_order(response: JsonResponse, order_ids: Sequence[str], *, row_key: str) -> dict[str, object]:
    """The part of a response for each requested order; `row_key` is a key that only an order's row has."""
    body = _check_success(response)
    pairs: list[tuple[object, object]] = []
    if isinstance(body, list):
        pairs = [(get_member(row, "order"), row) for row in body]
    elif isinstance(body, dict) and row_key in body:
        pairs = [(body.get("order", order_ids[0] if len(order_ids) == 1 else None), body)]
    elif isinstance(body, dict):
        pairs = list(body.items())
    requested = set(order_ids)
    numbered = ((lenient_json.to_reference(key), entry) for key, entry in pairs)
    return {number: entry for number, entry in numbered if number is not None and number in requested}


def _get_request_failure(entry: object) -> str:
    """Why a status request failed; {"status": "fail", "message": "…"} is about the request, not an order.

    An order's state has a charge, a start count or a remainder besides its status.
    """
    is_state = isinstance(entry, dict) and any(entry.get(key) is not None for key in _STATE_KEYS)
    return find_failure(entry, is_status_outcome=not is_state and bool(get_member(entry, "message")))


def _is_success_value(value: object) -> bool:
    """Whether the value of `success` means success: true, 1, or a sentence."""
    return value is True or (
        isinstance(value, int | str) and lenient_json.normalize_word(value) not in ("", *_DENIALS)
    )


def _parse_service(row: object) -> ProviderService | None:
    id_text = _parse_service_id(get_member(row, "service"))
    name = lenient_json.to_text(get_member(row, "name"))
    rate = lenient_json.to_price(get_member(row, "rate"))
    if not id_text or not name or rate is None:
        return None
    type_text = lenient_json.to_text(get_member(row, "type"))[:_MAX_WORD_LENGTH]
    return ProviderService(
        id=id_text,
        name=name,
        category=lenient_json.to_text(get_member(row, "category")),
        type=_SERVICE_TYPES.get(lenient_json.normalize_word(type_text)),
        type_text=type_text,
        rate=rate,
        min=lenient_json.to_integer(get_member(row, "min")),
        max=lenient_json.to_integer(get_member(row, "max")),
        drip_feed=lenient_json.to_flag(get_member(row, "dripfeed")),
        refill=lenient_json.to_flag(get_member(row, "refill")),
        cancel=lenient_json.to_flag(get_member(row, "cancel")),
        description=lenient_json.to_text(get_member(row, "desc"))
        or lenient_json.to_text(get_member(row, "description")),
    )


def _parse_service_id(value: object) -> str:
    """An integer, or a text of at most 64 characters, as some panels have; "" otherwise."""
    raw = "" if isinstance(value, float) else lenient_json.to_text(value)
    return raw if len(raw) <= _MAX_ID_LENGTH else ""


def _parse_state(entry: object) -> ProviderOrderState:
    status_text = lenient_json.to_text(get_member(entry, "status"))[:_MAX_WORD_LENGTH]
    word = lenient_json.normalize_word(status_text)
    orders = get_member(entry, "orders")
    numbers = map(lenient_json.to_reference, orders) if isinstance(orders, list) else ()
    return ProviderOrderState(
        status=_ORDER_STATUSES.get(word),
        subscription_status=_SUBSCRIPTION_STATUSES.get(word),
        status_text=status_text,
        charge=_parse_amount(entry, "charge"),
        currency=_parse_currency(entry),
        start_count=lenient_json.to_integer(get_member(entry, "start_count")),
        remains=lenient_json.to_integer(get_member(entry, "remains")),
        posts=lenient_json.to_integer(get_member(entry, "posts")),
        runs=lenient_json.to_integer(get_member(entry, "runs")),
        orders=tuple(number for number in numbers if number is not None),
    )


def _parse_amount(value: object, key: str) -> str | None:
    """An amount as the provider formats it; overlong text is ignored, not truncated to a wrong amount."""
    raw = lenient_json.to_text(get_member(value, key))
    return raw if 1 <= len(raw) <= _MAX_AMOUNT_LENGTH else None


def _parse_currency(value: object) -> str | None:
    return lenient_json.to_text(get_member(value, "currency"))[:_MAX_CURRENCY_LENGTH] or None


def _build_invalid(response: JsonResponse, what: str, *, is_outage: bool = False) -> GatewayInvalidResponse:
    return GatewayInvalidResponse(f"HTTP {response.http_status} with {what}", is_outage=is_outage)
