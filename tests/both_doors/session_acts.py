"""What users and staff do about their sessions; the reference has no routes for it."""

import base64
from collections.abc import Callable

from domain import totp as rules
from models import TotpSecret
from models.clock import CLOCK
from resolvers import login, sessions, staff_sessions, totp
from tests.both_doors.acts import PROBLEM, join_staff
from tests.both_doors.world import Act, Arguments, Preparation, World, global_id
from tests.fixtures import staff_authorization
from tests.resolvers.records import create_session

START_STAFF_SESSION = (
    "mutation ($username: String!, $code: String!, $totpCode: String) "
    "{ act: startStaffSession(username: $username, code: $code, totpCode: $totpCode) "
    f"{{ __typename {PROBLEM} }} }}"
)
CONFIRM_IDENTITY = (
    f"mutation ($code: String!) {{ act: confirmIdentity(code: $code) {{ __typename {PROBLEM} }} }}"
)
CONFIRM_TOTP = f"mutation ($code: String!) {{ act: confirmTotp(code: $code) {{ __typename {PROBLEM} }} }}"
CONFIRM_MOBILE = f"mutation ($code: String!) {{ act: confirmMobile(code: $code) {{ __typename {PROBLEM} }} }}"
END_SESSION = f"mutation ($id: ID!) {{ act: endSession(id: $id) {{ __typename {PROBLEM} }} }}"


async def ask_for_own_code(world: World) -> None:
    mobile = str(world.user.mobile)
    await login.request_login_code(world.shop, username=mobile, network="127.0.0.9")
    await world.shop.sms.drain(world.shop.settings.gateway_total_timeout)
    world.code = next(code for to, code in reversed(world.sms.sent) if to == mobile)


async def start_totp(world: World) -> None:
    """The user joins the staff, acts by a staff session, and has a secret that waits for its first code."""
    await join_staff(world)
    await world.user.refresh_from_db()
    world.headers = await staff_authorization(world.shop, world.user)
    viewer = await sessions.authenticate(world.shop, world.headers["Authorization"].removeprefix("Bearer "))
    assert viewer is not None
    secret = (await totp.enable_totp(world.shop, viewer)).secret
    world.totp_secret = base64.b32decode(secret + "=" * (-len(secret) % 8))


async def use_totp(world: World) -> None:
    """The same, with the secret in use and none of its codes spent; a login code is on its way too."""
    await start_totp(world)
    [row] = await TotpSecret.filter(user_id=world.user.id)
    await TotpSecret.filter(id=row.id).update(secret=row.pending_secret, pending_secret=None)
    await ask_for_own_code(world)


async def open_another_session(world: World) -> None:
    world.session_id = sessions.public_id((await create_session(world.user)).id)


def totp_code(world: World) -> str:
    return rules.code_at(world.totp_secret, rules.step_of(CLOCK.estimate()))


def _act(operation: Callable[..., object], document: str, variables: Arguments, before: Preparation) -> Act:
    return Act(operation, None, "", "", lambda _: {}, document, variables, before=before)


def start_act() -> Act:
    return _act(
        staff_sessions.start_staff_session,
        START_STAFF_SESSION,
        lambda w: {"username": w.user.mobile, "code": w.code, "totpCode": totp_code(w)},
        use_totp,
    )


def confirm_identity_act() -> Act:
    return _act(staff_sessions.confirm_identity, CONFIRM_IDENTITY, lambda w: {"code": totp_code(w)}, use_totp)


def confirm_totp_act() -> Act:
    return _act(totp.confirm_totp, CONFIRM_TOTP, lambda w: {"code": totp_code(w)}, start_totp)


def confirm_mobile_act() -> Act:
    return _act(login.confirm_mobile, CONFIRM_MOBILE, lambda w: {"code": w.code}, ask_for_own_code)


def end_session_act() -> Act:
    return _act(
        sessions.end_session,
        END_SESSION,
        lambda w: {"id": global_id("UserSession", w.session_id)},
        open_another_session,
    )
