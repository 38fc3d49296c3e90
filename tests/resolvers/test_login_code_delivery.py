"""Codes that were not sent cost their user nothing, and an outage of SMS alerts staff once."""

from datetime import timedelta

import pytest

import database
from domain.enums import AlertKind, NotificationKind, SmsDelivery
from domain.problems import TooManyCodes
from domain.roles import UserRole
from gateways.errors import GatewayError, GatewayRejected, GatewayUnavailable
from models import Alert, LoginCode, Notification, User
from resolvers import login
from resolvers.app_context import AppContext
from tests.fakes import RecordingSms, create_user
from tests.resolvers.logins import with_settings

pytestmark = pytest.mark.both_databases

NETWORK = "192.0.2.1"
REFUSED = GatewayRejected(418, "no credit")
TIMED_OUT = GatewayUnavailable("timed out", request_sent=True)


async def request_code(
    app: AppContext, sms: RecordingSms, mobile: str, failure: GatewayError | None = None
) -> None:
    sms.fail_with = failure
    await login.request_login_code(app, username=mobile, network=NETWORK)
    await app.sms.drain(timedelta(seconds=5))


async def test_a_code_that_was_certainly_not_sent_counts_for_the_interval_only(
    app: AppContext, sms: RecordingSms
) -> None:
    own = with_settings(app, login_codes_per_hour=2, login_codes_per_address=2, login_codes_daily_budget=10)
    user = await create_user()
    for _ in range(4):
        await request_code(own, sms, str(user.mobile), REFUSED)
        with pytest.raises(TooManyCodes):
            await request_code(own, sms, str(user.mobile))
        await LoginCode.all().update(created_at=await database.now() - timedelta(minutes=2))

    await request_code(own, sms, str(user.mobile))

    assert (await LoginCode.filter(delivery=SmsDelivery.REFUSED).count(), len(sms.sent)) == (4, 1)


async def test_a_code_with_an_unknown_delivery_counts(app: AppContext, sms: RecordingSms) -> None:
    own = with_settings(app, login_codes_per_hour=1)
    user = await create_user()
    await request_code(own, sms, str(user.mobile), TIMED_OUT)
    await LoginCode.all().update(created_at=await database.now() - timedelta(minutes=2))

    with pytest.raises(TooManyCodes):
        await request_code(own, sms, str(user.mobile))


async def test_staff_are_alerted_once_when_codes_are_not_sent_until_one_is(
    app: AppContext, sms: RecordingSms
) -> None:
    owner = await create_user()
    await User.filter(id=owner.id).update(role=UserRole.OWNER)
    for number, failure in enumerate((REFUSED, TIMED_OUT, REFUSED, REFUSED)):
        await request_code(app, sms, f"0912000000{number}", failure)
    alerts = Notification.filter(user_id=owner.id, kind=NotificationKind.SHOP_ALERT)
    assert (await alerts.count(), await Alert.filter(kind=AlertKind.SMS_FAILING).count()) == (1, 1)

    await request_code(app, sms, "09120000009")

    assert await Alert.filter(kind=AlertKind.SMS_FAILING).count() == 0
