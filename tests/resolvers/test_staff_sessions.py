"""Staff's sessions: how they open, what keeps their proof fresh, and when they end."""

import asyncio
import base64
from datetime import timedelta

import pytest

import database
from auth import totp as rules
from domain.enums import NotificationKind
from domain.problems import Forbidden, Problem, WrongLoginCode
from domain.roles import UserRole
from domain.sessions import PROOF_LIFETIME, SessionKind
from domain.staff_problems import (
    FreshCodeRequired,
    SessionNotFound,
    TotpCodeRequired,
    TotpNotStarted,
    WrongTotpCode,
)
from models import AccessToken, LoginCode, Notification, TotpSecret, User
from resolvers import identity_proofs, login, profile, sessions, staff_sessions, totp
from resolvers.app_context import AppContext
from resolvers.sessions import Client, Session
from tests.fakes import RecordingSms, create_user
from tests.resolvers.logins import advance_time, different_code, receive_code, with_settings
from tests.resolvers.staff.scenario import create_member, create_session, create_staff_member

STALE = PROOF_LIFETIME + timedelta(seconds=2)
PHONE = Client(network="192.0.2.7", user_agent="Test browser")


async def sign_in(app: AppContext, sms: RecordingSms, user: User, totp_code: str | None = None) -> Session:
    code = await receive_code(app, sms, str(user.mobile))
    session = await staff_sessions.start_staff_session(
        app, username=str(user.mobile), code=code, totp_code=totp_code, client=PHONE
    )
    viewer = await sessions.authenticate(app, session.access_token)
    assert viewer is not None
    return viewer


async def enrol(app: AppContext, viewer: Session) -> bytes:
    """Set up an authenticator app; its secret."""
    enrolment = await totp.enable_totp(app, viewer)
    padding = "=" * (-len(enrolment.secret) % 8)
    secret = base64.b32decode(enrolment.secret + padding)
    await totp.confirm_totp(app, viewer, code=await code_now(secret))
    # As if a day had passed: the current code may be used again.
    await TotpSecret.filter(user_id=viewer.user.id).update(last_step=1)
    return secret


async def code_now(secret: bytes) -> str:
    return rules.compute_code(secret, rules.compute_step(await database.now()))


async def get_problem(operation: object) -> type[Problem] | None:
    try:
        await operation  # type: ignore[misc] # any awaitable
    except Problem as problem:
        return type(problem)
    return None


async def test_a_login_code_opens_a_staff_session_and_its_user_is_notified(
    app: AppContext, sms: RecordingSms
) -> None:
    user = await create_member(UserRole.SUPPORT)

    viewer = await sign_in(app, sms, user)

    row = await AccessToken.get(id=viewer.token_id)
    assert (viewer.kind, row.network, row.user_agent) == (SessionKind.STAFF, "192.0.2.7", "Test browser")
    assert row.expires_at - row.issued_at == timedelta(days=7)
    assert await identity_proofs.is_confirmed(viewer)
    reported = await Notification.get(user_id=user.id)
    assert reported.kind is NotificationKind.STAFF_SIGN_IN
    assert "192.0.2.7" in reported.message


async def test_customers_wrong_codes_and_claimed_numbers_open_none(
    app: AppContext, sms: RecordingSms
) -> None:
    customer, claimant, staff = (
        await create_user(),
        await create_member(UserRole.OWNER),
        await create_member(UserRole.OWNER),
    )
    await User.filter(id=claimant.id).update(mobile_verified=False)
    for user, problem in ((customer, Forbidden), (claimant, WrongLoginCode)):
        code = await receive_code(app, sms, str(user.mobile))
        with pytest.raises(problem):
            await staff_sessions.start_staff_session(app, username=str(user.mobile), code=code, client=PHONE)
    code = await receive_code(app, sms, str(staff.mobile))
    with pytest.raises(WrongLoginCode):
        await staff_sessions.start_staff_session(
            app, username=str(staff.mobile), code=different_code(code), client=PHONE
        )

    assert not await AccessToken.exists()


async def test_where_an_app_is_set_up_its_code_is_needed_too_and_tries_of_it_are_bounded(
    app: AppContext, sms: RecordingSms
) -> None:
    user = await create_member(UserRole.OWNER)
    secret = await enrol(app, await create_session(user))
    code = await receive_code(app, sms, str(user.mobile))

    async def start(totp_code: str | None) -> type[Problem] | None:
        username = str(user.mobile)
        return await get_problem(
            staff_sessions.start_staff_session(
                app, username=username, code=code, totp_code=totp_code, client=PHONE
            )
        )

    right = await code_now(secret)
    assert await start(None) is TotpCodeRequired
    assert [await start(different_code(right, by=n)) for n in range(1, 5)] == [WrongTotpCode] * 4
    assert await start(right) is WrongLoginCode
    await advance_time(timedelta(minutes=2))
    code = await receive_code(app, sms, str(user.mobile))
    assert await start(await code_now(secret)) is None
    assert await start(await code_now(secret)) is WrongLoginCode


