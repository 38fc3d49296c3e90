"""A shop and the requests that cause each event of the security log, one request an event."""

import base64
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import httpx
from starlette.types import Receive, Scope, Send
from websockets.exceptions import InvalidStatus

import database
import schema
from auth import totp as rules
from config.per_caller import PerCaller
from config.quota_settings import QuotaSettings
from domain.permissions import Permission
from domain.roles import UserRole
from engine.transport.view import GraphQLView
from engine.transport.websocket import MAX_OPERATIONS, GraphQLSockets
from models import AccessToken, TotpSecret, User
from observability.security_log import SecurityEvent
from resolvers import quotas, sessions
from resolvers.app_context import AppContext
from schema.node import to_global_id
from tests.admin.http_client import StaffClient
from tests.fakes import RecordingSms, create_user
from tests.fixtures import create_authorization, create_client, create_staff_authorization
from tests.openid_provider import Provider
from tests.resolvers.factories import create_category, create_order, create_service, create_session
from tests.resolvers.logins import advance_time, different_code, with_settings
from tests.resolvers.staff.scenario import create_member
from tests.sockets import open_socket, serve
from web.middleware.request_ids import RequestIdMiddleware
from web.playground import page

LAST = Callable[[], Awaitable[object]]
NOBODY = "09129999999"


@dataclass
class Scenario:
    """An application, its client, and the secrets sent in requests, none of which may be logged."""

    app: AppContext
    client: httpx.AsyncClient
    sms: RecordingSms
    provider: Provider
    secrets: set[str] = field(default_factory=set)

    async def graphql(
        self, document: str, headers: dict[str, str] | None = None, **variables: object
    ) -> dict[str, object]:
        body = {"query": document, "variables": variables}
        answer = await self.client.post("/graphql", json=body, headers=headers or {})
        return dict(answer.json())

    async def get_code(self, mobile: str) -> str:
        """A login code that was asked for and has arrived."""
        await advance_time(timedelta(hours=25))
        await self.client.post("/api/v1/login", data={"username": mobile})
        await self.app.sms.drain(timedelta(seconds=5))
        code = self.sms.sent[-1][1]
        self.secrets |= {mobile, code}
        return code

    async def sign_in(self, user: User) -> dict[str, str]:
        return self._remember_secret(await create_authorization(self.app, user))

    async def create_staff(self, role: UserRole = UserRole.OWNER) -> dict[str, str]:
        return await self.create_staff_session(await create_member(role))

    async def create_staff_session(self, user: User) -> dict[str, str]:
        return self._remember_secret(await create_staff_authorization(self.app, user))

    def _remember_secret(self, headers: dict[str, str]) -> dict[str, str]:
        self.secrets.add(headers["Authorization"].removeprefix("Bearer "))
        return headers


Prepare = Callable[[Scenario], Awaitable[LAST]]
CASES: list[tuple[SecurityEvent, Prepare]] = []


def event_case(event: SecurityEvent) -> Callable[[Prepare], Prepare]:
    """Registers a preparation, which returns the one request that causes `event` once."""

    def register(prepare: Prepare) -> Prepare:
        CASES.append((event, prepare))
        return prepare

    return register


def admin_mutation(operation: str, declared: str = "") -> str:
    return f"mutation {declared} {{ admin {{ {operation} {{ __typename }} }} }}"


async def _verify(scenario: Scenario, mobile: str, code: str) -> httpx.Response:
    return await scenario.client.post("/api/v1/login/verify", data={"username": mobile, "code": code})


@event_case(SecurityEvent.CODE_REQUESTED)
async def request_a_code(scenario: Scenario) -> LAST:
    user = await create_user()
    scenario.secrets.add(str(user.mobile))
    return lambda: scenario.client.post("/api/v1/login", data={"username": user.mobile})


@event_case(SecurityEvent.CODE_LIMIT_REACHED)
async def request_two_codes_in_a_minute(scenario: Scenario) -> LAST:
    return await _then(scenario, request_a_code)


async def _then(scenario: Scenario, prepare: Prepare) -> LAST:
    """The same request once more."""
    last = await prepare(scenario)
    await last()
    return last


@event_case(SecurityEvent.CODE_FAILED)
async def try_a_wrong_code(scenario: Scenario) -> LAST:
    mobile = str((await create_user()).mobile)
    code = await scenario.get_code(mobile)
    return lambda: _verify(scenario, mobile, different_code(code))


