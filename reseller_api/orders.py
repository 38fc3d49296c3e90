"""add, status, cancel."""

from collections.abc import Sequence

from asgi.answers import Body
from domain.order_status import OrderSource
from domain.problems import Problem
from reseller_api import errors, forms, shapes
from reseller_api.requests import Call, number, numbers
from resolvers import cancellation, orders


async def add(call: Call) -> Body:
    """`add`: place an order."""
    order = await orders.create_order(
        call.shop,
        call.user,
        service_id=number(call.sent, "service"),
        link=call.sent.text("link"),
        details=forms.details(call.sent),
        source=OrderSource.API,
        idempotency_key=call.idempotency_key,
    )
    return shapes.placed(order)


async def status(call: Call) -> Body:
    """`status` with `order`: how far one order is."""
    asked = number(call.sent, "order")
    return shapes.status((await orders.own_orders(call.user, [asked])).get(asked))


async def statuses(call: Call) -> Body:
    """`status` with `orders`: how far each is, by its number."""
    asked = numbers(call.sent, "orders")
    known = await orders.own_orders(call.user, asked.values())
    return {str(name): shapes.status(known.get(number)) for name, number in asked.items()}


async def cancel(call: Call) -> Sequence[Body]:
    """`cancel` with `orders`: which were canceled, or will be if their providers can."""
    asked = numbers(call.sent, "orders")
    return [{"order": name, "cancel": await _cancel(call, number)} for name, number in asked.items()]


async def cancel_one(call: Call) -> Sequence[Body]:
    """`cancel` with `order`: a list of one, as the trade knows no other answer."""
    asked = number(call.sent, "order")
    return [{"order": asked, "cancel": await _cancel(call, asked)}]


async def _cancel(call: Call, order_id: int) -> int | Body:
    try:
        await cancellation.cancel_order(call.user, order_id=order_id)
    except Problem as problem:
        return errors.body_of(problem)
    return 1
