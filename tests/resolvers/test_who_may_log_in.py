"""Who gets a code and who signs in with it; whoever may not learns nothing at the first step."""

import asyncio
from datetime import timedelta

import pytest

from domain import login_codes
from domain.problems import UnknownUser, WrongLoginCode
from models import AccessToken, LoginCode, User, database
from resolvers import login, profile, sessions
from resolvers.shop import Shop
from tests.fakes import MOMENT, RecordingSms, create_user
from tests.resolvers.logins import (
    MOBILE,
    let_time_pass,
    receive_code,
    request_code,
    sign_in,
    with_settings,
)

CLAIMED = "09355555555"


async def test_an_unknown_email_gets_the_same_answer_but_no_code(shop: Shop, sms: RecordingSms) -> None:
    expires_at = await request_code(shop, "nobody@example.com")

    row = await LoginCode.get()
    assert (sms.sent, row.is_sent) == ([], False)
    assert expires_at == row.created_at + timedelta(seconds=120)
    with pytest.raises(UnknownUser):
        await login.verify_login_code(shop, username="nobody@example.com", code="123456")


async def test_no_code_signs_in_a_username_that_got_none(shop: Shop) -> None:
    await create_user(email="sara@example.com")
    await User.all().update(mobile=None)
    await request_code(shop, "sara@example.com")
    # As if the code that was made for nobody had been guessed.
    guessed = login_codes.hash_code(shop.login_code_key, subject="sara@example.com", code="123456")
    await LoginCode.all().update(code_hash=guessed)

    with pytest.raises(UnknownUser):
        await login.verify_login_code(shop, username="sara@example.com", code="123456")

    assert not await AccessToken.exists()


async def test_a_code_that_was_never_sent_signs_nobody_in_even_after_registration_opened(shop: Shop) -> None:
    await request_code(with_settings(shop, registration_open=False), MOBILE)
    guessed = login_codes.hash_code(shop.login_code_key, subject=MOBILE, code="123456")
    await LoginCode.all().update(code_hash=guessed)

    with pytest.raises(WrongLoginCode):
        await login.verify_login_code(shop, username=MOBILE, code="123456")

    assert not await User.exists()


async def test_with_closed_registration_an_unknown_mobile_gets_the_same_answer_but_no_code(
    shop: Shop, sms: RecordingSms
) -> None:
    closed = with_settings(shop, registration_open=False)

    expires_at = await request_code(closed, MOBILE)

    row = await LoginCode.get()
    assert (sms.sent, row.is_sent) == ([], False)
    assert expires_at == row.created_at + timedelta(seconds=120)
    with pytest.raises(UnknownUser):
        await login.verify_login_code(closed, username=MOBILE, code="123456")


async def test_with_closed_registration_a_known_mobile_signs_in(shop: Shop, sms: RecordingSms) -> None:
    user = await create_user(mobile=MOBILE)

    session = await sign_in(with_settings(shop, registration_open=False), sms, MOBILE)

    assert session.user.id == user.id


async def test_a_code_sent_before_registration_closed_creates_no_user(shop: Shop, sms: RecordingSms) -> None:
    code = await receive_code(shop, sms, MOBILE)

    with pytest.raises(UnknownUser):
        await login.verify_login_code(
            with_settings(shop, registration_open=False), username=MOBILE, code=code
        )

    assert not await User.exists()


async def test_a_blocked_user_gets_the_same_answer_but_no_code(shop: Shop, sms: RecordingSms) -> None:
    user = await create_user(mobile=MOBILE)
    await User.filter(id=user.id).update(is_active=False)

    await request_code(shop, MOBILE)

    assert sms.sent == []
    with pytest.raises(UnknownUser):
        await login.verify_login_code(shop, username=MOBILE, code="123456")


