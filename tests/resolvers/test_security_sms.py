"""SMS about what an intruder would do: to the number that was left, and to staff who signed in."""

import logging
from datetime import timedelta

import pytest

from domain.enums import NotificationKind, SmsNotice
from domain.roles import UserRole
from gateways.errors import GatewayUnavailable
from models import AccessToken, Notification, User
from resolvers import profile, staff_sessions
from resolvers.app_context import AppContext
from tests.fakes import RecordingSms, create_user
from tests.resolvers.logins import CLIENT, receive_code
from tests.resolvers.staff.scenario import create_member, create_session

NEW = "09125550000"
A_MINUTE = timedelta(minutes=1)


async def test_the_verified_number_of_an_account_is_notified_of_the_new_one(
    app: AppContext, sms: RecordingSms
) -> None:
    user = await create_user(mobile="09121110000")

    await profile.update_profile(app, user, mobile=NEW)
    assert sms.notices == []
    await app.sms.drain(A_MINUTE)

    assert sms.notices == [("09121110000", SmsNotice.MOBILE_CHANGED, "0912****000")]


async def test_an_unverified_or_unchanged_number_causes_no_notification(
    app: AppContext, sms: RecordingSms
) -> None:
    await profile.update_profile(app, await create_user(is_verified=False), mobile=NEW)
    same = await create_user(mobile="09121110000")
    await profile.update_profile(app, same, mobile="+98 912 111 0000", first_name="Mina")
    await app.sms.drain(A_MINUTE)

    assert sms.notices == []


async def test_staff_are_notified_of_a_changed_number_at_the_old_one(
    app: AppContext, sms: RecordingSms
) -> None:
    owner = await create_member(UserRole.OWNER)

    await profile.update_profile(app, owner, session=await create_session(owner), mobile=NEW)
    await app.sms.drain(A_MINUTE)

    assert [(to, notice) for to, notice, _ in sms.notices] == [(owner.mobile, SmsNotice.MOBILE_CHANGED)]


async def sign_in(app: AppContext, sms: RecordingSms, owner: User) -> str:
    code = await receive_code(app, sms, str(owner.mobile))
    session = await staff_sessions.start_staff_session(
        app, username=str(owner.mobile), code=code, client=CLIENT
    )
    return session.access_token


async def test_staff_are_notified_of_each_sign_in_with_its_network(
    app: AppContext, sms: RecordingSms
) -> None:
    owner = await create_member(UserRole.OWNER)

    await sign_in(app, sms, owner)
    await app.sms.drain(A_MINUTE)

    assert sms.notices == [(owner.mobile, SmsNotice.STAFF_SIGNED_IN, CLIENT.network)]


async def test_a_notice_that_cannot_be_sent_is_logged_and_takes_nothing_back(
    app: AppContext, sms: RecordingSms, caplog: pytest.LogCaptureFixture
) -> None:
    customer, owner = await create_user(mobile="09121110000"), await create_member(UserRole.OWNER)
    code = await receive_code(app, sms, str(owner.mobile))
    sms.fail_with = GatewayUnavailable("timed out", request_sent=True)

    with caplog.at_level(logging.ERROR, "vitrin.sms"):
        await profile.update_profile(app, customer, mobile=NEW)
        await staff_sessions.start_staff_session(app, username=str(owner.mobile), code=code, client=CLIENT)
        await app.sms.drain(A_MINUTE)

    assert (await User.get(id=customer.id)).mobile == NEW
    assert await AccessToken.filter(user_id=owner.id, revoked_at=None).exists()
    assert await Notification.filter(user_id=owner.id, kind=NotificationKind.STAFF_SIGN_IN).exists()
    messages = [record.getMessage() for record in caplog.records]
    assert [message.split(" for ")[0] for message in messages] == [
        "sms not sent: notice mobile_changed",
        "sms not sent: notice staff_signed_in",
    ]
    assert "09121110000" not in "".join(messages)
