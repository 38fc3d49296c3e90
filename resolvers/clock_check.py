"""Alert staff when a worker's clock and the database's differ."""

import socket
from datetime import timedelta

import database
from database.clock import CLOCK
from domain import notification_texts
from domain.enums import AlertKind
from models import Alert
from resolvers.app_context import AppContext
from resolvers.shop_alerts import ShopAlert, raise_alert

MAX_DIFFERENCE = timedelta(seconds=30)


async def compare_clocks(_: AppContext) -> int:
    """Raise or clear the alert about this machine's clock; returns 1 if it is new.

    Tokens and limits use the database's clock; log lines and certificates use the machine's.
    """
    machine = socket.gethostname()[:64]
    async with database.exclusive_transaction("alerts"):
        await database.now()
        difference = CLOCK.difference
        if abs(difference) <= MAX_DIFFERENCE:
            await Alert.filter(kind=AlertKind.CLOCK_DIFFERS, subject=machine).delete()
            return 0
        sentence = notification_texts.clock_differs(machine, seconds=int(difference.total_seconds()))
        return await raise_alert(ShopAlert(kind=AlertKind.CLOCK_DIFFERS, subject=machine, sentence=sentence))
