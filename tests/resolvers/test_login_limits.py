"""Limits on sending codes; they count rows, so time is simulated by making rows older."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.problems import TooManyCodes, WrongLoginCode
from models import LoginCode
from resolvers.app_context import AppContext
from tests.fakes import RecordingSms, build_app, create_user
from tests.resolvers.logins import (
    MOBILE,
    advance_time,
    different_code,
    receive_code,
    request_code,
    verify_code,
    with_settings,
)

pytestmark = pytest.mark.both_databases

NOBODY = "nobody@example.com"


async def refused_wait(app: AppContext, username: str = MOBILE, *, address: str = "192.0.2.1") -> timedelta:
    """The `retry_after` of a refused code."""
    with pytest.raises(TooManyCodes) as refusal:
        await request_code(app, username, address=address)
    return refusal.value.retry_after


@pytest.mark.parametrize("username", [MOBILE, NOBODY])
async def test_a_second_code_within_a_minute_is_refused(app: AppContext, username: str) -> None:
    await request_code(app, username)
    await advance_time(timedelta(seconds=30))

    assert await refused_wait(app, username) == timedelta(seconds=60)

    await advance_time(timedelta(seconds=30))
    await request_code(app, username)


@pytest.mark.parametrize("username", [MOBILE, NOBODY])
async def test_a_sixth_code_within_an_hour_is_refused(app: AppContext, username: str) -> None:
    for _ in range(5):
        await request_code(app, username)
        await advance_time(timedelta(minutes=10))

    assert await refused_wait(app, username) == timedelta(hours=1)

    await advance_time(timedelta(minutes=10))
    await request_code(app, username)


@pytest.mark.parametrize("username", [MOBILE, NOBODY])
async def test_an_eleventh_code_within_a_day_is_refused(app: AppContext, username: str) -> None:
    for _ in range(10):
        await request_code(app, username)
        await advance_time(timedelta(hours=2))

    assert await refused_wait(app, username) == timedelta(days=1)

    await advance_time(timedelta(hours=4))
    await request_code(app, username)


async def test_an_address_may_request_twenty_codes_an_hour_for_any_numbers(app: AppContext) -> None:
    for number in range(20):
        await request_code(app, f"0912111{number:04d}", address="192.0.2.1")

    assert await refused_wait(app, "09122222222", address="192.0.2.1") == timedelta(hours=1)

    await request_code(app, "09122222222", address="192.0.2.2")
    await advance_time(timedelta(hours=1))
    await request_code(app, "09123333333", address="192.0.2.1")


async def test_a_number_is_limited_whatever_the_addresses(app: AppContext) -> None:
    await request_code(app, MOBILE, address="192.0.2.1")

    assert await refused_wait(app, MOBILE, address="192.0.2.2") == timedelta(seconds=60)


async def test_the_installation_sends_no_more_codes_a_day_than_its_budget(app: AppContext) -> None:
    thrifty = with_settings(app, login_codes_daily_budget=3)
    for number in range(3):
        await request_code(thrifty, f"0912111{number:04d}", address=f"192.0.2.{number}")

    assert await refused_wait(thrifty, MOBILE, address="192.0.2.9") == timedelta(days=1)

    await advance_time(timedelta(days=1))
    await request_code(thrifty, MOBILE, address="192.0.2.9")


async def test_codes_that_were_not_sent_do_not_eat_the_budget(app: AppContext, sms: RecordingSms) -> None:
    thrifty = with_settings(app, login_codes_daily_budget=2)
    for number in range(3):
        await request_code(thrifty, f"nobody{number}@example.com")

    await request_code(thrifty, MOBILE)

    assert [mobile for mobile, _ in sms.sent] == [MOBILE]


async def test_an_email_and_the_mobile_of_its_user_share_their_limits(app: AppContext) -> None:
    await create_user(mobile=MOBILE, email="sara@example.com")
    await request_code(app, "sara@example.com")

    assert await refused_wait(app, MOBILE) == timedelta(seconds=60)


@pytest.mark.parametrize("spelling", ["+989121111111", "۰۹۱۲۱۱۱۱۱۱۱", "9121111111"])
async def test_another_spelling_of_a_number_shares_its_limits(app: AppContext, spelling: str) -> None:
    await request_code(app, MOBILE)

    assert await refused_wait(app, spelling) == timedelta(seconds=60)


async def test_limits_count_in_the_database_so_that_a_second_process_sees_them(app: AppContext) -> None:
    await request_code(app, MOBILE)
    sms = RecordingSms()

    await refused_wait(build_app(app.settings, sms), MOBILE)

    assert sms.sent == []


async def test_a_refused_request_sends_nothing_and_keeps_the_current_code(
    app: AppContext, sms: RecordingSms
) -> None:
    code = await receive_code(app, sms, MOBILE)

    await refused_wait(app, MOBILE)

    assert len(sms.sent) == await LoginCode.all().count() == 1
    assert (await verify_code(app, username=MOBILE, code=code)).user.mobile == MOBILE


async def test_a_used_code_still_counts_for_the_limits(app: AppContext, sms: RecordingSms) -> None:
    code = await receive_code(app, sms, MOBILE)
    await verify_code(app, username=MOBILE, code=code)

    assert await refused_wait(app, MOBILE) == timedelta(seconds=60)


async def test_the_number_of_tries_is_the_settings(app: AppContext, sms: RecordingSms) -> None:
    strict = with_settings(app, login_code_tries=1)
    code = await receive_code(strict, sms)

    for offered in (different_code(code), code):
        with pytest.raises(WrongLoginCode):
            await verify_code(strict, username=MOBILE, code=offered)


async def test_codes_hashed_under_another_key_are_refused(app: AppContext, sms: RecordingSms) -> None:
    code = await receive_code(app, sms)

    with pytest.raises(WrongLoginCode):
        await verify_code(replace(app, login_code_key=b"new"), username=MOBILE, code=code)