@event_case(SecurityEvent.CODE_FAILED)
async def confirm_a_mobile_by_a_wrong_code(scenario: Scenario) -> LAST:
    user = await create_user()
    code, headers = await scenario.get_code(str(user.mobile)), await scenario.sign_in(user)
    document = "mutation ($code: String!) { confirmMobile(code: $code) { __typename } }"
    return lambda: scenario.graphql(document, headers, code=different_code(code))


@event_case(SecurityEvent.CODE_VOIDED)
async def try_six_wrong_codes(scenario: Scenario) -> LAST:
    last = await try_a_wrong_code(scenario)
    for _ in range(scenario.app.settings.login_code_tries):
        await last()
    return last


@event_case(SecurityEvent.MOBILE_CONFIRMED)
async def confirm_a_mobile(scenario: Scenario) -> LAST:
    user = await create_user(is_verified=False)
    code, headers = await scenario.get_code(str(user.mobile)), await scenario.sign_in(user)
    document = "mutation ($code: String!) { confirmMobile(code: $code) { __typename } }"
    return lambda: scenario.graphql(document, headers, code=code)


@event_case(SecurityEvent.MOBILE_CHANGED)
async def change_the_mobile(scenario: Scenario) -> LAST:
    headers = await scenario.sign_in(await create_user())
    scenario.secrets.add(NOBODY)
    return lambda: scenario.client.post("/api/v1/user", data={"mobile": NOBODY}, headers=headers)


@event_case(SecurityEvent.SIGNED_IN)
async def sign_in_by_code(scenario: Scenario) -> LAST:
    mobile = str((await create_user()).mobile)
    code = await scenario.get_code(mobile)
    return lambda: _verify(scenario, mobile, code)


@event_case(SecurityEvent.CREDENTIALS_ENDED)
async def take_a_claimed_number_over(scenario: Scenario) -> LAST:
    user = await create_user(is_verified=False)
    await User.filter(id=user.id).update(mobile_claimed_at=await database.now())
    code = await scenario.get_code(str(user.mobile))
    return lambda: _verify(scenario, str(user.mobile), code)


async def _from_provider(scenario: Scenario, subject: str) -> str:
    scenario.provider.person = {"sub": subject, "email": f"{subject}@example.com", "email_verified": True}
    begun = await scenario.client.get("/auth/openid/login")
    async with httpx.AsyncClient(trust_env=False) as outside:
        back = (await outside.get(begun.headers["location"])).headers["location"]
    return str(re.sub(r"^https?://[^/]+", "", back))


@event_case(SecurityEvent.OPENID_LINKED)
@event_case(SecurityEvent.SIGNED_IN)
async def sign_in_by_openid(scenario: Scenario) -> LAST:
    back = await _from_provider(scenario, f"newcomer{len(CASES)}{await User.all().count()}")
    return lambda: scenario.client.get(back)


@event_case(SecurityEvent.SIGN_IN_REFUSED)
async def return_blocked_from_the_provider(scenario: Scenario) -> LAST:
    await scenario.client.get(await _from_provider(scenario, "blocked"))
    await User.filter(email="blocked@example.com").update(is_active=False)
    back = await _from_provider(scenario, "blocked")
    return lambda: scenario.client.get(back)


@event_case(SecurityEvent.SIGN_IN_REFUSED)
async def return_with_a_forged_state(scenario: Scenario) -> LAST:
    return lambda: scenario.client.get("/auth/openid/callback?code=x&state=y")


@event_case(SecurityEvent.SIGNED_OUT)
async def sign_out(scenario: Scenario) -> LAST:
    headers = await scenario.sign_in(await create_user())
    return lambda: scenario.client.get("/api/v1/logout", headers=headers)


@event_case(SecurityEvent.TOKEN_REFUSED)
async def send_a_revoked_token_to_rest(scenario: Scenario) -> LAST:
    headers = await scenario.sign_in(await create_user())
    await AccessToken.all().update(revoked_at=await database.now())
    return lambda: scenario.client.get("/api/v1/order", headers=headers)


@event_case(SecurityEvent.TOKEN_REFUSED)
async def send_a_forged_token_to_graphql(scenario: Scenario) -> LAST:
    return lambda: scenario.graphql("{ me { id } }", {"Authorization": "Bearer eyJhbGciOiJub25lIn0.e30."})


