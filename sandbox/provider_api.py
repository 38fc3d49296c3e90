"""The sandbox provider: a panel that speaks the trade's API v2 and delivers every order within seconds."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from asgi.answers import Answer
from asgi.parameters import Parameters, sent_with
from domain import digits, ids, trade_words
from domain.problems import InvalidInput
from domain.service_types import ServiceType
from gateways.sandbox_life import Outcome, SandboxState, outcome_of
from gateways.sandbox_orders import LARGEST_QUANTITY, SandboxOrders
from resolvers.shop import SANDBOX_PROVIDER_PATH

KEY = "sandbox"
_CURRENCY = "IRT"
_MOST_ORDERS = 100
_UNREADABLE = "<html><body>502 Bad Gateway</body></html>"

Body = Mapping[str, object]
Act = Callable[[SandboxOrders, int, Parameters], Awaitable[Body | Sequence[Body]]]


def routes(orders: SandboxOrders) -> list[BaseRoute]:
    """POST to /sandbox/provider/{n}: as many providers as are asked for, each with orders of its own.

    Every service id is known. What else than success an order can come to, its link says; see `Outcome`.
    """

    async def answer(request: Request) -> Response:
        provider = int(request.path_params["number"])
        if not ids.is_possible(provider):
            raise HTTPException(404)
        sent = Parameters(await sent_with(request))
        if sent.text_or_blank("key") != KEY:
            return Answer(_error("Invalid API key"))
        act = _ACTS.get(sent.text_or_blank("action"))
        if act is None:
            return Answer(_error("Incorrect request"))
        try:
            return Answer(await act(orders, provider, sent))
        except InvalidInput as refusal:
            return Answer(_error(f"Incorrect {refusal.field}"))

    return [Route(f"{SANDBOX_PROVIDER_PATH}/{{number:int}}", answer, methods=["POST"])]


async def _services(_: SandboxOrders, __: int, ___: Parameters) -> Sequence[Body]:
    return [
        {
            "service": number,
            "name": f"Sandbox {word}",
            "type": word,
            "category": "Sandbox",
            "rate": "1000",
            "min": "1",
            "max": "100000",
            "dripfeed": kind is ServiceType.DEFAULT,
            "refill": True,
            "cancel": True,
        }
        for number, (kind, word) in enumerate(trade_words.SERVICE_TYPES.items(), 1)
    ]


async def _add(orders: SandboxOrders, provider: int, sent: Parameters) -> Body:
    sent.required_text("service")
    target = sent.text("link") or sent.required_text("username")
    runs, posts = (max(sent.integer(name) or 0, 0) for name in ("runs", "posts"))
    quantity = _quantity(sent, parts=max(runs, posts, 1))
    outcome = outcome_of(target)
    if outcome is Outcome.REFUSED:
        return _error("Orders of this link are refused")
    number = await orders.add(provider, link=target, quantity=quantity, runs=runs, posts=posts)
    if outcome is Outcome.UNREADABLE:
        raise HTTPException(502, _UNREADABLE)
    return {"order": number}


async def _status(orders: SandboxOrders, provider: int, sent: Parameters) -> Body:
    numbers = _numbers(sent, "order", "orders")
    states = await orders.states(provider, numbers)
    shown = {str(number): _shape(states.get(number)) for number in numbers}
    return shown if sent.text("orders") else shown[str(numbers[0])]


async def _refill(orders: SandboxOrders, provider: int, sent: Parameters) -> Body | Sequence[Body]:
    rows: list[Body] = []
    for number in _numbers(sent, "order", "orders"):
        refill = await orders.refill(provider, number)
        rows.append({"order": number, "refill": refill or _error("Refill is not available")})
    return rows if sent.text("orders") else _lone(rows[0], "refill")


async def _refill_status(orders: SandboxOrders, provider: int, sent: Parameters) -> Body | Sequence[Body]:
    numbers = _numbers(sent, "refill", "refills")
    known = await orders.refill_statuses(provider, numbers)
    rows: list[Body] = [
        {"refill": number, "status": known.get(number) or _error("Refill not found")} for number in numbers
    ]
    return rows if sent.text("refills") else _lone(rows[0], "status")


async def _cancel(orders: SandboxOrders, provider: int, sent: Parameters) -> Sequence[Body]:
    numbers = _numbers(sent, "order", "orders")
    stopped = await orders.cancel(provider, numbers)
    return [
        {"order": number, "cancel": 1 if number in stopped else _error("Order cannot be canceled")}
        for number in numbers
    ]


async def _balance(_: SandboxOrders, __: int, ___: Parameters) -> Body:
    return {"balance": "1000000", "currency": _CURRENCY}


_ACTS: Mapping[str, Act] = {
    "services": _services,
    "add": _add,
    "status": _status,
    "refill": _refill,
    "refill_status": _refill_status,
    "cancel": _cancel,
    "balance": _balance,
}


def _quantity(sent: Parameters, *, parts: int) -> int:
    """Units in all; where they are counted by the lines of a text, those lines."""
    lines = (sent.text("comments") or sent.text("usernames") or "").splitlines()
    asked = sent.integer("quantity") if sent.text("quantity") else sent.integer("max") or len(lines) or 1
    if asked is None or not 1 <= asked <= LARGEST_QUANTITY or asked * parts > LARGEST_QUANTITY:
        raise InvalidInput(field="quantity")
    return asked * parts


def _numbers(sent: Parameters, one: str, many: str) -> list[int]:
    texts = (sent.text(many) or sent.required_text(one)).split(",")
    numbers = [digits.parse_integer(text.strip()) for text in texts]
    if len(numbers) > _MOST_ORDERS or None in numbers:
        raise InvalidInput(field=many)
    return [number for number in numbers if number is not None]


def _shape(state: SandboxState | None) -> Body:
    if state is None:
        return _error("Incorrect order ID")
    return {
        "charge": "0",
        "start_count": str(state.start_count),
        "status": state.status,
        "remains": str(state.remains),
        "currency": _CURRENCY,
        "runs": str(state.runs),
        "posts": str(state.posts),
    }


def _lone(row: Body, name: str) -> Body:
    """One outcome without its order: a refusal as it is, else under its name."""
    outcome = row[name]
    return outcome if isinstance(outcome, Mapping) else {name: str(outcome)}


def _error(sentence: str) -> Body:
    return {"error": sentence}