async def test_a_proof_is_good_for_five_minutes_and_renewed_by_a_login_code(
    app: AppContext, sms: RecordingSms
) -> None:
    user = await create_member(UserRole.OWNER)
    viewer = await create_session(user, proof_age=STALE)
    assert not await identity_proofs.is_confirmed(viewer)
    code = await receive_code(app, sms, str(user.mobile))

    until = await staff_sessions.confirm_identity(app, viewer, code=code, client=PHONE)

    assert await identity_proofs.is_confirmed(viewer)
    assert until - await database.now() <= PROOF_LIFETIME
    assert (
        await get_problem(staff_sessions.confirm_identity(app, viewer, code=code, client=PHONE))
        is WrongLoginCode
    )


async def test_with_an_app_a_login_code_proves_nothing_and_each_code_of_the_app_only_once(
    app: AppContext, sms: RecordingSms
) -> None:
    user = await create_member(UserRole.OWNER)
    viewer = await create_session(user)
    secret = await enrol(app, viewer)
    code = await receive_code(app, sms, str(user.mobile))

    assert (
        await get_problem(staff_sessions.confirm_identity(app, viewer, code=code, client=PHONE))
        is WrongTotpCode
    )
    right = await code_now(secret)
    assert await get_problem(staff_sessions.confirm_identity(app, viewer, code=right, client=PHONE)) is None
    assert (
        await get_problem(staff_sessions.confirm_identity(app, viewer, code=right, client=PHONE))
        is WrongTotpCode
    )


@pytest.mark.both_databases
@pytest.mark.parametrize("has_app", [False, True])
async def test_two_sessions_that_bring_one_code_at_once_are_not_both_confirmed(
    has_app: bool, app: AppContext, sms: RecordingSms
) -> None:
    user = await create_member(UserRole.OWNER)
    secret = await enrol(app, await create_session(user)) if has_app else None
    stale = [await create_session(user, proof_age=STALE) for _ in range(4)]
    code = await code_now(secret) if secret else await receive_code(app, sms, str(user.mobile))

    ends = await asyncio.gather(
        *(
            get_problem(staff_sessions.confirm_identity(app, viewer, code=code, client=PHONE))
            for viewer in stale
        )
    )

    assert ends.count(None) == 1
    assert [await identity_proofs.is_confirmed(viewer) for viewer in stale].count(True) == 1


@pytest.mark.both_databases
async def test_five_wrong_codes_end_the_session_and_no_other(app: AppContext) -> None:
    user = await create_member(UserRole.OWNER)
    secret = await enrol(app, await create_session(user))
    stolen, other = await create_session(user, proof_age=STALE), await create_session(user)
    wrong = different_code(await code_now(secret), by=7)

    ends = [
        await get_problem(staff_sessions.confirm_identity(app, stolen, code=wrong, client=PHONE))
        for _ in range(6)
    ]

    assert ends == [WrongTotpCode] * staff_sessions.MAX_FAILED_PROOFS + [Forbidden]
    assert [(await AccessToken.get(id=s.token_id)).revoked_at is None for s in (stolen, other)] == [
        False,
        True,
    ]


@pytest.mark.both_databases
async def test_a_session_ends_when_it_was_not_used_for_twelve_hours(
    app: AppContext, sms: RecordingSms
) -> None:
    viewer = await sign_in(app, sms, await create_member(UserRole.OWNER))
    claims = await AccessToken.get(id=viewer.token_id)
    bearer = app.tokens.issue(
        user_id=viewer.user.id,
        token_id=viewer.token_id,
        issued_at=claims.issued_at,
        expires_at=claims.expires_at,
    )
    now = await database.now()
    for idle, lasts in ((timedelta(hours=11), True), (timedelta(hours=12, minutes=1), False)):
        await AccessToken.filter(id=viewer.token_id).update(last_seen_at=now - idle)
        assert await sessions.filter_active(app, [viewer.token_id]) == ({viewer.token_id} if lasts else set())
        assert (await sessions.authenticate(app, bearer) is not None) is lasts
    # To be recognised is a use.
    await AccessToken.filter(id=viewer.token_id).update(last_seen_at=now - timedelta(hours=11))
    await sessions.authenticate(app, bearer)
    assert (await AccessToken.get(id=viewer.token_id)).last_seen_at > now - timedelta(minutes=1)  # type: ignore[operator] # it was set