@event_case(SecurityEvent.TOKEN_REFUSED)
async def send_a_forged_token_to_a_socket(scenario: Scenario) -> LAST:
    async def connect() -> None:
        async with _connect_websocket(scenario.app) as url, open_socket(url) as client:
            await client.send("connection_init", payload={"authorization": "Bearer forged"})
            assert await client.close_code() == 4401

    return connect


@asynccontextmanager
async def _connect_websocket(app: AppContext) -> AsyncIterator[str]:
    """The URL of a server of the shop's WebSockets."""
    view = GraphQLView(schema.schema, app=app, context=schema.Context, ide=page.render_page)
    sockets = GraphQLSockets(view.engine, app=app, context=schema.Context)
    identified = RequestIdMiddleware(sockets)

    # A coroutine function: the server takes other callables for an older interface.
    async def build_app(scope: Scope, receive: Receive, send: Send) -> None:
        await identified(scope, receive, send)

    async with sockets.watch_sockets(), serve(build_app) as url:
        yield url


START = (
    "mutation ($username: String!, $code: String!) "
    "{ startStaffSession(username: $username, code: $code) { __typename } }"
)


@event_case(SecurityEvent.STAFF_SIGNED_IN)
async def open_a_staff_session(scenario: Scenario) -> LAST:
    mobile = str((await create_member(UserRole.SUPPORT)).mobile)
    code = await scenario.get_code(mobile)
    return lambda: scenario.graphql(START, username=mobile, code=code)


@event_case(SecurityEvent.STAFF_SIGNED_IN)
async def sign_in_to_the_pages(scenario: Scenario) -> LAST:
    user = await create_member(UserRole.SUPPORT)
    code = await scenario.get_code(str(user.mobile))
    scenario.client.cookies.clear()
    visit = StaffClient(scenario.client)
    return lambda: visit.post("/login", {"username": str(user.mobile), "code": code})


@event_case(SecurityEvent.STAFF_SIGN_IN_REFUSED)
async def open_a_staff_session_as_a_customer(scenario: Scenario) -> LAST:
    mobile = str((await create_user()).mobile)
    code = await scenario.get_code(mobile)
    return lambda: scenario.graphql(START, username=mobile, code=code)


@event_case(SecurityEvent.STAFF_SIGNED_OUT)
async def sign_out_of_the_pages(scenario: Scenario) -> LAST:
    visit = await StaffClient.create(scenario.app, scenario.client, await create_member(UserRole.SUPPORT))
    await visit.get("/")
    return lambda: visit.post("/logout", {})


CONFIRM = "mutation ($code: String!) { confirmIdentity(code: $code) { __typename } }"


@event_case(SecurityEvent.IDENTITY_CONFIRMED)
async def confirm_identity(scenario: Scenario) -> LAST:
    user = await create_member(UserRole.OWNER)
    code, headers = await scenario.get_code(str(user.mobile)), await scenario.create_staff_session(user)
    return lambda: scenario.graphql(CONFIRM, headers, code=code)


@event_case(SecurityEvent.IDENTITY_REFUSED)
async def confirm_identity_with_a_wrong_code(scenario: Scenario) -> LAST:
    user = await create_member(UserRole.OWNER)
    code, headers = await scenario.get_code(str(user.mobile)), await scenario.create_staff_session(user)
    return lambda: scenario.graphql(CONFIRM, headers, code=different_code(code))


@event_case(SecurityEvent.IDENTITY_REFUSED)
async def confirm_by_a_wrong_code_on_the_page(scenario: Scenario) -> LAST:
    user = await create_member(UserRole.OWNER)
    code = await scenario.get_code(str(user.mobile))
    visit = await StaffClient.create(scenario.app, scenario.client, user)
    await visit.get("/account")
    return lambda: visit.post("/account", {"act": "confirm", "code": different_code(code)})


@event_case(SecurityEvent.IDENTITY_REFUSED)
async def save_settings_with_a_wrong_code(scenario: Scenario) -> LAST:
    user = await create_member(UserRole.OWNER)
    code = await scenario.get_code(str(user.mobile))
    visit = await StaffClient.create(scenario.app, scenario.client, user)
    await visit.get("/settings")
    return lambda: visit.post("/settings", {"proof": different_code(code)})


