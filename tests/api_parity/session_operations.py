"""What users and staff do about their sessions; the reference has no routes for it."""

import base64
from collections.abc import Callable

from auth import totp as rules
from database.clock import CLOCK
from models import TotpSecret
from resolvers import login, sessions, staff_sessions, totp
from tests.api_parity.operations import PROBLEM, make_staff
from tests.api_parity.scenario import ApiOperation, Arguments, Preparation, Scenario, to_global_id
from tests.fixtures import create_staff_authorization
from tests.resolvers.factories import create_session

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


async def request_own_code(scenario: Scenario) -> None:
    mobile = str(scenario.user.mobile)
    await login.request_login_code(scenario.app, username=mobile, network="127.0.0.9")
    await scenario.app.sms.drain(scenario.app.settings.gateway_total_timeout)
    scenario.code = next(code for to, code in reversed(scenario.sms.sent) if to == mobile)


async def start_totp(scenario: Scenario) -> None:
    """The user joins the staff, uses a staff session, and has a TOTP secret that is not confirmed yet."""
    await make_staff(scenario)
    await scenario.user.refresh_from_db()
    scenario.headers = await create_staff_authorization(scenario.app, scenario.user)
    viewer = await sessions.authenticate(
        scenario.app, scenario.headers["Authorization"].removeprefix("Bearer ")
    )
    assert viewer is not None
    secret = (await totp.enable_totp(scenario.app, viewer)).secret
    scenario.totp_secret = base64.b32decode(secret + "=" * (-len(secret) % 8))


async def use_totp(scenario: Scenario) -> None:
    """The same with TOTP enabled and no code used yet; a login code was sent, too."""
    await start_totp(scenario)
    [row] = await TotpSecret.filter(user_id=scenario.user.id)
    await TotpSecret.filter(id=row.id).update(secret=row.pending_secret, pending_secret=None)
    await request_own_code(scenario)


async def open_another_session(scenario: Scenario) -> None:
    scenario.session_id = sessions.to_public_id((await create_session(scenario.user)).id)


def totp_code(scenario: Scenario) -> str:
    return rules.compute_code(scenario.totp_secret, rules.compute_step(CLOCK.estimate()))


def _operation(
    operation: Callable[..., object], document: str, variables: Arguments, before: Preparation
) -> ApiOperation:
    return ApiOperation(operation, None, "", "", lambda _: {}, document, variables, before=before)


def start_operation() -> ApiOperation:
    return _operation(
        staff_sessions.start_staff_session,
        START_STAFF_SESSION,
        lambda w: {"username": w.user.mobile, "code": w.code, "totpCode": totp_code(w)},
        use_totp,
    )


def confirm_identity_operation() -> ApiOperation:
    return _operation(
        staff_sessions.confirm_identity, CONFIRM_IDENTITY, lambda w: {"code": totp_code(w)}, use_totp
    )


def confirm_totp_operation() -> ApiOperation:
    return _operation(totp.confirm_totp, CONFIRM_TOTP, lambda w: {"code": totp_code(w)}, start_totp)


def confirm_mobile_operation() -> ApiOperation:
    return _operation(login.confirm_mobile, CONFIRM_MOBILE, lambda w: {"code": w.code}, request_own_code)


def end_session_operation() -> ApiOperation:
    return _operation(
        sessions.end_session,
        END_SESSION,
        lambda w: {"id": to_global_id("UserSession", w.session_id)},
        open_another_session,
    )
