"""The actions `add`, `status` and `cancel`."""

from collections.abc import Sequence

from domain.order_status import OrderSource
from domain.problems import Problem
from reseller_api import errors, order_params, serializers
from reseller_api.requests import ActionCall, get_record_id, get_record_ids
from resolvers import order_cancellation, orders
from web.responses import Body


async def add(call: ActionCall) -> Body:
    """`add`: place an order."""
    order = await orders.create_order(
        call.app,
        call.user,
        service_id=get_record_id(call.params, "service"),
        link=call.params.get_text("link"),
        details=order_params.parse_order_details(call.params),
        source=OrderSource.API,
        idempotency_key=call.idempotency_key,
    )
    return serializers.order_added(order)


async def status(call: ActionCall) -> Body:
    """`status` with `order`: the state of one order."""
    requested = get_record_id(call.params, "order")
    return serializers.status((await orders.get_own_orders(call.user, [requested])).get(requested))


async def statuses(call: ActionCall) -> Body:
    """`status` with `orders`: the state of each, by its number."""
    requested = get_record_ids(call.params, "orders")
    known = await orders.get_own_orders(call.user, requested.values())
    return {str(name): serializers.status(known.get(number)) for name, number in requested.items()}


async def cancel(call: ActionCall) -> Sequence[Body]:
    """`cancel` with `orders`: the orders canceled, or to be canceled if their providers can."""
    requested = get_record_ids(call.params, "orders")
    return [{"order": name, "cancel": await _cancel(call, number)} for name, number in requested.items()]


async def cancel_one(call: ActionCall) -> Sequence[Body]:
    """`cancel` with `order`: a list of one, as the panel API defines no other response."""
    requested = get_record_id(call.params, "order")
    return [{"order": requested, "cancel": await _cancel(call, requested)}]


async def _cancel(call: ActionCall, order_id: int) -> int | Body:
    try:
        await order_cancellation.cancel_order(call.user, order_id=order_id)
    except Problem as problem:
        return errors.build_error_body(problem)
    return 1
