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

import schema
from asgi.request_ids import RequestIds
from config.per_caller import PerCaller
from config.quota_settings import QuotaSettings
from domain import totp as rules
from domain.permissions import Permission
from domain.roles import UserRole
from engine.view import GraphQLView
from engine.websocket import MOST_OPERATIONS, GraphQLSockets
from models import AccessToken, TotpSecret, User, database
from observation.security_log import SecurityEvent
from playground import page
from resolvers import quotas, sessions
from resolvers.shop import Shop
from schema.node import global_id
from tests.admin.visits import Visit
from tests.fakes import RecordingSms, create_user
from tests.fixtures import authorization, client_of, staff_authorization
from tests.openid_provider import Provider
from tests.resolvers.logins import let_time_pass, other_than, with_settings
from tests.resolvers.records import create_category, create_order, create_service, create_session
from tests.resolvers.staff.world import member
from tests.sockets import opened, serving

LAST = Callable[[], Awaitable[object]]
NOBODY = "09129999999"


@dataclass
class Scene:
    """One shop, its client, and the secrets that went through requests, none of which may be logged."""

    shop: Shop
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

    async def code_for(self, mobile: str) -> str:
        """A login code that was asked for and has arrived."""
        await let_time_pass(timedelta(hours=25))
        await self.client.post("/api/v1/login", data={"username": mobile})
        await self.shop.sms.drain(timedelta(seconds=5))
        code = self.sms.sent[-1][1]
        self.secrets |= {mobile, code}
        return code

    async def signed_in(self, user: User) -> dict[str, str]:
        return self._noted(await authorization(self.shop, user))

    async def staff(self, role: UserRole = UserRole.OWNER) -> dict[str, str]:
        return await self.staff_of(await member(role))

    async def staff_of(self, user: User) -> dict[str, str]:
        return self._noted(await staff_authorization(self.shop, user))

    def _noted(self, headers: dict[str, str]) -> dict[str, str]:
        self.secrets.add(headers["Authorization"].removeprefix("Bearer "))
        return headers


Prepare = Callable[[Scene], Awaitable[LAST]]
CASES: list[tuple[SecurityEvent, Prepare]] = []


def causes(event: SecurityEvent) -> Callable[[Prepare], Prepare]:
    """Registers a preparation, which returns the one request that causes `event` once."""

    def register(prepare: Prepare) -> Prepare:
        CASES.append((event, prepare))
        return prepare

    return register


def admin(act: str, declared: str = "") -> str:
    return f"mutation {declared} {{ admin {{ {act} {{ __typename }} }} }}"


async def _verify(scene: Scene, mobile: str, code: str) -> httpx.Response:
    return await scene.client.post("/api/v1/login/verify", data={"username": mobile, "code": code})


@causes(SecurityEvent.CODE_REQUESTED)
async def ask_for_a_code(scene: Scene) -> LAST:
    user = await create_user()
    scene.secrets.add(str(user.mobile))
    return lambda: scene.client.post("/api/v1/login", data={"username": user.mobile})


@causes(SecurityEvent.CODE_LIMIT_REACHED)
async def ask_twice_in_a_minute(scene: Scene) -> LAST:
    return await _after(scene, ask_for_a_code)


async def _after(scene: Scene, prepare: Prepare) -> LAST:
    """The same request once more."""
    last = await prepare(scene)
    await last()
    return last


@causes(SecurityEvent.CODE_FAILED)
async def try_a_wrong_code(scene: Scene) -> LAST:
    mobile = str((await create_user()).mobile)
    code = await scene.code_for(mobile)
    return lambda: _verify(scene, mobile, other_than(code))


@causes(SecurityEvent.CODE_FAILED)
async def confirm_a_mobile_by_a_wrong_code(scene: Scene) -> LAST:
    user = await create_user()
    code, headers = await scene.code_for(str(user.mobile)), await scene.signed_in(user)
    document = "mutation ($code: String!) { confirmMobile(code: $code) { __typename } }"
    return lambda: scene.graphql(document, headers, code=other_than(code))