async def test_staff_of_a_shop_that_demands_an_app_can_do_nothing_before_it_is_set_up(
    app: AppContext, sms: RecordingSms
) -> None:
    strict = with_settings(app, staff_totp_required=True)
    user = await create_member(UserRole.OWNER)
    viewer = await sign_in(strict, sms, user)
    assert viewer.lacks_totp

    await enrol(strict, viewer)

    await advance_time(timedelta(minutes=2))
    secret = await TotpSecret.get(user_id=user.id)
    assert secret.secret is not None
    row = await AccessToken.get(id=viewer.token_id)
    bearer = strict.tokens.issue(
        user_id=user.id, token_id=row.id, issued_at=row.issued_at, expires_at=row.expires_at
    )
    again = await sessions.authenticate(strict, bearer)
    assert again is not None
    assert not again.lacks_totp


async def test_the_second_factor_is_changed_by_a_fresh_staff_session_only(app: AppContext) -> None:
    owner = await create_member(UserRole.OWNER)
    fresh, stale = await create_session(owner), await create_session(owner, proof_age=STALE)
    app_session = Session(user=owner, token_id=fresh.token_id, expires_at=fresh.expires_at)
    assert await get_problem(totp.confirm_totp(app, fresh, code="123456")) is TotpNotStarted
    for viewer, problem in ((stale, FreshCodeRequired), (app_session, Forbidden)):
        assert await get_problem(totp.enable_totp(app, viewer)) is problem
        assert await get_problem(totp.disable_totp(viewer)) is problem
    assert await get_problem(totp.confirm_totp(app, app_session, code="123456")) is Forbidden

    secret = await enrol(app, fresh)
    await totp.enable_totp(app, fresh)
    assert await get_problem(totp.confirm_totp(app, fresh, code=await code_now(secret))) is WrongTotpCode
    assert await totp.is_enabled(owner)
    stored = await TotpSecret.get(user_id=owner.id)
    assert secret not in base64.b64decode(stored.secret or "")
    await totp.disable_totp(fresh)
    assert not await totp.is_enabled(owner)


async def test_staff_change_their_mobile_in_a_fresh_session_and_verify_it_before_sign_in(
    app: AppContext, sms: RecordingSms
) -> None:
    user = await create_member(UserRole.MANAGER)
    fresh, stale, other = (
        await create_session(user),
        await create_session(user, proof_age=STALE),
        await create_session(user),
    )
    new = "09351234567"
    for session in (None, stale, Session(user=user, token_id=fresh.token_id, expires_at=fresh.expires_at)):
        assert (
            await get_problem(profile.update_profile(app, user, session=session, mobile=new))
            is FreshCodeRequired
        )

    await profile.update_profile(app, user, session=fresh, mobile=new)

    assert (await AccessToken.get(id=other.token_id)).revoked_at is not None
    reported = await Notification.get(user_id=user.id)
    assert reported.kind is NotificationKind.MOBILE_CHANGED
    code = await receive_code(app, sms, new)
    somebody = await login.verify_login_code(app, username=new, code=code, client=PHONE)
    assert somebody.user.id != user.id
    # The number's holder has proven it, so it is not the manager's.
    await advance_time(timedelta(minutes=2))
    assert (
        await get_problem(
            login.confirm_mobile(app, fresh, code=await receive_code(app, sms, new), client=PHONE)
        )
    ) is not None
    assert not (await User.get(id=user.id)).mobile_verified


async def test_everybody_sees_their_sessions_and_ends_each(app: AppContext) -> None:
    viewer, other = await create_staff_member(UserRole.SUPPORT), await create_staff_member(UserRole.SUPPORT)
    phone, _ = await sessions.issue_token(app, viewer.user, now=await database.now(), client=PHONE)

    rows = await sessions.list_sessions(app, viewer)

    assert {row.kind for row in rows} == {SessionKind.APP, SessionKind.STAFF}
    [app_row] = [row for row in rows if row.kind is SessionKind.APP]
    assert (app_row.network, app_row.user_agent) == ("192.0.2.7", "Test browser")
    assert (
        await get_problem(sessions.end_session(app, viewer, session_id=sessions.to_public_id(other.token_id)))
        is SessionNotFound
    )
    await sessions.end_session(app, viewer, session_id=sessions.to_public_id(app_row.id))
    assert await sessions.authenticate(app, phone) is None
    assert (
        await get_problem(sessions.end_session(app, viewer, session_id=sessions.to_public_id(app_row.id)))
        is SessionNotFound
    )
    assert await LoginCode.all().count() == 0
