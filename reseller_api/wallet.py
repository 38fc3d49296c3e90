"""The action `balance`."""

from reseller_api import serializers
from reseller_api.requests import ActionCall
from web.responses import Body


async def balance(call: ActionCall) -> Body:
    return serializers.balance(call.user)
