"""The action `services`."""

from collections.abc import Sequence

from reseller_api import serializers
from reseller_api.requests import ActionCall
from resolvers import catalogue
from web.responses import Body


async def services(call: ActionCall) -> Sequence[Body]:
    """`services`: all services that can be ordered, at this reseller's own prices."""
    rows = await catalogue.list_services_for_resale()
    return [serializers.service(row, discount_percent=call.user.custom_rate) for row in rows]