@causes(SecurityEvent.CODE_VOIDED)
async def try_six_wrong_codes(scene: Scene) -> LAST:
    last = await try_a_wrong_code(scene)
    for _ in range(scene.shop.settings.login_code_tries):
        await last()
    return last


@causes(SecurityEvent.MOBILE_CONFIRMED)
async def confirm_a_mobile(scene: Scene) -> LAST:
    user = await create_user(is_verified=False)
    code, headers = await scene.code_for(str(user.mobile)), await scene.signed_in(user)
    document = "mutation ($code: String!) { confirmMobile(code: $code) { __typename } }"
    return lambda: scene.graphql(document, headers, code=code)


@causes(SecurityEvent.MOBILE_CHANGED)
async def change_the_mobile(scene: Scene) -> LAST:
    headers = await scene.signed_in(await create_user())
    scene.secrets.add(NOBODY)
    return lambda: scene.client.post("/api/v1/user", data={"mobile": NOBODY}, headers=headers)


@causes(SecurityEvent.SIGNED_IN)
async def sign_in_by_code(scene: Scene) -> LAST:
    mobile = str((await create_user()).mobile)
    code = await scene.code_for(mobile)
    return lambda: _verify(scene, mobile, code)


@causes(SecurityEvent.CREDENTIALS_ENDED)
async def take_a_claimed_number_over(scene: Scene) -> LAST:
    user = await create_user(is_verified=False)
    await User.filter(id=user.id).update(mobile_claimed_at=await database.now())
    code = await scene.code_for(str(user.mobile))
    return lambda: _verify(scene, str(user.mobile), code)


async def _from_provider(scene: Scene, subject: str) -> str:
    scene.provider.person = {"sub": subject, "email": f"{subject}@example.com", "email_verified": True}
    begun = await scene.client.get("/auth/openid/login")
    async with httpx.AsyncClient(trust_env=False) as outside:
        back = (await outside.get(begun.headers["location"])).headers["location"]
    return str(re.sub(r"^https?://[^/]+", "", back))


@causes(SecurityEvent.OPENID_LINKED)
@causes(SecurityEvent.SIGNED_IN)
async def sign_in_by_openid(scene: Scene) -> LAST:
    back = await _from_provider(scene, f"newcomer{len(CASES)}{await User.all().count()}")
    return lambda: scene.client.get(back)


@causes(SecurityEvent.SIGN_IN_REFUSED)
async def come_back_blocked_from_the_provider(scene: Scene) -> LAST:
    await scene.client.get(await _from_provider(scene, "blocked"))
    await User.filter(email="blocked@example.com").update(is_active=False)
    back = await _from_provider(scene, "blocked")
    return lambda: scene.client.get(back)


@causes(SecurityEvent.SIGN_IN_REFUSED)
async def come_back_with_a_forged_state(scene: Scene) -> LAST:
    return lambda: scene.client.get("/auth/openid/callback?code=x&state=y")


@causes(SecurityEvent.SIGNED_OUT)
async def sign_out(scene: Scene) -> LAST:
    headers = await scene.signed_in(await create_user())
    return lambda: scene.client.get("/api/v1/logout", headers=headers)


@causes(SecurityEvent.TOKEN_REFUSED)
async def bring_a_revoked_token_to_rest(scene: Scene) -> LAST:
    headers = await scene.signed_in(await create_user())
    await AccessToken.all().update(revoked_at=await database.now())
    return lambda: scene.client.get("/api/v1/order", headers=headers)


@causes(SecurityEvent.TOKEN_REFUSED)
async def bring_a_forged_token_to_graphql(scene: Scene) -> LAST:
    return lambda: scene.graphql("{ me { id } }", {"Authorization": "Bearer eyJhbGciOiJub25lIn0.e30."})


@causes(SecurityEvent.TOKEN_REFUSED)
async def bring_a_forged_token_to_a_socket(scene: Scene) -> LAST:
    async def connect() -> None:
        async with _socket(scene.shop) as url, opened(url) as client:
            await client.send("connection_init", payload={"authorization": "Bearer forged"})
            assert await client.close_code() == 4401

    return connect