async def test_a_user_blocked_after_asking_cannot_sign_in(shop: Shop, sms: RecordingSms) -> None:
    user = await create_user(mobile=MOBILE)
    code = await receive_code(shop, sms, MOBILE)
    await User.filter(id=user.id).update(is_active=False)

    with pytest.raises(UnknownUser):
        await login.verify_login_code(shop, username=MOBILE, code=code)

    assert not await AccessToken.exists()


async def test_the_first_sign_in_with_a_claimed_mobile_verifies_it_and_ends_older_sessions(
    shop: Shop, sms: RecordingSms
) -> None:
    user = await create_user(mobile=MOBILE, is_verified=False)
    squatters, _ = await sessions.issue_token(shop, user, now=await database.now())
    assert await sessions.authenticate(shop, squatters) is not None

    session = await sign_in(shop, sms, MOBILE)

    assert (await User.get(id=user.id)).mobile_verified
    assert await sessions.authenticate(shop, squatters) is None
    assert await sessions.authenticate(shop, session.access_token) is not None


async def test_a_further_sign_in_leaves_the_other_sessions_as_they_are(shop: Shop, sms: RecordingSms) -> None:
    first = await sign_in(shop, sms)
    await let_time_pass(timedelta(hours=1))
    second = await sign_in(shop, sms)

    assert first.access_token != second.access_token
    assert await sessions.authenticate(shop, first.access_token) is not None
    assert await sessions.authenticate(shop, second.access_token) is not None


async def test_a_mobile_belongs_to_the_user_that_verified_it_however_old_other_claims_are(
    shop: Shop, sms: RecordingSms
) -> None:
    await create_user(mobile=MOBILE, is_verified=False)
    owner = await create_user(mobile=MOBILE)

    session = await sign_in(shop, sms, MOBILE)

    assert session.user.id == owner.id


async def test_a_claim_to_a_mobile_that_another_has_verified_signs_nobody_in(
    shop: Shop, sms: RecordingSms
) -> None:
    await create_user(mobile=MOBILE)
    claimant = await create_user(mobile=MOBILE, email="claimant@example.com", is_verified=False)
    code = await receive_code(shop, sms, "claimant@example.com")

    with pytest.raises(WrongLoginCode):
        await login.verify_login_code(shop, username="claimant@example.com", code=code)

    assert not (await User.get(id=claimant.id)).mobile_verified
    assert not await AccessToken.exists()


async def test_the_latest_of_two_claims_of_a_number_logs_in_with_it(shop: Shop, sms: RecordingSms) -> None:
    first, second = await create_user(), await create_user()
    await profile.update_profile(first, mobile=CLAIMED)
    await User.filter(id=first.id).update(updated_at=MOMENT)
    await profile.update_profile(second, mobile=CLAIMED)

    session = await login.verify_login_code(
        shop, username=CLAIMED, code=await receive_code(shop, sms, CLAIMED)
    )

    assert session.user.id == second.id


async def test_verifying_a_claimed_number_ends_the_account_s_other_keys(
    shop: Shop, sms: RecordingSms
) -> None:
    user = await create_user()
    await User.filter(id=user.id).update(api_key_hash="a" * 64)
    await profile.update_profile(user, mobile=CLAIMED, password="an attacker's")

    await login.verify_login_code(shop, username=CLAIMED, code=await receive_code(shop, sms, CLAIMED))

    after = await User.get(id=user.id)
    assert (after.mobile_verified, after.password_hash, after.api_key_hash) == (True, None, None)


async def test_a_number_changed_while_its_code_is_verified_is_not_verified(
    shop: Shop, sms: RecordingSms
) -> None:
    user = await create_user()
    code = await receive_code(shop, sms, str(user.mobile))
    outcomes = await asyncio.gather(
        login.verify_login_code(shop, username=str(user.mobile), code=code),
        profile.update_profile(user, mobile=CLAIMED),
        return_exceptions=True,
    )

    after = await User.get(id=user.id)
    assert (after.mobile, after.mobile_verified) == (CLAIMED, False), outcomes