CODE_ATTEMPTS = (
    try_a_wrong_code,
    confirm_a_mobile_by_a_wrong_code,
    open_a_staff_session,
    sign_in_to_the_pages,
    confirm_identity_with_a_wrong_code,
    confirm_by_a_wrong_code_on_the_page,
    save_settings_with_a_wrong_code,
)
"""Every request that tries a login code."""


@event_case(SecurityEvent.SESSION_REVOKED)
async def confirm_identity_with_five_wrong_codes(scenario: Scenario) -> LAST:
    last = await confirm_identity_with_a_wrong_code(scenario)
    for _ in range(4):
        await last()
    return last


@event_case(SecurityEvent.SESSION_REVOKED)
async def end_another_session(scenario: Scenario) -> LAST:
    user = await create_user()
    headers, other = await scenario.sign_in(user), await create_session(user)
    session_id = to_global_id("UserSession", sessions.to_public_id(other.id))
    document = "mutation ($id: ID!) { endSession(id: $id) { __typename } }"
    return lambda: scenario.graphql(document, headers, id=session_id)


@event_case(SecurityEvent.TOTP_ENABLED)
async def set_up_totp(scenario: Scenario) -> LAST:
    headers = await scenario.create_staff()
    created = await scenario.graphql("mutation { enableTotp { ... on TotpEnrolment { secret } } }", headers)
    secret: str = created["data"]["enableTotp"]["secret"]  # type: ignore[index] # JSON
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    code = rules.compute_code(key, rules.compute_step(await database.now()))
    scenario.secrets |= {secret, code}
    document = "mutation ($code: String!) { confirmTotp(code: $code) { __typename } }"
    return lambda: scenario.graphql(document, headers, code=code)


@event_case(SecurityEvent.TOTP_DISABLED)
async def disable_totp(scenario: Scenario) -> LAST:
    headers = await scenario.create_staff()
    return lambda: scenario.graphql("mutation { disableTotp { __typename } }", headers)


@event_case(SecurityEvent.TOTP_DISABLED)
async def reset_a_colleague_s_totp(scenario: Scenario) -> LAST:
    colleague = await create_member(UserRole.MANAGER)
    await TotpSecret.create(user_id=colleague.id, secret="sealed", updated_at=await database.now())
    headers, user_id = await scenario.create_staff(), to_global_id("AdminUser", colleague.id)
    return lambda: scenario.graphql(admin_mutation("resetTotp(id: $id)", "($id: ID!)"), headers, id=user_id)


async def _on_a_user(scenario: Scenario, operation: str, **columns: object) -> LAST:
    user = await create_user()
    if columns:
        await User.filter(id=user.id).update(**columns)
    headers, user_id = await scenario.create_staff(), to_global_id("AdminUser", user.id)
    return lambda: scenario.graphql(admin_mutation(operation, "($id: ID!)"), headers, id=user_id)


@event_case(SecurityEvent.CREDENTIALS_ENDED)
async def sign_a_user_out(scenario: Scenario) -> LAST:
    return await _on_a_user(scenario, "signOutUser(id: $id)")


@event_case(SecurityEvent.USER_BLOCKED)
async def block(scenario: Scenario) -> LAST:
    return await _on_a_user(scenario, 'setUserActive(id: $id, isActive: false, reason: "fraud")')


@event_case(SecurityEvent.USER_UNBLOCKED)
async def unblock(scenario: Scenario) -> LAST:
    operation = 'setUserActive(id: $id, isActive: true, reason: "a mistake")'
    return await _on_a_user(scenario, operation, is_active=False)


@event_case(SecurityEvent.ROLE_CHANGED)
async def promote(scenario: Scenario) -> LAST:
    return await _on_a_user(scenario, "setUserRole(id: $id, role: SUPPORT)")


@event_case(SecurityEvent.API_KEY_REVOKED)
async def revoke_a_user_s_key(scenario: Scenario) -> LAST:
    return await _on_a_user(scenario, "revokeUserApiKey(id: $id)")


@event_case(SecurityEvent.API_KEY_CREATED)
async def rotate_a_key(scenario: Scenario) -> LAST:
    headers = await scenario.sign_in(await create_user())
    return lambda: scenario.graphql("mutation { rotateApiKey { __typename } }", headers)


@event_case(SecurityEvent.API_KEY_REVOKED)
async def revoke_a_key(scenario: Scenario) -> LAST:
    headers = await scenario.sign_in(await create_user())
    return lambda: scenario.graphql("mutation { revokeApiKey { __typename } }", headers)