@asynccontextmanager
async def _socket(shop: Shop) -> AsyncIterator[str]:
    """The URL of a server of the shop's WebSockets."""
    view = GraphQLView(schema.schema, shop=shop, context=schema.Context, ide=page.page)
    sockets = GraphQLSockets(view.engine, shop=shop, context=schema.Context)
    identified = RequestIds(sockets)

    # A coroutine function: the server takes other callables for an older interface.
    async def asked(scope: Scope, receive: Receive, send: Send) -> None:
        await identified(scope, receive, send)

    async with sockets.watched(), serving(asked) as url:
        yield url


START = (
    "mutation ($username: String!, $code: String!) "
    "{ startStaffSession(username: $username, code: $code) { __typename } }"
)


@causes(SecurityEvent.STAFF_SIGNED_IN)
async def open_a_staff_session(scene: Scene) -> LAST:
    mobile = str((await member(UserRole.SUPPORT)).mobile)
    code = await scene.code_for(mobile)
    return lambda: scene.graphql(START, username=mobile, code=code)


@causes(SecurityEvent.STAFF_SIGNED_IN)
async def sign_in_to_the_pages(scene: Scene) -> LAST:
    user = await member(UserRole.SUPPORT)
    code = await scene.code_for(str(user.mobile))
    scene.client.cookies.clear()
    visit = Visit(scene.client)
    return lambda: visit.post("/login", {"username": str(user.mobile), "code": code})


@causes(SecurityEvent.STAFF_SIGN_IN_REFUSED)
async def open_a_staff_session_as_a_customer(scene: Scene) -> LAST:
    mobile = str((await create_user()).mobile)
    code = await scene.code_for(mobile)
    return lambda: scene.graphql(START, username=mobile, code=code)


@causes(SecurityEvent.STAFF_SIGNED_OUT)
async def leave_the_pages(scene: Scene) -> LAST:
    visit = await Visit.of(scene.shop, scene.client, await member(UserRole.SUPPORT))
    await visit.get("/")
    return lambda: visit.post("/logout", {})


CONFIRM = "mutation ($code: String!) { confirmIdentity(code: $code) { __typename } }"


@causes(SecurityEvent.IDENTITY_CONFIRMED)
async def confirm_who_one_is(scene: Scene) -> LAST:
    user = await member(UserRole.OWNER)
    code, headers = await scene.code_for(str(user.mobile)), await scene.staff_of(user)
    return lambda: scene.graphql(CONFIRM, headers, code=code)


@causes(SecurityEvent.IDENTITY_REFUSED)
async def confirm_by_a_wrong_code(scene: Scene) -> LAST:
    user = await member(UserRole.OWNER)
    code, headers = await scene.code_for(str(user.mobile)), await scene.staff_of(user)
    return lambda: scene.graphql(CONFIRM, headers, code=other_than(code))


@causes(SecurityEvent.IDENTITY_REFUSED)
async def confirm_by_a_wrong_code_on_the_page(scene: Scene) -> LAST:
    user = await member(UserRole.OWNER)
    code = await scene.code_for(str(user.mobile))
    visit = await Visit.of(scene.shop, scene.client, user)
    await visit.get("/account")
    return lambda: visit.post("/account", {"act": "confirm", "code": other_than(code)})


@causes(SecurityEvent.IDENTITY_REFUSED)
async def save_settings_with_a_wrong_code(scene: Scene) -> LAST:
    user = await member(UserRole.OWNER)
    code = await scene.code_for(str(user.mobile))
    visit = await Visit.of(scene.shop, scene.client, user)
    await visit.get("/settings")
    return lambda: visit.post("/settings", {"proof": other_than(code)})


TRIES_OF_CODES = (
    try_a_wrong_code,
    confirm_a_mobile_by_a_wrong_code,
    open_a_staff_session,
    sign_in_to_the_pages,
    confirm_by_a_wrong_code,
    confirm_by_a_wrong_code_on_the_page,
    save_settings_with_a_wrong_code,
)
"""Every request that tries a login code."""


