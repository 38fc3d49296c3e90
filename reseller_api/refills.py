"""refill, refill_status."""

from collections.abc import Sequence

from asgi.answers import Body
from domain.problems import Problem
from reseller_api import errors, shapes
from reseller_api.requests import Call, number, numbers
from resolvers import refills


async def refill(call: Call) -> Body:
    """`refill` with `order`: have delivered again what dropped from one order."""
    asked = await refills.request_refill(call.user, order_id=number(call.sent, "order"))
    return {"refill": str(asked.id)}


async def refill_several(call: Call) -> Sequence[Body]:
    """`refill` with `orders`: the same for each of them."""
    asked = numbers(call.sent, "orders")
    return [{"order": name, "refill": await _refill(call, number)} for name, number in asked.items()]


async def status(call: Call) -> Body:
    """`refill_status` with `refill`: how far one refill is."""
    asked = number(call.sent, "refill")
    return shapes.refill_status((await refills.own_refills(call.user, [asked])).get(asked))


async def statuses(call: Call) -> Sequence[Body]:
    """`refill_status` with `refills`: how far each is."""
    asked = numbers(call.sent, "refills")
    known = await refills.own_refills(call.user, asked.values())
    return [shapes.refill_row(name, known.get(number)) for name, number in asked.items()]


async def _refill(call: Call, order_id: int) -> int | Body:
    try:
        return int((await refills.request_refill(call.user, order_id=order_id)).id)
    except Problem as problem:
        return errors.body_of(problem)
