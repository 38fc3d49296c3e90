"""Every action of the panel API, one line each."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from reseller_api import catalogue, orders, refills, wallet
from reseller_api.requests import ActionCall, has_value
from web.responses import Body

ActionHandler = Callable[[ActionCall], Awaitable[Body | Sequence[Body]]]


def _choose_by_list(name: str, multiple: ActionHandler, single: ActionHandler) -> ActionHandler:
    """Call `multiple` if the parameter `name` is given, else `single`; their responses differ."""

    async def handle(call: ActionCall) -> Body | Sequence[Body]:
        return await (multiple if has_value(call.params, name) else single)(call)

    return handle


_STATUS = _choose_by_list("orders", orders.statuses, orders.status)

ACTIONS: Mapping[str, ActionHandler] = {
    "services": catalogue.services,
    "add": orders.add,
    "status": _STATUS,
    "orders": _STATUS,
    "multi_status": _STATUS,
    "refill": _choose_by_list("orders", refills.refill_several, refills.refill),
    "refill_status": _choose_by_list("refills", refills.statuses, refills.status),
    "cancel": _choose_by_list("orders", orders.cancel, orders.cancel_one),
    "balance": wallet.balance,
}
"""Handlers by action name; `orders` and `multi_status` are other panels' names for `status`."""