@causes(SecurityEvent.SESSION_REVOKED)
async def confirm_by_five_wrong_codes(scene: Scene) -> LAST:
    last = await confirm_by_a_wrong_code(scene)
    for _ in range(4):
        await last()
    return last


@causes(SecurityEvent.SESSION_REVOKED)
async def end_another_session(scene: Scene) -> LAST:
    user = await create_user()
    headers, other = await scene.signed_in(user), await create_session(user)
    session_id = global_id("UserSession", sessions.public_id(other.id))
    document = "mutation ($id: ID!) { endSession(id: $id) { __typename } }"
    return lambda: scene.graphql(document, headers, id=session_id)


@causes(SecurityEvent.TOTP_ENABLED)
async def set_up_an_app(scene: Scene) -> LAST:
    headers = await scene.staff()
    made = await scene.graphql("mutation { enableTotp { ... on TotpEnrolment { secret } } }", headers)
    secret: str = made["data"]["enableTotp"]["secret"]  # type: ignore[index] # JSON
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    code = rules.code_at(key, rules.step_of(await database.now()))
    scene.secrets |= {secret, code}
    document = "mutation ($code: String!) { confirmTotp(code: $code) { __typename } }"
    return lambda: scene.graphql(document, headers, code=code)


@causes(SecurityEvent.TOTP_DISABLED)
async def turn_the_app_off(scene: Scene) -> LAST:
    headers = await scene.staff()
    return lambda: scene.graphql("mutation { disableTotp { __typename } }", headers)


@causes(SecurityEvent.TOTP_DISABLED)
async def reset_a_colleague_s_app(scene: Scene) -> LAST:
    colleague = await member(UserRole.MANAGER)
    await TotpSecret.create(user_id=colleague.id, secret="sealed", updated_at=await database.now())
    headers, user_id = await scene.staff(), global_id("AdminUser", colleague.id)
    return lambda: scene.graphql(admin("resetTotp(id: $id)", "($id: ID!)"), headers, id=user_id)


async def _on_a_user(scene: Scene, act: str, **columns: object) -> LAST:
    user = await create_user()
    if columns:
        await User.filter(id=user.id).update(**columns)
    headers, user_id = await scene.staff(), global_id("AdminUser", user.id)
    return lambda: scene.graphql(admin(act, "($id: ID!)"), headers, id=user_id)


@causes(SecurityEvent.CREDENTIALS_ENDED)
async def sign_a_user_out(scene: Scene) -> LAST:
    return await _on_a_user(scene, "signOutUser(id: $id)")


@causes(SecurityEvent.USER_BLOCKED)
async def block(scene: Scene) -> LAST:
    return await _on_a_user(scene, 'setUserActive(id: $id, isActive: false, reason: "fraud")')


@causes(SecurityEvent.USER_UNBLOCKED)
async def unblock(scene: Scene) -> LAST:
    act = 'setUserActive(id: $id, isActive: true, reason: "a mistake")'
    return await _on_a_user(scene, act, is_active=False)


@causes(SecurityEvent.ROLE_CHANGED)
async def promote(scene: Scene) -> LAST:
    return await _on_a_user(scene, "setUserRole(id: $id, role: SUPPORT)")


@causes(SecurityEvent.API_KEY_REVOKED)
async def revoke_a_user_s_key(scene: Scene) -> LAST:
    return await _on_a_user(scene, "revokeUserApiKey(id: $id)")


@causes(SecurityEvent.API_KEY_CREATED)
async def make_a_key(scene: Scene) -> LAST:
    headers = await scene.signed_in(await create_user())
    return lambda: scene.graphql("mutation { rotateApiKey { __typename } }", headers)


@causes(SecurityEvent.API_KEY_REVOKED)
async def revoke_a_key(scene: Scene) -> LAST:
    headers = await scene.signed_in(await create_user())
    return lambda: scene.graphql("mutation { revokeApiKey { __typename } }", headers)


