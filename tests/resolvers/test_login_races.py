"""Many requests at once get no more than one would."""

import asyncio

import pytest

from domain.problems import TooManyCodes, WrongLoginCode
from models import AccessToken, LoginCode, User
from resolvers.app_context import AppContext
from resolvers.login import IssuedSession
from tests.fakes import RecordingSms, create_user
from tests.resolvers.logins import MOBILE, different_code, receive_code, request_code, verify_code

pytestmark = pytest.mark.both_databases


async def try_code(app: AppContext, code: str) -> IssuedSession | type[Exception]:
    try:
        return await verify_code(app, username=MOBILE, code=code)
    except WrongLoginCode as refusal:
        return type(refusal)


async def request_code_for(app: AppContext, *, address: str) -> str:
    try:
        await request_code(app, MOBILE, address=address)
    except TooManyCodes:
        return "refused"
    return "sent"


async def test_fifty_wrong_tries_at_once_count_as_exactly_five(app: AppContext, sms: RecordingSms) -> None:
    code = await receive_code(app, sms)

    answers = await asyncio.gather(*(try_code(app, different_code(code, by=by)) for by in range(1, 51)))

    assert answers == [WrongLoginCode] * 50
    assert (await LoginCode.get()).attempts == 5
    assert await try_code(app, code) is WrongLoginCode


async def test_twenty_right_tries_at_once_give_exactly_one_session(
    app: AppContext, sms: RecordingSms
) -> None:
    user = await create_user(mobile=MOBILE)
    code = await receive_code(app, sms)

    answers = await asyncio.gather(*(try_code(app, code) for _ in range(20)))

    (session,) = [answer for answer in answers if isinstance(answer, IssuedSession)]
    assert session.user.id == user.id
    assert await AccessToken.all().count() == 1


async def test_twenty_right_tries_of_an_unknown_mobile_create_one_user(
    app: AppContext, sms: RecordingSms
) -> None:
    code = await receive_code(app, sms)

    answers = await asyncio.gather(*(try_code(app, code) for _ in range(20)))

    assert sum(isinstance(answer, IssuedSession) for answer in answers) == 1
    assert await User.all().count() == await AccessToken.all().count() == 1


async def test_twenty_requests_at_once_for_a_number_send_exactly_one_code(
    app: AppContext, sms: RecordingSms
) -> None:
    answers = await asyncio.gather(
        *(request_code_for(app, address=f"192.0.2.{number}") for number in range(20))
    )

    assert sorted(answers) == ["refused"] * 19 + ["sent"]
    assert len(sms.sent) == await LoginCode.all().count() == 1
    assert isinstance(await try_code(app, sms.sent[0][1]), IssuedSession)


async def test_requests_at_once_for_many_numbers_stay_within_the_limit_of_their_address(
    app: AppContext,
) -> None:
    async def ask_for(mobile: str) -> bool:
        try:
            await request_code(app, mobile)
        except TooManyCodes:
            return False
        return True

    sent = await asyncio.gather(*(ask_for(f"0912111{number:04d}") for number in range(30)))

    assert sum(sent) == app.settings.login_codes_per_address == 20
