"""Reading what providers answer in the panel trade's API v2.

The protocol was never written down; panels descend from PerfectPanel and SmartPanel and differ in small
ways. What follows takes the shapes that their API pages and sources show, and nothing else.

Every function raises the same three errors:
    GatewayBusy: HTTP 429, or an `error` that says "Too many requests".
    GatewayRefused: HTTP 2xx or 4xx with an object whose `error` is a text. Its code is the HTTP status.
    GatewayAnsweredNonsense: any other answer that does not hold what was asked for, HTTP 3xx and 5xx always.
"""

from collections.abc import Sequence

from domain.order_status import OrderStatus, SubscriptionStatus
from domain.service_types import ServiceType
from domain.states import RefillStatus, RefusalKind
from gateways import loose_json, refusals
from gateways.errors import GatewayAnsweredNonsense, GatewayBusy, GatewayRefused
from gateways.http import JsonAnswer
from gateways.loose_json import member
from gateways.provider_failures import FAILURES, failure_of, names_order
from gateways.provider_results import (
    ProviderBalance,
    ProviderCancellations,
    ProviderCatalogue,
    ProviderOrderState,
    ProviderRefill,
    ProviderService,
    ProviderStatuses,
)

_LONGEST_ID = 64
_LONGEST_ERROR = 500
_LONGEST_AMOUNT = 40
_LONGEST_CURRENCY = 8
_LONGEST_WORD = 64
_TOO_MANY_REQUESTS = 429
_ACCEPTED = ("success", "ok", "canceled", "cancelled", "true")
_DENIALS = ("0", "false", "no", *FAILURES)
_OF_A_STATE = ("charge", "start_count", "remains", "currency")

