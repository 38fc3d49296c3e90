"""balance."""

from reseller_api import shapes
from reseller_api.requests import ActionCall
from web.responses import Body


async def balance(call: ActionCall) -> Body:
    """`balance`: what the wallet holds."""
    return shapes.balance(call.user)