@causes(SecurityEvent.API_KEY_REFUSED)
async def guess_a_key(scene: Scene) -> LAST:
    key = "vt_" + "5e" * 24
    scene.secrets.add(key)
    return lambda: scene.client.post("/api/v2", data={"key": key, "action": "balance"})


MAKE_TOKEN = (
    'createServiceToken(input: {name: "nightly", permissions: [READ_FIGURES], days: 1}) '
    "{ ... on AdminNewServiceToken { accessToken serviceToken { id } } }"
)


@causes(SecurityEvent.SERVICE_TOKEN_CREATED)
async def make_a_service_token(scene: Scene) -> LAST:
    headers = await scene.staff()
    return lambda: scene.graphql(f"mutation {{ admin {{ {MAKE_TOKEN} }} }}", headers)


@causes(SecurityEvent.SERVICE_TOKEN_REVOKED)
async def revoke_a_service_token(scene: Scene) -> LAST:
    headers = await scene.staff()
    made = await scene.graphql(f"mutation {{ admin {{ made: {MAKE_TOKEN} }} }}", headers)
    token = made["data"]["admin"]["made"]  # type: ignore[index] # JSON
    scene.secrets.add(token["accessToken"])
    document = admin("revokeServiceToken(id: $id)", "($id: ID!)")
    return lambda: scene.graphql(document, headers, id=token["serviceToken"]["id"])


@causes(SecurityEvent.PERMISSION_REFUSED)
async def read_settings_as_support(scene: Scene) -> LAST:
    headers = await scene.staff(UserRole.SUPPORT)
    return lambda: scene.graphql("{ admin { settings { name } } }", headers)


@causes(SecurityEvent.PERMISSION_REFUSED)
async def act_as_staff_by_an_app_token(scene: Scene) -> LAST:
    headers = await scene.signed_in(await member(UserRole.OWNER))
    return lambda: scene.graphql("{ admin { settings { name } } }", headers)


@causes(SecurityEvent.PERMISSION_REFUSED)
async def act_on_a_superior(scene: Scene) -> LAST:
    headers = await scene.staff(UserRole.MANAGER)
    user_id = global_id("AdminUser", (await member(UserRole.OWNER)).id)
    return lambda: scene.graphql(admin("signOutUser(id: $id)", "($id: ID!)"), headers, id=user_id)


@causes(SecurityEvent.PERMISSION_REFUSED)
async def look_at_another_s_order(scene: Scene) -> LAST:
    service = await create_service(category=await create_category())
    order = await create_order(await create_user(), service)
    headers = await scene.signed_in(await create_user())
    return lambda: scene.client.get(f"/api/v1/order/{order.id}", headers=headers)


async def _service_token(scene: Scene, permission: Permission) -> dict[str, str]:
    token, _ = await sessions.issue_service_token(
        scene.shop,
        await member(UserRole.OWNER),
        name="robot",
        permissions={permission},
        lifetime=timedelta(days=1),
        now=await database.now(),
    )
    return {"Authorization": f"Bearer {token}"}


@causes(SecurityEvent.PERMISSION_REFUSED)
async def exceed_a_service_token(scene: Scene) -> LAST:
    headers = await _service_token(scene, Permission.READ_FIGURES)
    return lambda: scene.graphql("{ admin { settings { name } } }", headers)


@causes(SecurityEvent.PERMISSION_REFUSED)
async def shop_by_a_service_token(scene: Scene) -> LAST:
    headers = await _service_token(scene, Permission.READ_FIGURES)
    return lambda: scene.graphql("mutation { rotateApiKey { __typename } }", headers)


@causes(SecurityEvent.PERMISSION_REFUSED)
async def open_a_page_as_support(scene: Scene) -> LAST:
    visit = await Visit.of(scene.shop, scene.client, await member(UserRole.SUPPORT))
    return lambda: visit.get("/providers/list")


@causes(SecurityEvent.PERMISSION_REFUSED)
async def press_a_button_as_support(scene: Scene) -> LAST:
    user = await create_user()
    visit = await Visit.of(scene.shop, scene.client, await member(UserRole.SUPPORT))
    await visit.get("/")
    return lambda: visit.act("users", user.id, "role", role="support")


