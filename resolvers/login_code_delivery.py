"""What became of login codes by SMS: a refused one gives its count back, and an outage alerts staff."""

from datetime import timedelta

import database
from domain import notification_texts
from domain.enums import AlertKind, SmsDelivery
from models import Alert, LoginCode
from resolvers import shop_alerts
from resolvers.app_context import AppContext
from resolvers.shop_alerts import SHOP, ShopAlert

# So many in a row, of the last hour, are an outage and no number of one user's.
_OUTAGE_THRESHOLD = 3
_RECENT_WINDOW = timedelta(hours=1)
_FINISHED = (SmsDelivery.SENT, SmsDelivery.REFUSED, SmsDelivery.UNKNOWN)


async def record_delivery(shop: AppContext, code_id: int, delivery: SmsDelivery) -> None:
    """Store what became of the code `code_id`.

    A code that was certainly not sent counts for no limit but the interval between two. Staff are alerted
    when the last three codes of the hour were not sent, until one is.
    """
    await LoginCode.filter(id=code_id).update(delivery=delivery)
    if delivery is SmsDelivery.SENT:
        await Alert.filter(kind=AlertKind.SMS_FAILING).delete()
        return
    async with database.exclusive_transaction("alerts"):
        if await _is_outage():
            sentence = notification_texts.sms_failing(shop.settings.sms_gateway)
            await shop_alerts.raise_alert(
                ShopAlert(kind=AlertKind.SMS_FAILING, subject=SHOP, sentence=sentence)
            )


async def _is_outage() -> bool:
    since = await database.now() - _RECENT_WINDOW
    codes = LoginCode.filter(created_at__gt=since, delivery__in=_FINISHED).order_by("-id")
    last = [code.delivery for code in await codes.limit(_OUTAGE_THRESHOLD).only("id", "delivery")]
    return len(last) == _OUTAGE_THRESHOLD and SmsDelivery.SENT not in last