_SERVICE_TYPES = {loose_json.word(kind): kind for kind in ServiceType}
_ORDER_STATUSES = {
    "pending": OrderStatus.PENDING,
    "processing": OrderStatus.PROCESSING,
    "inprogress": OrderStatus.INPROGRESS,
    # SmartPanel's word for a drip-feed or a subscription that runs.
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
    # Panels that say so do not deliver and keep no money; our own `error` is a refusal to take the order.
    "fail": OrderStatus.CANCELED,
    "failed": OrderStatus.CANCELED,
    "error": OrderStatus.CANCELED,
    "refunded": OrderStatus.REFUNDED,
    "refund": OrderStatus.REFUNDED,
}
_SUBSCRIPTION_STATUSES = {
    **{loose_json.word(status): status for status in SubscriptionStatus},
    "cancelled": SubscriptionStatus.CANCELED,
}
_REFILL_STATUSES = {
    **{loose_json.word(status): status for status in RefillStatus if status is not RefillStatus.AWAITING},
    "processing": RefillStatus.INPROGRESS,
    "waiting": RefillStatus.PENDING,
    "success": RefillStatus.COMPLETED,
    "complete": RefillStatus.COMPLETED,
    "done": RefillStatus.COMPLETED,
    "finished": RefillStatus.COMPLETED,
    # Words of a panel's translation file that was never filled in.
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


def order_id(answer: JsonAnswer) -> str:
    """The number of a new order, from {"order": 23501} or {"status": "success", "order": "23501"}.

    A refusal that names an order, an order whose `status` is a failure, and a number that cannot be one are
    nonsense: from none of them is it certain whether there is an order.
    """
    body = answer.body
    is_failure = answer.http_status == _TOO_MANY_REQUESTS or failure_of(body, is_status_outcome=True)
    if is_failure and names_order(body):
        raise _nonsense(answer, "an order as well as a failure")
    number = loose_json.reference(member(_success(answer, is_status_outcome=True), "order"))
    if number is None:
        raise _nonsense(answer, "no order's number")
    return number


def catalogue(answer: JsonAnswer) -> ProviderCatalogue:
    """A list of services; a row without a usable id, name or rate is skipped and counted."""
    rows = _success(answer)
    if not isinstance(rows, list):
        raise _nonsense(answer, "no list of services")
    services = tuple(service for service in map(_service, rows) if service is not None)
    return ProviderCatalogue(services=services, skipped=len(rows) - len(services))


def statuses(answer: JsonAnswer, asked: Sequence[str]) -> ProviderStatuses:
    """States by order: an object with the numbers as keys, a list of rows, or one order's state alone.

    An order's refusal is {"error": "…"} or, with SmartPanel 3, a bare text. At least one of the orders
    `asked` about must be there; others are left out.
    """
    states: dict[str, ProviderOrderState] = {}
    errors: dict[str, str] = {}
    for number, entry in _by_order(answer, asked, about="status").items():
        refusal = _sentence(entry) if isinstance(entry, str) else _failed_request(entry)
        if refusal:
            errors[number] = refusal
        elif isinstance(entry, dict):
            states[number] = _state(entry)
    if not states and not errors:
        raise _nonsense(answer, "nothing about the orders")
    return ProviderStatuses(states=states, errors=errors)


def status(answer: JsonAnswer, asked: str) -> ProviderOrderState:
    """The state of the one order asked about, alone or in any of the shapes of `statuses`."""
    found = statuses(answer, [asked])
    if asked in found.errors:
        raise GatewayRefused(answer.http_status, found.errors[asked])
    return found.states[asked]


def cancellation(answer: JsonAnswer, asked: str) -> None:
    """What became of the wish to cancel one order: accepted, or GatewayRefused.

    Besides the shapes of `cancellations` panels say {"success": true}, {"success": "Cancelled"} or
    {"status": "success"}.
    """
    body = _success(answer, is_status_outcome=True)
    if loose_json.word(member(body, "status")) in _ACCEPTED or _is_yes(member(body, "success")):
        return
    found = cancellations(answer, [asked])
    if asked in found.refused:
        raise GatewayRefused(answer.http_status, found.refused[asked])


def cancellations(answer: JsonAnswer, asked: Sequence[str]) -> ProviderCancellations:
    """[{"order": 9, "cancel": {"error": "…"}}, {"order": 2, "cancel": 1}], or one such row alone."""
    accepted: set[str] = set()
    refused: dict[str, str] = {}
    for number, row in _by_order(answer, asked, about="cancel").items():
        outcome = member(row, "cancel")
        refusal = _sentence(member(row, "error")) or _sentence(member(outcome, "error"))
        if refusal:
            refused[number] = refusal
        elif outcome is True or loose_json.identifier(outcome):
            accepted.add(number)
    if not accepted and not refused:
        raise _nonsense(answer, "nothing about the orders")
    return ProviderCancellations(accepted=frozenset(accepted), refused=refused)


def refill_id(answer: JsonAnswer) -> str:
    """The number of a new refill, from {"refill": "1"} or [{"order": 1, "refill": 1}]."""
    number = loose_json.reference(_lone_member(answer, "refill"))
    if number is None:
        raise _nonsense(answer, "no refill's number")
    return number


def refill(answer: JsonAnswer) -> ProviderRefill:
    """{"status": "Completed"} or [{"refill": 1, "status": "Completed"}]."""
    written = loose_json.text(_lone_member(answer, "status"))[:_LONGEST_WORD]
    if not written:
        raise _nonsense(answer, "no status of the refill")
    return ProviderRefill(status=_REFILL_STATUSES.get(loose_json.word(written)), status_text=written)


def balance(answer: JsonAnswer) -> ProviderBalance:
    """{"balance": "100.84292", "currency": "USD"}; the currency may be missing."""
    body = _success(answer)
    amount = _amount(body, "balance")
    if amount is None:
        raise _nonsense(answer, "no balance")
    return ProviderBalance(amount=amount, currency=_currency(body))


def _success(answer: JsonAnswer, *, is_status_outcome: bool = False) -> object:
    """The body of an answer that neither its HTTP status nor its own words make a failure."""
    http_status = answer.http_status
    is_failure = 400 <= http_status < 500
    if not (200 <= http_status < 300 or is_failure):
        raise _nonsense(answer, "a body that does not count", is_outage=True)
    refusal = failure_of(answer.body, is_status_outcome=is_status_outcome, is_http_failure=is_failure)
    if http_status == _TOO_MANY_REQUESTS or refusals.kind_of_text(refusal) is RefusalKind.BUSY:
        raise GatewayBusy(f"HTTP {http_status}, too many requests")
    if refusal:
        raise GatewayRefused(http_status, refusal)
    if is_failure or member(answer.body, "error"):
        raise _nonsense(answer, "no reason")
    return answer.body


def _sentence(error: object) -> str:
    """What the provider says of a failure; "" for what is no text."""
    return loose_json.text(error)[:_LONGEST_ERROR] if isinstance(error, str) else ""


def _lone_member(answer: JsonAnswer, key: str) -> object:
    """`key` of an object, alone or in a list of one; {"error": "…"} of either is a refusal as well."""
    body = _success(answer)
    row = body[0] if isinstance(body, list) and len(body) == 1 else body
    found = member(row, key)
    refusal = _sentence(member(row, "error")) or _sentence(member(found, "error"))
    if refusal:
        raise GatewayRefused(answer.http_status, refusal)
    return found


def _by_order(answer: JsonAnswer, asked: Sequence[str], *, about: str) -> dict[str, object]:
    """What an answer says of each order `asked` about; `about` is a key that only one order's row has."""
    body = _success(answer)
    pairs: list[tuple[object, object]] = []
    if isinstance(body, list):
        pairs = [(member(row, "order"), row) for row in body]
    elif isinstance(body, dict) and about in body:
        pairs = [(body.get("order", asked[0] if len(asked) == 1 else None), body)]
    elif isinstance(body, dict):
        pairs = list(body.items())
    wanted = set(asked)
    numbered = ((loose_json.reference(key), entry) for key, entry in pairs)
    return {number: entry for number, entry in numbered if number is not None and number in wanted}


def _failed_request(entry: object) -> str:
    """Why a status request failed; {"status": "fail", "message": "…"} tells of the request, not of an order.

    The state of an order has a charge, a start or what remains beside its status.
    """
    is_state = isinstance(entry, dict) and any(entry.get(key) is not None for key in _OF_A_STATE)
    return failure_of(entry, is_status_outcome=not is_state and bool(member(entry, "message")))


def _is_yes(value: object) -> bool:
    """Whether a `success` is one: true, 1, or a sentence."""
    return value is True or (isinstance(value, int | str) and loose_json.word(value) not in ("", *_DENIALS))


def _service(row: object) -> ProviderService | None:
    id_text = _service_id(member(row, "service"))
    name = loose_json.text(member(row, "name"))
    rate = loose_json.price(member(row, "rate"))
    if not id_text or not name or rate is None:
        return None
    type_text = loose_json.text(member(row, "type"))[:_LONGEST_WORD]
    return ProviderService(
        id=id_text,
        name=name,
        category=loose_json.text(member(row, "category")),
        type=_SERVICE_TYPES.get(loose_json.word(type_text)),
        type_text=type_text,
        rate=rate,
        min=loose_json.integer(member(row, "min")),
        max=loose_json.integer(member(row, "max")),
        drip_feed=loose_json.flag(member(row, "dripfeed")),
        refill=loose_json.flag(member(row, "refill")),
        cancel=loose_json.flag(member(row, "cancel")),
        description=loose_json.text(member(row, "desc")) or loose_json.text(member(row, "description")),
    )


def _service_id(value: object) -> str:
    """An integer, or a text of at most 64 characters, as some panels have; "" for the rest."""
    written = "" if isinstance(value, float) else loose_json.text(value)
    return written if len(written) <= _LONGEST_ID else ""


def _state(entry: object) -> ProviderOrderState:
    status_text = loose_json.text(member(entry, "status"))[:_LONGEST_WORD]
    word = loose_json.word(status_text)
    orders = member(entry, "orders")
    numbers = map(loose_json.reference, orders) if isinstance(orders, list) else ()
    return ProviderOrderState(
        status=_ORDER_STATUSES.get(word),
        subscription_status=_SUBSCRIPTION_STATUSES.get(word),
        status_text=status_text,
        charge=_amount(entry, "charge"),
        currency=_currency(entry),
        start_count=loose_json.integer(member(entry, "start_count")),
        remains=loose_json.integer(member(entry, "remains")),
        posts=loose_json.integer(member(entry, "posts")),
        runs=loose_json.integer(member(entry, "runs")),
        orders=tuple(number for number in numbers if number is not None),
    )


def _amount(value: object, key: str) -> str | None:
    """Money as the provider words it; a longer text than money needs is none, as half of it is less still."""
    written = loose_json.text(member(value, key))
    return written if 1 <= len(written) <= _LONGEST_AMOUNT else None


def _currency(value: object) -> str | None:
    return loose_json.text(member(value, "currency"))[:_LONGEST_CURRENCY] or None


def _nonsense(answer: JsonAnswer, what: str, *, is_outage: bool = False) -> GatewayAnsweredNonsense:
    return GatewayAnsweredNonsense(f"HTTP {answer.http_status} with {what}", is_outage=is_outage)
