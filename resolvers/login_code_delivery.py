"""Delivery results of login codes: a failed one is not counted by the limits, and an outage alerts staff."""

from datetime import timedelta

import database
from domain import notification_texts
from domain.enums import AlertKind, SmsDelivery
from models import Alert, LoginCode
from resolvers import shop_alerts
from resolvers.app_context import AppContext
from resolvers.shop_alerts import SHOP, ShopAlert

# This many consecutive failures within an hour are an outage rather than one user's number.
_OUTAGE_THRESHOLD = 3
_RECENT_WINDOW = timedelta(hours=1)
_FINISHED = (SmsDelivery.SENT, SmsDelivery.REFUSED, SmsDelivery.UNKNOWN)


async def record_delivery(app: AppContext, code_id: int, delivery: SmsDelivery) -> None:
    """Store the delivery result of the code `code_id`.

    A code that was certainly not sent counts only for the minimum interval between two. Staff are alerted
    when the last three codes within an hour were not sent, until one succeeds.
    """
    await LoginCode.filter(id=code_id).update(delivery=delivery)
    if delivery is SmsDelivery.SENT:
        await Alert.filter(kind=AlertKind.SMS_FAILING).delete()
        return
    async with database.exclusive_transaction("alerts"):
        if await _is_outage():
            sentence = notification_texts.sms_failing(app.settings.sms_gateway)
            await shop_alerts.raise_alert(
                ShopAlert(kind=AlertKind.SMS_FAILING, subject=SHOP, sentence=sentence)
            )


async def _is_outage() -> bool:
    since = await database.now() - _RECENT_WINDOW
    codes = LoginCode.filter(created_at__gt=since, delivery__in=_FINISHED).order_by("-id")
    last = [code.delivery for code in await codes.limit(_OUTAGE_THRESHOLD).only("id", "delivery")]
    return len(last) == _OUTAGE_THRESHOLD and SmsDelivery.SENT not in last
