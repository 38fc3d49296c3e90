"""Signing in by a code."""

from datetime import timedelta

import pytest

from auth import login_codes
from domain.problems import InvalidInput, MalformedUsername, WrongLoginCode
from domain.roles import UserRole
from models import AccessToken, LoginCode, User
from resolvers import login, sessions
from resolvers.app_context import AppContext
from tests.fakes import RecordingSms, create_user
from tests.resolvers.logins import (
    ADDRESS,
    MOBILE,
    advance_time,
    different_code,
    receive_code,
    request_code,
    sign_in,
    verify_code,
)

pytestmark = pytest.mark.both_databases


async def test_request_sends_one_code_of_six_digits_to_the_mobile(app: AppContext, sms: RecordingSms) -> None:
    await create_user(mobile=MOBILE)

    await request_code(app, MOBILE)

    ((mobile, code),) = sms.sent
    assert mobile == MOBILE
    assert len(code) == 6
    assert set(code) <= set("0123456789")


async def test_request_answers_when_the_code_expires(app: AppContext) -> None:
    expires_at = await request_code(app)

    row = await LoginCode.get()
    assert expires_at == row.expires_at == row.created_at + timedelta(seconds=120)
    assert (expires_at.microsecond, expires_at.utcoffset()) == (0, timedelta(0))


async def test_a_code_is_stored_only_as_a_keyed_hash(app: AppContext, sms: RecordingSms) -> None:
    code = await receive_code(app, sms)

    row = await LoginCode.get()
    stored = {name: str(getattr(row, name)) for name in row._meta.fields_db_projection}
    assert code not in (stored["subject"], stored["network"], stored["code_hash"])
    assert row.code_hash == login_codes.hash_code(app.login_code_key, subject=MOBILE, code=code)
    assert row.code_hash != login_codes.hash_code(b"another key", subject=MOBILE, code=code)


async def test_a_request_creates_no_user(app: AppContext) -> None:
    await request_code(app, MOBILE)

    assert not await User.exists()


async def test_the_first_right_code_of_an_unknown_mobile_creates_its_user(
    app: AppContext, sms: RecordingSms
) -> None:
    session = await sign_in(app, sms, MOBILE)

    user = await User.get()
    assert session.user.id == user.id
    assert (user.mobile, user.mobile_verified, user.role, user.balance) == (MOBILE, True, UserRole.USER, 0)
    assert user.created_at.microsecond == 0


async def test_a_known_user_signs_in_as_themselves(app: AppContext, sms: RecordingSms) -> None:
    await create_user()
    user = await create_user(mobile=MOBILE)

    session = await sign_in(app, sms, MOBILE)

    assert session.user.id == user.id
    assert await User.all().count() == 2


async def test_the_answered_token_signs_its_user_in_for_a_year(app: AppContext, sms: RecordingSms) -> None:
    session = await sign_in(app, sms)

    viewer = await sessions.authenticate(app, session.access_token)
    row = await AccessToken.get()
    assert viewer is not None
    assert viewer.user.id == session.user.id
    assert viewer.expires_at == session.expires_at == row.issued_at + timedelta(days=365)


async def test_a_known_email_gets_the_code_on_its_users_mobile(app: AppContext, sms: RecordingSms) -> None:
    user = await create_user(mobile=MOBILE, email="sara@example.com")

    session = await sign_in(app, sms, " Sara@Example.COM ")

    assert sms.sent[0][0] == MOBILE
    assert session.user.id == user.id


async def test_a_code_requested_by_email_is_valid_for_the_mobile_too(
    app: AppContext, sms: RecordingSms
) -> None:
    user = await create_user(mobile=MOBILE, email="sara@example.com")
    code = await receive_code(app, sms, "sara@example.com")

    session = await verify_code(app, username=MOBILE, code=code)

    assert session.user.id == user.id


@pytest.mark.parametrize("username", [" ۰۹۱۲ ۱۱۱ ۱۱۱۱", "+98 912 111 1111", "٠٩١٢١١١١١١١", "9121111111"])
async def test_a_mobile_may_be_written_in_any_usual_way(
    app: AppContext, sms: RecordingSms, username: str
) -> None:
    user = await create_user(mobile=MOBILE)
    code = await receive_code(app, sms, username)

    session = await verify_code(app, username=username, code=code)

    assert session.user.id == user.id


@pytest.mark.parametrize("zero", ["۰", "٠"])
async def test_a_code_may_be_typed_in_persian_or_arabic_digits(
    app: AppContext, sms: RecordingSms, zero: str
) -> None:
    code = await receive_code(app, sms)
    typed = "".join(chr(ord(zero) + int(digit)) for digit in code)

    session = await verify_code(app, username=MOBILE, code=f" {typed}\n")

    assert session.user.mobile == MOBILE


