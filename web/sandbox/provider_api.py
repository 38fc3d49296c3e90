"""The sandbox provider: a panel with the common panel API v2 that delivers every order within seconds."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from domain import digits, ids, panel_api_vocabulary
from domain.order_details import MAX_QUANTITY
from domain.problems import InvalidInput
from domain.service_types import ServiceType
from gateways.sandbox.order_simulator import Outcome, SandboxState, parse_outcome
from gateways.sandbox.order_store import SandboxOrders
from resolvers.app_context import SANDBOX_PROVIDER_PATH
from web.parameters import Parameters, read_parameters
from web.responses import NoStoreJSONResponse

KEY = "sandbox"
_CURRENCY = "IRT"
_MAX_ORDERS = 100
_UNREADABLE = "<html><body>502 Bad Gateway</body></html>"

Body = Mapping[str, object]
Action = Callable[[SandboxOrders, int, Parameters], Awaitable[Body | Sequence[Body]]]


def routes(orders: SandboxOrders) -> list[BaseRoute]:
    """POST /sandbox/provider/{n}: any number of providers, each with its own orders.

    Every service id exists. An order's link selects an outcome other than success; see `Outcome`.
    """

    async def answer(request: Request) -> Response:
        provider = int(request.path_params["number"])
        if not ids.is_possible(provider):
            raise HTTPException(404)
        parameters = Parameters(await read_parameters(request))
        if parameters.get_text_or_empty("key") != KEY:
            return NoStoreJSONResponse(_serialize_error("Invalid API key"))
        action = _ACTIONS.get(parameters.get_text_or_empty("action"))
        if action is None:
            return NoStoreJSONResponse(_serialize_error("Incorrect request"))
        try:
            return NoStoreJSONResponse(await action(orders, provider, parameters))
        except InvalidInput as refusal:
            return NoStoreJSONResponse(_serialize_error(f"Incorrect {refusal.field}"))

    return [Route(f"{SANDBOX_PROVIDER_PATH}/{{number:int}}", answer, methods=["POST"])]


async def _list_services(_: SandboxOrders, __: int, ___: Parameters) -> Sequence[Body]:
    return [
        {
            "service": number,
            "name": f"Sandbox {name}",
            "type": name,
            "category": "Sandbox",
            "rate": "1000",
            "min": "1",
            "max": "100000",
            "dripfeed": kind is ServiceType.DEFAULT,
            "refill": True,
            "cancel": True,
        }
        for number, (kind, name) in enumerate(panel_api_vocabulary.SERVICE_TYPES.items(), 1)
    ]


async def _add(orders: SandboxOrders, provider: int, parameters: Parameters) -> Body:
    parameters.require_text("service")
    target = parameters.get_text("link") or parameters.require_text("username")
    runs, posts = (max(parameters.get_integer(name) or 0, 0) for name in ("runs", "posts"))
    quantity = _count_units(parameters, parts=max(runs, posts, 1))
    outcome = parse_outcome(target)
    if outcome is Outcome.REFUSED:
        return _serialize_error("Orders of this link are refused")
    number = await orders.add(provider, link=target, quantity=quantity, runs=runs, posts=posts)
    if outcome is Outcome.UNREADABLE:
        raise HTTPException(502, _UNREADABLE)
    return {"order": number}


async def _get_status(orders: SandboxOrders, provider: int, parameters: Parameters) -> Body:
    numbers = _parse_numbers(parameters, "order", "orders")
    states = await orders.states(provider, numbers)
    shown = {str(number): _serialize_state(states.get(number)) for number in numbers}
    return shown if parameters.get_text("orders") else shown[str(numbers[0])]


async def _refill(orders: SandboxOrders, provider: int, parameters: Parameters) -> Body | Sequence[Body]:
    rows: list[Body] = []
    for number in _parse_numbers(parameters, "order", "orders"):
        refill = await orders.refill(provider, number)
        rows.append({"order": number, "refill": refill or _serialize_error("Refill is not available")})
    return rows if parameters.get_text("orders") else _serialize_single(rows[0], "refill")


async def _refill_status(
    orders: SandboxOrders, provider: int, parameters: Parameters
) -> Body | Sequence[Body]:
    numbers = _parse_numbers(parameters, "refill", "refills")
    known = await orders.refill_statuses(provider, numbers)
    rows: list[Body] = [
        {"refill": number, "status": known.get(number) or _serialize_error("Refill not found")}
        for number in numbers
    ]
    return rows if parameters.get_text("refills") else _serialize_single(rows[0], "status")


async def _cancel(orders: SandboxOrders, provider: int, parameters: Parameters) -> Sequence[Body]:
    numbers = _parse_numbers(parameters, "order", "orders")
    stopped = await orders.cancel(provider, numbers)
    return [
        {"order": number, "cancel": 1 if number in stopped else _serialize_error("Order cannot be canceled")}
        for number in numbers
    ]


async def _get_balance(_: SandboxOrders, __: int, ___: Parameters) -> Body:
    return {"balance": "1000000", "currency": _CURRENCY}


_ACTIONS: Mapping[str, Action] = {
    "services": _list_services,
    "add": _add,
    "status": _get_status,
    "refill": _refill,
    "refill_status": _refill_status,
    "cancel": _cancel,
    "balance": _get_balance,
}


def _count_units(parameters: Parameters, *, parts: int) -> int:
    """The total units; if they are counted by lines of a text, the number of lines."""
    lines = (parameters.get_text("comments") or parameters.get_text("usernames") or "").splitlines()
    requested = (
        parameters.get_integer("quantity")
        if parameters.get_text("quantity")
        else parameters.get_integer("max") or len(lines) or 1
    )
    if requested is None or not 1 <= requested <= MAX_QUANTITY or requested * parts > MAX_QUANTITY:
        raise InvalidInput(field="quantity")
    return requested * parts


def _parse_numbers(parameters: Parameters, one: str, many: str) -> list[int]:
    texts = (parameters.get_text(many) or parameters.require_text(one)).split(",")
    numbers = [digits.parse_integer(text.strip()) for text in texts]
    if len(numbers) > _MAX_ORDERS or None in numbers:
        raise InvalidInput(field=many)
    return [number for number in numbers if number is not None]


def _serialize_state(state: SandboxState | None) -> Body:
    if state is None:
        return _serialize_error("Incorrect order ID")
    return {
        "charge": "0",
        "start_count": str(state.start_count),
        "status": state.status,
        "remains": str(state.remains),
        "currency": _CURRENCY,
        "runs": str(state.runs),
        "posts": str(state.posts),
    }


def _serialize_single(row: Body, name: str) -> Body:
    """One result without its order: a refusal as it is, else under its name."""
    outcome = row[name]
    return outcome if isinstance(outcome, Mapping) else {name: str(outcome)}


def _serialize_error(sentence: str) -> Body:
    return {"error": sentence}
