"""balance."""

from asgi.answers import Body
from reseller_api import shapes
from reseller_api.requests import Call


async def balance(call: Call) -> Body:
    """`balance`: what the wallet holds."""
    return shapes.balance(call.user)
