"""The actions `refill` and `refill_status`."""

from collections.abc import Sequence

from domain.problems import Problem
from reseller_api import errors, serializers
from reseller_api.requests import ActionCall, get_record_id, get_record_ids
from resolvers import refills
from web.responses import Body


async def refill(call: ActionCall) -> Body:
    """`refill` with `order`: request that what dropped from one order is delivered again."""
    requested = await refills.request_refill(call.user, order_id=get_record_id(call.params, "order"))
    return {"refill": str(requested.id)}


async def refill_several(call: ActionCall) -> Sequence[Body]:
    """`refill` with `orders`: the same for each of them."""
    requested = get_record_ids(call.params, "orders")
    return [{"order": name, "refill": await _refill(call, number)} for name, number in requested.items()]


async def status(call: ActionCall) -> Body:
    """`refill_status` with `refill`: the state of one refill."""
    requested = get_record_id(call.params, "refill")
    return serializers.refill_status((await refills.get_own_refills(call.user, [requested])).get(requested))


async def statuses(call: ActionCall) -> Sequence[Body]:
    """`refill_status` with `refills`: the state of each."""
    requested = get_record_ids(call.params, "refills")
    known = await refills.get_own_refills(call.user, requested.values())
    return [serializers.refill_row(name, known.get(number)) for name, number in requested.items()]


async def _refill(call: ActionCall, order_id: int) -> int | Body:
    try:
        return int((await refills.request_refill(call.user, order_id=order_id)).id)
    except Problem as problem:
        return errors.build_error_body(problem)