@event_case(SecurityEvent.API_KEY_REFUSED)
async def guess_a_key(scenario: Scenario) -> LAST:
    key = "vt_" + "5e" * 24
    scenario.secrets.add(key)
    return lambda: scenario.client.post("/api/v2", data={"key": key, "action": "balance"})


CREATE_TOKEN = (
    'createServiceToken(input: {name: "nightly", permissions: [READ_FIGURES], days: 1}) '
    "{ ... on AdminNewServiceToken { accessToken serviceToken { id } } }"
)


@event_case(SecurityEvent.SERVICE_TOKEN_CREATED)
async def create_a_service_token(scenario: Scenario) -> LAST:
    headers = await scenario.create_staff()
    return lambda: scenario.graphql(f"mutation {{ admin {{ {CREATE_TOKEN} }} }}", headers)


@event_case(SecurityEvent.SERVICE_TOKEN_REVOKED)
async def revoke_a_service_token(scenario: Scenario) -> LAST:
    headers = await scenario.create_staff()
    created = await scenario.graphql(f"mutation {{ admin {{ made: {CREATE_TOKEN} }} }}", headers)
    token = created["data"]["admin"]["made"]  # type: ignore[index] # JSON
    scenario.secrets.add(token["accessToken"])
    document = admin_mutation("revokeServiceToken(id: $id)", "($id: ID!)")
    return lambda: scenario.graphql(document, headers, id=token["serviceToken"]["id"])


@event_case(SecurityEvent.PERMISSION_REFUSED)
async def read_settings_as_support(scenario: Scenario) -> LAST:
    headers = await scenario.create_staff(UserRole.SUPPORT)
    return lambda: scenario.graphql("{ admin { settings { name } } }", headers)


@event_case(SecurityEvent.PERMISSION_REFUSED)
async def use_an_app_token_as_staff(scenario: Scenario) -> LAST:
    headers = await scenario.sign_in(await create_member(UserRole.OWNER))
    return lambda: scenario.graphql("{ admin { settings { name } } }", headers)


@event_case(SecurityEvent.PERMISSION_REFUSED)
async def change_a_superior(scenario: Scenario) -> LAST:
    headers = await scenario.create_staff(UserRole.MANAGER)
    user_id = to_global_id("AdminUser", (await create_member(UserRole.OWNER)).id)
    return lambda: scenario.graphql(admin_mutation("signOutUser(id: $id)", "($id: ID!)"), headers, id=user_id)


@event_case(SecurityEvent.PERMISSION_REFUSED)
async def read_another_user_s_order(scenario: Scenario) -> LAST:
    service = await create_service(category=await create_category())
    order = await create_order(await create_user(), service)
    headers = await scenario.sign_in(await create_user())
    return lambda: scenario.client.get(f"/api/v1/order/{order.id}", headers=headers)


async def _service_token(scenario: Scenario, permission: Permission) -> dict[str, str]:
    token, _ = await sessions.issue_service_token(
        scenario.app,
        await create_member(UserRole.OWNER),
        name="robot",
        permissions={permission},
        lifetime=timedelta(days=1),
        now=await database.now(),
    )
    return {"Authorization": f"Bearer {token}"}


@event_case(SecurityEvent.PERMISSION_REFUSED)
async def exceed_a_service_token_s_permissions(scenario: Scenario) -> LAST:
    headers = await _service_token(scenario, Permission.READ_FIGURES)
    return lambda: scenario.graphql("{ admin { settings { name } } }", headers)


@event_case(SecurityEvent.PERMISSION_REFUSED)
async def order_with_a_service_token(scenario: Scenario) -> LAST:
    headers = await _service_token(scenario, Permission.READ_FIGURES)
    return lambda: scenario.graphql("mutation { rotateApiKey { __typename } }", headers)


@event_case(SecurityEvent.PERMISSION_REFUSED)
async def open_a_page_as_support(scenario: Scenario) -> LAST:
    visit = await StaffClient.create(scenario.app, scenario.client, await create_member(UserRole.SUPPORT))
    return lambda: visit.get("/providers/list")


