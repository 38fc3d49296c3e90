"""Every action of the trade's API, one line each."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from asgi.answers import Body
from reseller_api import catalogue, orders, refills, wallet
from reseller_api.requests import Call, has

Act = Callable[[Call], Awaitable[Body | Sequence[Body]]]


def _either(name: str, several: Act, one: Act) -> Act:
    """`several` where the list `name` is given, else `one`; the answers differ in shape."""

    async def act(call: Call) -> Body | Sequence[Body]:
        return await (several if has(call.sent, name) else one)(call)

    return act


_STATUS = _either("orders", orders.statuses, orders.status)

ACTIONS: Mapping[str, Act] = {
    "services": catalogue.services,
    "add": orders.add,
    "status": _STATUS,
    "orders": _STATUS,
    "multi_status": _STATUS,
    "refill": _either("orders", refills.refill_several, refills.refill),
    "refill_status": _either("refills", refills.statuses, refills.status),
    "cancel": _either("orders", orders.cancel, orders.cancel_one),
    "balance": wallet.balance,
}
"""Actions by their names; `orders` and `multi_status` are other panels' names of `status`."""
