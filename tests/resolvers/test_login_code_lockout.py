"""Guessing or requesting codes cannot lock an owner out; the reserve for owners is bounded, too."""

import asyncio
from datetime import timedelta

import pytest

from domain.problems import TooManyCodes, WrongLoginCode
from domain.roles import UserRole
from models import LoginCode, LoginCodeTry, User
from resolvers.app_context import AppContext
from tests.fakes import RecordingSms, create_user
from tests.resolvers.logins import (
    MOBILE,
    advance_time,
    different_code,
    receive_code,
    request_code,
    sign_in,
    verify_code,
    with_settings,
)

pytestmark = pytest.mark.both_databases

HOME = "192.0.2.1"
STRANGER = "198.51.100.7"


async def try_wrong_code(app: AppContext, code: str, *, times: int, network: str) -> None:
    for by in range(1, times + 1):
        with pytest.raises(WrongLoginCode):
            await verify_code(app, username=MOBILE, code=different_code(code, by=by), network=network)


async def test_wrong_attempts_by_a_stranger_leave_the_code_valid_for_its_owner(
    app: AppContext, sms: RecordingSms
) -> None:
    code = await receive_code(app, sms)
    await try_wrong_code(app, code, times=12, network=STRANGER)
    await try_wrong_code(app, code, times=4, network=HOME)

    session = await verify_code(app, username=MOBILE, code=code, network=HOME)

    assert session.user.mobile == MOBILE


async def test_five_wrong_tries_void_the_code_for_their_network_alone(
    app: AppContext, sms: RecordingSms
) -> None:
    code = await receive_code(app, sms)
    await try_wrong_code(app, code, times=5, network=STRANGER)

    with pytest.raises(WrongLoginCode):
        await verify_code(app, username=MOBILE, code=code, network=STRANGER)

    assert (await verify_code(app, username=MOBILE, code=code, network=HOME)).user.mobile == MOBILE


async def test_fifty_wrong_tries_from_many_networks_void_the_code(app: AppContext, sms: RecordingSms) -> None:
    code = await receive_code(app, sms)
    for number in range(10):
        await try_wrong_code(app, code, times=5, network=f"198.51.100.{number}")

    with pytest.raises(WrongLoginCode):
        await verify_code(app, username=MOBILE, code=code, network=HOME)

    assert (await LoginCode.get()).attempts == 50


async def test_tries_beyond_a_network_s_own_use_up_nothing_of_the_fifty(
    app: AppContext, sms: RecordingSms
) -> None:
    code = await receive_code(app, sms)

    await try_wrong_code(app, code, times=8, network=STRANGER)

    assert (await LoginCode.get()).attempts == 5


async def test_tries_at_once_from_one_network_are_no_more_than_its_own(
    app: AppContext, sms: RecordingSms
) -> None:
    code = await receive_code(app, sms)

    async def guess(by: int) -> bool:
        try:
            await verify_code(app, username=MOBILE, code=different_code(code, by=by), network=STRANGER)
        except WrongLoginCode:
            return False
        return True

    assert not any(await asyncio.gather(*(guess(by) for by in range(1, 21))))
    assert (await LoginCodeTry.get()).attempts == (await LoginCode.get()).attempts == 5


@pytest.mark.parametrize(("codes", "gap"), [(5, timedelta(minutes=2)), (10, timedelta(hours=2))])
async def test_a_network_the_user_signed_in_from_has_one_reserved_code_beyond_the_limit(
    codes: int, gap: timedelta, app: AppContext, sms: RecordingSms
) -> None:
    await create_user(mobile=MOBILE)
    await sign_in(app, sms)
    await advance_time(timedelta(days=1))
    for _ in range(codes):
        await request_code(app, MOBILE, address=STRANGER)
        await advance_time(gap)
    with pytest.raises(TooManyCodes):
        await request_code(app, MOBILE, address=STRANGER)

    await request_code(app, MOBILE, address=HOME)
    session = await verify_code(app, username=MOBILE, code=sms.sent[-1][1], network=HOME)

    assert session.user.mobile == MOBILE
    await advance_time(timedelta(minutes=2))
    with pytest.raises(TooManyCodes):
        await request_code(app, MOBILE, address=HOME)


async def test_a_network_another_user_signed_in_from_has_no_reserve(
    app: AppContext, sms: RecordingSms
) -> None:
    await create_user(mobile=MOBILE)
    await sign_in(app, sms, "09123333333")
    for _ in range(5):
        await request_code(app, MOBILE, address=STRANGER)
        await advance_time(timedelta(minutes=2))

    with pytest.raises(TooManyCodes):
        await request_code(app, MOBILE, address=HOME)


async def test_sendings_at_once_from_a_known_network_take_its_one_reserve_once(
    app: AppContext, sms: RecordingSms
) -> None:
    eager = with_settings(app, login_code_interval=timedelta(0))
    await create_user(mobile=MOBILE)
    await sign_in(eager, sms)
    await advance_time(timedelta(days=1))
    for _ in range(5):
        await request_code(eager, MOBILE, address=STRANGER)

    async def request_one() -> bool:
        try:
            await request_code(eager, MOBILE, address=HOME)
        except TooManyCodes:
            return False
        return True

    assert sum(await asyncio.gather(*(request_one() for _ in range(8)))) == 1


async def test_a_fifth_of_the_budget_is_kept_for_known_numbers_and_a_part_of_that_for_staff(
    app: AppContext,
) -> None:
    thrifty = with_settings(app, login_codes_daily_budget=20)
    known = [(await create_user()).mobile or "" for _ in range(4)]
    owner = await create_user()
    await User.filter(id=owner.id).update(role=UserRole.OWNER)
    claimed = await create_user(is_verified=False)
    for number in range(16):
        await request_code(thrifty, f"0935000{number:04d}", address=f"198.51.100.{number}")

    for stranger in ("09359999999", claimed.mobile or ""):
        with pytest.raises(TooManyCodes) as refusal:
            await request_code(thrifty, stranger, address=STRANGER)
        assert refusal.value.retry_after == timedelta(days=1)
    for mobile in known[:3]:
        await request_code(thrifty, mobile, address=HOME)
    with pytest.raises(TooManyCodes):
        await request_code(thrifty, known[3], address=HOME)
    await request_code(thrifty, owner.mobile or "", address=HOME)

    assert await LoginCode.filter(is_sent=True).count() == 20