@pytest.mark.parametrize(
    "username", ["", " ", "sara", "0912111111", "091211111111", "a@b", "@example.com", "\x00", "\ud800@b.ir"]
)
async def test_a_malformed_username_is_refused_at_both_steps(app: AppContext, username: str) -> None:
    with pytest.raises(MalformedUsername):
        await login.request_login_code(app, username=username, network=ADDRESS)
    with pytest.raises(MalformedUsername):
        await verify_code(app, username=username, code="123456")

    assert not await LoginCode.exists()


async def test_an_email_that_grows_in_lower_case_is_refused_rather_than_truncated(app: AppContext) -> None:
    username = f"{'İ' * 60}@{'İ' * 100}.com"

    with pytest.raises(MalformedUsername):
        await login.request_login_code(app, username=username, network=ADDRESS)


@pytest.mark.parametrize("code", ["", "12345", "1234567", "12345a", "12 456", "-12345", "½23456", "\x00"])
async def test_a_code_that_is_not_six_digits_is_invalid_and_counts_as_no_try(
    app: AppContext, sms: RecordingSms, code: str
) -> None:
    await receive_code(app, sms)

    with pytest.raises(InvalidInput) as refusal:
        await verify_code(app, username=MOBILE, code=code)

    assert refusal.value.field == "code"
    assert (await LoginCode.get()).attempts == 0


async def test_a_wrong_code_is_refused_and_counted_and_the_right_one_still_works(
    app: AppContext, sms: RecordingSms
) -> None:
    code = await receive_code(app, sms)

    with pytest.raises(WrongLoginCode):
        await verify_code(app, username=MOBILE, code=different_code(code))

    assert (await LoginCode.get()).attempts == 1
    assert (await verify_code(app, username=MOBILE, code=code)).user.mobile == MOBILE


async def test_after_five_wrong_tries_the_right_code_is_refused(app: AppContext, sms: RecordingSms) -> None:
    code = await receive_code(app, sms)
    for by in range(1, 6):
        with pytest.raises(WrongLoginCode):
            await verify_code(app, username=MOBILE, code=different_code(code, by=by))

    with pytest.raises(WrongLoginCode):
        await verify_code(app, username=MOBILE, code=code)

    assert (await LoginCode.get()).attempts == 5
    assert not await User.exists()


async def test_the_fifth_try_may_be_the_right_one(app: AppContext, sms: RecordingSms) -> None:
    code = await receive_code(app, sms)
    for by in range(1, 5):
        with pytest.raises(WrongLoginCode):
            await verify_code(app, username=MOBILE, code=different_code(code, by=by))

    assert (await verify_code(app, username=MOBILE, code=code)).user.mobile == MOBILE


async def test_a_used_code_is_refused(app: AppContext, sms: RecordingSms) -> None:
    code = await receive_code(app, sms)
    await verify_code(app, username=MOBILE, code=code)

    with pytest.raises(WrongLoginCode):
        await verify_code(app, username=MOBILE, code=code)

    assert await AccessToken.all().count() == 1


async def test_a_new_code_voids_the_old_one(app: AppContext, sms: RecordingSms) -> None:
    old = await receive_code(app, sms)
    await advance_time(timedelta(seconds=60))
    new = await receive_code(app, sms)
    while new == old:
        await advance_time(timedelta(hours=1))
        new = await receive_code(app, sms)

    with pytest.raises(WrongLoginCode):
        await verify_code(app, username=MOBILE, code=old)

    assert (await verify_code(app, username=MOBILE, code=new)).user.mobile == MOBILE


async def test_an_expired_code_is_refused(app: AppContext, sms: RecordingSms) -> None:
    code = await receive_code(app, sms)
    await advance_time(timedelta(seconds=120))

    with pytest.raises(WrongLoginCode):
        await verify_code(app, username=MOBILE, code=code)


async def test_a_code_is_good_for_its_own_number_only(app: AppContext, sms: RecordingSms) -> None:
    await receive_code(app, sms, "09122222222")
    code = await receive_code(app, sms, MOBILE)

    with pytest.raises(WrongLoginCode):
        await verify_code(app, username="09122222222", code=code)


async def test_a_code_that_was_not_requested_is_refused(app: AppContext) -> None:
    await create_user(mobile=MOBILE)

    with pytest.raises(WrongLoginCode):
        await verify_code(app, username=MOBILE, code="123456")