@event_case(SecurityEvent.PERMISSION_REFUSED)
async def run_an_action_as_support(scenario: Scenario) -> LAST:
    user = await create_user()
    visit = await StaffClient.create(scenario.app, scenario.client, await create_member(UserRole.SUPPORT))
    await visit.get("/")
    return lambda: visit.run_action("users", user.id, "role", role="support")


@event_case(SecurityEvent.FORGED_FORM_REFUSED)
async def send_a_form_without_its_token(scenario: Scenario) -> LAST:
    await StaffClient.create(scenario.app, scenario.client, await create_member(UserRole.OWNER))
    return lambda: scenario.client.post("/admin/logout", data={})


async def _exceed_limit(
    scenario: Scenario, request: Callable[[httpx.AsyncClient], LAST], **settings: object
) -> LAST:
    """A request to a shop whose limit an earlier one has used up."""
    last = request(create_client(with_settings(scenario.app, **settings)))
    await last()
    return last


@event_case(SecurityEvent.RATE_LIMIT_REACHED)
async def exceed_the_limit_of_rest(scenario: Scenario) -> LAST:
    return await _exceed_limit(scenario, lambda c: lambda: c.get("/api/v1/services"), rate_limit="1/minute")


@event_case(SecurityEvent.RATE_LIMIT_REACHED)
async def exceed_the_limit_of_the_callback(scenario: Scenario) -> LAST:
    path = "/auth/openid/callback?state=x"
    return await _exceed_limit(scenario, lambda c: lambda: c.get(path), rate_limit="1/minute")


@event_case(SecurityEvent.RATE_LIMIT_REACHED)
async def exceed_the_limit_of_resellers_addresses(scenario: Scenario) -> LAST:
    form = {"action": "balance", "key": "vt_none"}
    settings = {"reseller_address_rate_limit": "1/minute"}
    return await _exceed_limit(scenario, lambda c: lambda: c.post("/api/v2", data=form), **settings)


@event_case(SecurityEvent.RATE_LIMIT_REACHED)
async def exceed_a_reseller_s_limit(scenario: Scenario) -> LAST:
    headers = await scenario.sign_in(await create_user())
    created = await scenario.graphql("mutation { rotateApiKey { ... on ApiKey { key } } }", headers)
    key: str = created["data"]["rotateApiKey"]["key"]  # type: ignore[index] # JSON
    scenario.secrets.add(key)
    form = {"action": "balance", "key": key}
    settings = {"reseller_rate_limit": "1/minute"}
    return await _exceed_limit(scenario, lambda c: lambda: c.post("/api/v2", data=form), **settings)


@event_case(SecurityEvent.RATE_LIMIT_REACHED)
async def exceed_the_points_of_graphql(scenario: Scenario) -> LAST:
    points = PerCaller(anonymous=30, user=30, staff=30)
    document = {"query": "{ services { edges { node { id } } } }"}
    return await _exceed_limit(
        scenario, lambda c: lambda: c.post("/graphql", json=document), graphql_points=points
    )


@event_case(SecurityEvent.RATE_LIMIT_REACHED)
async def open_too_many_sockets(scenario: Scenario) -> LAST:
    async def connect() -> None:
        async with (
            _connect_websocket(with_settings(scenario.app, max_sockets_per_address=1)) as url,
            open_socket(url),
        ):
            try:
                async with open_socket(url):
                    raise AssertionError("the second socket was accepted")
            except InvalidStatus:
                pass

    return connect


@event_case(SecurityEvent.RATE_LIMIT_REACHED)
async def run_too_much_on_one_socket(scenario: Scenario) -> LAST:
    headers = await scenario.sign_in(await create_user())

    async def connect() -> None:
        async with _connect_websocket(scenario.app) as url, open_socket(url) as client:
            await client.initialise(headers)
            for number in range(MAX_OPERATIONS + 1):
                await client.start(str(number), "subscription { notificationAdded { id } }")
            assert await client.error_code(str(MAX_OPERATIONS)) == "TOO_MANY_OPERATIONS"

    return connect


@event_case(SecurityEvent.QUOTA_REACHED)
async def write_more_than_the_quota(scenario: Scenario) -> LAST:
    quotas.configure(QuotaSettings(quota_ticket_messages="1/hour"))
    headers = await scenario.sign_in(await create_user())
    document = 'mutation { createTicket(subject: "Late", description: "Where is it?") { __typename } }'

    async def write() -> dict[str, object]:
        return await scenario.graphql(document, headers)

    await write()
    return write