@causes(SecurityEvent.FORGED_FORM_REFUSED)
async def send_a_form_without_its_token(scene: Scene) -> LAST:
    await Visit.of(scene.shop, scene.client, await member(UserRole.OWNER))
    return lambda: scene.client.post("/admin/logout", data={})


async def _limited(scene: Scene, request: Callable[[httpx.AsyncClient], LAST], **settings: object) -> LAST:
    """A request to a shop whose limit an earlier one has used up."""
    last = request(client_of(with_settings(scene.shop, **settings)))
    await last()
    return last


@causes(SecurityEvent.RATE_LIMIT_REACHED)
async def exceed_the_limit_of_rest(scene: Scene) -> LAST:
    return await _limited(scene, lambda c: lambda: c.get("/api/v1/services"), rate_limit="1/minute")


@causes(SecurityEvent.RATE_LIMIT_REACHED)
async def exceed_the_limit_of_the_callback(scene: Scene) -> LAST:
    path = "/auth/openid/callback?state=x"
    return await _limited(scene, lambda c: lambda: c.get(path), rate_limit="1/minute")


@causes(SecurityEvent.RATE_LIMIT_REACHED)
async def exceed_the_limit_of_resellers_addresses(scene: Scene) -> LAST:
    form = {"action": "balance", "key": "vt_none"}
    settings = {"reseller_address_rate_limit": "1/minute"}
    return await _limited(scene, lambda c: lambda: c.post("/api/v2", data=form), **settings)


@causes(SecurityEvent.RATE_LIMIT_REACHED)
async def exceed_a_reseller_s_limit(scene: Scene) -> LAST:
    headers = await scene.signed_in(await create_user())
    made = await scene.graphql("mutation { rotateApiKey { ... on ApiKey { key } } }", headers)
    key: str = made["data"]["rotateApiKey"]["key"]  # type: ignore[index] # JSON
    scene.secrets.add(key)
    form = {"action": "balance", "key": key}
    settings = {"reseller_rate_limit": "1/minute"}
    return await _limited(scene, lambda c: lambda: c.post("/api/v2", data=form), **settings)


@causes(SecurityEvent.RATE_LIMIT_REACHED)
async def exceed_the_points_of_graphql(scene: Scene) -> LAST:
    points = PerCaller(anonymous=30, user=30, staff=30)
    document = {"query": "{ services { edges { node { id } } } }"}
    return await _limited(scene, lambda c: lambda: c.post("/graphql", json=document), graphql_points=points)


@causes(SecurityEvent.RATE_LIMIT_REACHED)
async def open_too_many_sockets(scene: Scene) -> LAST:
    async def connect() -> None:
        async with _socket(with_settings(scene.shop, max_sockets_per_address=1)) as url, opened(url):
            try:
                async with opened(url):
                    raise AssertionError("the second socket was accepted")
            except InvalidStatus:
                pass

    return connect


@causes(SecurityEvent.RATE_LIMIT_REACHED)
async def run_too_much_on_one_socket(scene: Scene) -> LAST:
    headers = await scene.signed_in(await create_user())

    async def connect() -> None:
        async with _socket(scene.shop) as url, opened(url) as client:
            await client.initialise(headers)
            for number in range(MOST_OPERATIONS + 1):
                await client.start(str(number), "subscription { notificationAdded { id } }")
            assert await client.error_code(str(MOST_OPERATIONS)) == "TOO_MANY_OPERATIONS"

    return connect


@causes(SecurityEvent.QUOTA_REACHED)
async def write_more_than_the_quota(scene: Scene) -> LAST:
    quotas.configure(QuotaSettings(quota_ticket_messages="1/hour"))
    headers = await scene.signed_in(await create_user())
    document = 'mutation { createTicket(subject: "Late", description: "Where is it?") { __typename } }'

    async def write() -> dict[str, object]:
        return await scene.graphql(document, headers)

    await write()
    return write
