"""Who gets a code and who signs in with it; the first step reveals nothing to others."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import count

import pytest

import database
from auth import login_codes
from domain.permissions import Permission
from domain.problems import UnknownUser, WrongLoginCode
from domain.roles import UserRole
from domain.sessions import SessionKind
from models import AccessToken, LoginCode, OpenIdIdentity, TotpSecret, User
from resolvers import access_revocation, api_keys, login, profile, sessions
from resolvers.access_revocation import Credential
from resolvers.app_context import AppContext
from resolvers.staff import role_grants, users
from tests.fakes import RecordingSms, create_user
from tests.resolvers.logins import (
    CLIENT,
    MOBILE,
    advance_time,
    different_code,
    receive_code,
    request_code,
    sign_in,
    verify_code,
    with_settings,
)
from tests.resolvers.staff.scenario import create_member, create_session

CLAIMED = "09355555555"


async def test_an_unknown_email_gets_the_same_answer_but_no_code(app: AppContext, sms: RecordingSms) -> None:
    expires_at = await request_code(app, "nobody@example.com")

    row = await LoginCode.get()
    assert (sms.sent, row.is_sent) == ([], False)
    assert expires_at == row.created_at + timedelta(seconds=120)
    with pytest.raises(UnknownUser):
        await verify_code(app, username="nobody@example.com", code="123456")


async def test_no_code_signs_in_a_username_that_got_none(app: AppContext) -> None:
    await create_user(email="sara@example.com")
    await User.all().update(mobile=None)
    await request_code(app, "sara@example.com")
    # As if a code that was never sent had been guessed.
    guessed = login_codes.hash_code(app.login_code_key, subject="sara@example.com", code="123456")
    await LoginCode.all().update(code_hash=guessed)

    with pytest.raises(UnknownUser):
        await verify_code(app, username="sara@example.com", code="123456")

    assert not await AccessToken.exists()


async def test_a_code_that_was_never_sent_is_refused_even_after_registration_opened(
    app: AppContext,
) -> None:
    await request_code(with_settings(app, registration_open=False), MOBILE)
    guessed = login_codes.hash_code(app.login_code_key, subject=MOBILE, code="123456")
    await LoginCode.all().update(code_hash=guessed)

    with pytest.raises(WrongLoginCode):
        await verify_code(app, username=MOBILE, code="123456")

    assert not await User.exists()


async def test_with_closed_registration_an_unknown_mobile_gets_the_same_answer_but_no_code(
    app: AppContext, sms: RecordingSms
) -> None:
    closed = with_settings(app, registration_open=False)

    expires_at = await request_code(closed, MOBILE)

    row = await LoginCode.get()
    assert (sms.sent, row.is_sent) == ([], False)
    assert expires_at == row.created_at + timedelta(seconds=120)
    with pytest.raises(UnknownUser):
        await verify_code(closed, username=MOBILE, code="123456")


async def test_with_closed_registration_a_known_mobile_signs_in(app: AppContext, sms: RecordingSms) -> None:
    user = await create_user(mobile=MOBILE)

    session = await sign_in(with_settings(app, registration_open=False), sms, MOBILE)

    assert session.user.id == user.id


async def test_a_code_sent_before_registration_closed_creates_no_user(
    app: AppContext, sms: RecordingSms
) -> None:
    code = await receive_code(app, sms, MOBILE)

    with pytest.raises(UnknownUser):
        await verify_code(with_settings(app, registration_open=False), username=MOBILE, code=code)

    assert not await User.exists()


async def test_a_blocked_user_gets_the_same_answer_but_no_code(app: AppContext, sms: RecordingSms) -> None:
    user = await create_user(mobile=MOBILE)
    await User.filter(id=user.id).update(is_active=False)

    await request_code(app, MOBILE)

    assert sms.sent == []
    with pytest.raises(UnknownUser):
        await verify_code(app, username=MOBILE, code="123456")


async def test_a_user_blocked_after_asking_cannot_sign_in(app: AppContext, sms: RecordingSms) -> None:
    user = await create_user(mobile=MOBILE)
    code = await receive_code(app, sms, MOBILE)
    await User.filter(id=user.id).update(is_active=False)

    with pytest.raises(UnknownUser):
        await verify_code(app, username=MOBILE, code=code)

    assert not await AccessToken.exists()


async def create_claimant(app: AppContext, mobile: str = CLAIMED, **columns: object) -> User:
    """A new user who has just said that the number is theirs."""
    user = await profile.update_profile(app, await create_user(), mobile=mobile)
    await User.filter(id=user.id).update(**columns)
    return await User.get(id=user.id)


async def create_every_credential(app: AppContext, user: User) -> list[str]:
    """Give the account one of each credential; returns the bearers of its tokens."""
    now = await database.now()
    await User.filter(id=user.id).update(api_key_hash=f"{user.id:064d}", password_hash="a password's")
    await OpenIdIdentity.create(user=user, issuer="https://id.example", subject=str(user.id), created_at=now)
    await TotpSecret.create(user=user, secret="a secret", updated_at=now)
    app_token, _ = await sessions.issue_token(app, user, now=now)
    staff_session, _ = await sessions.issue_staff_session(app, user, now=now)
    service_token, _ = await sessions.issue_service_token(
        app, user, name="robot", permissions=[Permission.READ_USERS], lifetime=timedelta(days=1), now=now
    )
    return [app_token, staff_session, service_token]


async def list_credentials(user: User) -> set[Credential]:
    """Which kinds of credentials open the account."""
    row = await User.get(id=user.id)
    tokens = AccessToken.filter(user_id=user.id, revoked_at=None)
    opens = {
        Credential.SESSIONS: await tokens.exclude(kind=SessionKind.SERVICE).exists(),
        Credential.SERVICE_TOKENS: await tokens.filter(kind=SessionKind.SERVICE).exists(),
        Credential.API_KEY: row.api_key_hash is not None,
        Credential.PASSWORD: row.password_hash is not None,
        Credential.OPENID_IDENTITIES: await OpenIdIdentity.exists(user_id=user.id),
        Credential.TOTP_SECRET: await TotpSecret.exists(user_id=user.id),
    }
    return {credential for credential in Credential if opens[credential]}


@pytest.mark.both_databases
async def test_the_first_sign_in_with_a_claimed_mobile_proves_it_and_ends_all_else_that_opens_the_account(
    app: AppContext, sms: RecordingSms
) -> None:
    user = await create_claimant(app)
    bearers = await create_every_credential(app, user)
    assert await list_credentials(user) == set(Credential)

    session = await sign_in(app, sms, CLAIMED)

    assert session.user.id == user.id
    after = await User.get(id=user.id)
    assert (after.mobile_verified, after.mobile_claimed_at) == (True, None)
    assert await list_credentials(user) == {Credential.SESSIONS}
    assert [await sessions.authenticate(app, bearer) for bearer in bearers] == [None, None, None]
    assert await sessions.authenticate(app, session.access_token) is not None


async def test_an_account_that_changes_hands_keeps_only_spared_credentials(app: AppContext) -> None:
    owner = await create_session(await create_member(UserRole.OWNER))
    changes: list[tuple[frozenset[Credential], Callable[[User], Awaitable[object]]]] = [
        (
            access_revocation.KEPT_ON_BLOCK,
            lambda user: users.set_user_active(owner, user_id=user.id, is_active=False, reason="fraud"),
        ),
        (
            access_revocation.KEPT_ON_ROLE_CHANGE,
            lambda user: users.set_user_role(owner, user_id=user.id, role=UserRole.MANAGER),
        ),
        (
            access_revocation.KEPT_ON_ROLE_CHANGE,
            lambda user: role_grants.grant_role(str(user.mobile), role=UserRole.SUPPORT),
        ),
        (access_revocation.ALL_EXCEPT_SESSIONS, lambda user: users.sign_out_user(owner, user_id=user.id)),
    ]
    for spared, change in changes:
        user = await create_user()
        await create_every_credential(app, user)

        await change(user)

        assert await list_credentials(user) == spared


async def test_unblocking_does_not_bring_the_api_key_back(app: AppContext) -> None:
    owner, user = await create_session(await create_member(UserRole.OWNER)), await create_user()
    key = await api_keys.rotate_api_key(user)

    await users.set_user_active(owner, user_id=user.id, is_active=False, reason="fraud")
    await users.set_user_active(owner, user_id=user.id, is_active=True, reason="no fraud")

    assert await api_keys.get_user_by_key(key) is None


async def test_a_further_sign_in_leaves_the_other_sessions_as_they_are(
    app: AppContext, sms: RecordingSms
) -> None:
    first = await sign_in(app, sms)
    await advance_time(timedelta(hours=1))
    second = await sign_in(app, sms)

    assert first.access_token != second.access_token
    assert await sessions.authenticate(app, first.access_token) is not None
    assert await sessions.authenticate(app, second.access_token) is not None


async def test_a_mobile_belongs_to_the_user_that_verified_it_however_old_other_claims_are(
    app: AppContext, sms: RecordingSms
) -> None:
    await create_user(mobile=MOBILE, is_verified=False)
    owner = await create_user(mobile=MOBILE)

    session = await sign_in(app, sms, MOBILE)

    assert session.user.id == owner.id


async def test_a_claim_to_a_mobile_verified_by_another_user_signs_no_one_in(
    app: AppContext, sms: RecordingSms
) -> None:
    await create_user(mobile=MOBILE)
    claimant = await create_user(mobile=MOBILE, email="claimant@example.com", is_verified=False)
    code = await receive_code(app, sms, "claimant@example.com")

    with pytest.raises(WrongLoginCode):
        await verify_code(app, username="claimant@example.com", code=code)

    assert not (await User.get(id=claimant.id)).mobile_verified
    assert not await AccessToken.exists()


@pytest.mark.both_databases
async def test_a_number_that_is_only_claimed_opens_a_new_account_unless_one_customer_claims_it_lately(
    app: AppContext, sms: RecordingSms, subtests: pytest.Subtests
) -> None:
    now = await database.now()
    old = now - login.CLAIM_LIFETIME - timedelta(minutes=1)
    numbers = (f"0935555{number:04d}" for number in count())
    cases: list[tuple[str, list[dict[str, object]], int | None]] = [
        ("one claim of today", [{}], 0),
        ("one claim of the day before", [{"mobile_claimed_at": old}], None),
        (
            "a number that came with the old panel's account",
            [{"mobile_claimed_at": None}],
            None,
        ),
        ("two claims, the latest one fresh", [{"mobile_claimed_at": old}, {}], None),
        ("two claims of today", [{}, {}], None),
        ("a blocked claim beside a fresh one", [{"is_active": False}, {}], 1),
        ("a claim of staff's", [{"role": UserRole.SUPPORT}], None),
    ]
    for name, claims, opened in cases:
        with subtests.test(name):
            mobile = next(numbers)
            claimants = [await create_claimant(app, mobile, **columns) for columns in claims]

            session = await verify_code(app, username=mobile, code=await receive_code(app, sms, mobile))

            known = {claimant.id for claimant in claimants}
            if opened is None:
                assert session.user.id not in known
                assert (session.user.balance, session.user.mobile_verified) == (0, True)
            else:
                assert session.user.id == claimants[opened].id
            again = await User.get_by_verified_mobile(mobile)
            assert again is not None
            assert again.id == session.user.id


async def test_an_older_account_with_money_is_not_opened_by_way_of_a_later_claim_of_its_number(
    app: AppContext, sms: RecordingSms
) -> None:
    imported = await create_user(mobile=CLAIMED, is_verified=False, balance=90_000)
    attacker = await create_claimant(app)

    session = await verify_code(app, username=CLAIMED, code=await receive_code(app, sms, CLAIMED))

    assert session.user.id not in {imported.id, attacker.id}
    assert (await User.get(id=imported.id)).balance == 90_000


async def test_a_claimed_number_is_proven_in_the_account_by_its_code(
    app: AppContext, sms: RecordingSms
) -> None:
    user = await create_claimant(app, mobile_claimed_at=None)
    token, _ = await sessions.issue_token(app, user, now=await database.now())
    viewer = await sessions.authenticate(app, token)
    assert viewer is not None
    # Registration is closed, but the code is sent, because a user claims the number.
    code = await receive_code(with_settings(app, registration_open=False), sms, CLAIMED)

    with pytest.raises(WrongLoginCode):
        await login.confirm_mobile(app, viewer, code=different_code(code), client=CLIENT)
    assert (await login.confirm_mobile(app, viewer, code=code, client=CLIENT)).mobile_verified

    assert await sessions.authenticate(app, token) is not None
    with pytest.raises(WrongLoginCode):
        await login.confirm_mobile(app, viewer, code=code, client=CLIENT)


@pytest.mark.both_databases
async def test_two_accounts_cannot_prove_one_number_at_once(app: AppContext, sms: RecordingSms) -> None:
    first, second = (
        await create_session(await create_claimant(app)),
        await create_session(await create_claimant(app)),
    )
    code = await receive_code(app, sms, CLAIMED)

    ends = await asyncio.gather(
        *(login.confirm_mobile(app, viewer, code=code, client=CLIENT) for viewer in (first, second)),
        return_exceptions=True,
    )

    assert sorted(type(end).__name__ for end in ends) == ["User", "WrongLoginCode"]
    assert await User.filter(mobile=CLAIMED, mobile_verified=True).count() == 1


async def test_a_number_changed_while_its_code_is_verified_is_not_verified(
    app: AppContext, sms: RecordingSms
) -> None:
    user = await create_user()
    code = await receive_code(app, sms, str(user.mobile))
    outcomes = await asyncio.gather(
        verify_code(app, username=str(user.mobile), code=code),
        profile.update_profile(app, user, mobile=CLAIMED),
        return_exceptions=True,
    )

    after = await User.get(id=user.id)
    assert (after.mobile, after.mobile_verified) == (CLAIMED, False), outcomes
