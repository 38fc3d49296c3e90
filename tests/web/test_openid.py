"""Sign-in with an OpenID provider, over real HTTP to one on this machine that may be hostile."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import pytest_asyncio

import database
from config.settings import Settings
from domain.roles import UserRole
from gateways.http import tls_context
from models import AccessToken, OpenIdAttempt, OpenIdIdentity, User
from resolvers import sessions
from resolvers.app_context import AppContext
from tests.fakes import RecordingSms, build_app, create_user
from tests.fixtures import create_client
from tests.openid_provider import CLIENT_ID, CLIENT_SECRET, Claims, Provider, run_provider

EMAIL = "sara@example.com"
PERSON = {
    "sub": "7",
    "email": EMAIL,
    "email_verified": True,
    "given_name": "Sara",
    "family_name": "Karimi",
}


@pytest.fixture
def provider() -> Iterator[Provider]:
    with run_provider() as provider:
        provider.person = dict(PERSON)
        yield provider


def build_openid_app(url: str, provider: Provider, **settings: object) -> AppContext:
    provided = {
        "database_url": url,
        "openid_issuer": provider.issuer,
        "openid_client_id": CLIENT_ID,
        "openid_client_secret": CLIENT_SECRET,
        **settings,
    }
    return build_app(Settings.model_validate(provided), RecordingSms())


@pytest.fixture
def app(db: str, provider: Provider) -> AppContext:
    return build_openid_app(db, provider)


@pytest_asyncio.fixture
async def browser(app: AppContext) -> AsyncIterator[httpx.AsyncClient]:
    async with create_client(app) as browser:
        yield browser


async def start_sign_in(browser: httpx.AsyncClient) -> str:
    """Begin at the shop, sign in at the provider; where the browser is to go then."""
    begun = await browser.get("/auth/openid/login")
    assert begun.status_code == 302, begun.text
    async with httpx.AsyncClient(trust_env=False, verify=tls_context()) as outside:
        back = urlsplit((await outside.get(begun.headers["location"])).headers["location"])
    return f"{back.path}?{back.query}"


async def complete_sign_in(browser: httpx.AsyncClient) -> httpx.Response:
    return await browser.get(await start_sign_in(browser))


async def get_user(app: AppContext, answer: httpx.Response) -> User:
    assert answer.status_code == 200, answer.text
    viewer = await sessions.authenticate(app, answer.json()["access_token"])
    assert viewer is not None
    return viewer.user


async def test_a_newcomer_gets_a_user_and_the_shop_s_token_and_the_same_user_next_time(
    app: AppContext, browser: httpx.AsyncClient, provider: Provider
) -> None:
    first = await complete_sign_in(browser)
    user = await get_user(app, first)
    assert (first.json()["token_type"], first.headers["cache-control"]) == ("Bearer", "no-store")
    assert (user.login_type, user.email, user.first_name, user.last_name, user.mobile_verified) == (
        "google",
        EMAIL,
        "Sara",
        "Karimi",
        False,
    )
    profile = await browser.get(
        "/api/v1/user", headers={"Authorization": f"Bearer {first.json()['access_token']}"}
    )
    assert profile.status_code == 200

    # The provider may give the address to another, and rotate its key: the subject is who it is.
    provider.person["email"] = "other@example.com"
    provider.key = provider.new_key()
    assert (await get_user(app, await complete_sign_in(browser))).id == user.id
    assert (await User.all().count(), await OpenIdIdentity.all().count()) == (1, 1)
    assert not await OpenIdAttempt.exists()


async def test_the_authorization_request_has_state_nonce_and_pkce(browser: httpx.AsyncClient) -> None:
    begun = [await browser.get("/auth/openid/login") for _ in range(2)]
    requested = [parse_qs(urlsplit(answer.headers["location"]).query) for answer in begun]
    for name in ("state", "nonce", "code_challenge"):
        assert len({query[name][0] for query in requested}) == 2
    cookie = begun[0].headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


def _without(name: str) -> Callable[[Claims], object]:
    return lambda claims: claims.pop(name)


def _with(**changed: object) -> Callable[[Claims], object]:
    return lambda claims: claims.update(changed)


async def test_the_callback_has_a_rate_limit_of_its_own(db: str, provider: Provider) -> None:
    async with create_client(build_openid_app(db, provider, rate_limit="2/minute")) as browser:
        for number in range(2):
            provider.person["sub"] = f"person {number}"
            assert (await complete_sign_in(browser)).status_code == 200

        refused = await browser.get("/auth/openid/callback?code=x&state=y")

        assert (refused.status_code, refused.json()) == (429, {"code": "too_many_requests"})
        assert int(refused.headers["retry-after"]) >= 1
    async with create_client(build_openid_app(db, provider, rate_limit="2/minute")) as other:
        # Starting a sign-in has a limit of its own: an exhausted callback limit does not block it.
        for _ in range(3):
            await other.get("/auth/openid/callback?state=x")
        assert (await other.get("/auth/openid/login")).status_code == 302


HOSTILE = {
    "wrong nonce": _with(nonce="another"),
    "no nonce": _without("nonce"),
    "wrong aud": _with(aud="another shop"),
    "aud of two, for another": _with(aud=["another shop", "third"], azp=CLIENT_ID),
    "no aud": _without("aud"),
    "wrong iss": _with(iss="https://accounts.example"),
    "no iss": _without("iss"),
    "expired": lambda claims: claims.update(exp=claims["iat"] - 3_600),
    "no exp": _without("exp"),
    "not yet": lambda claims: claims.update(nbf=claims["iat"] + 3_600),
    "no sub": _without("sub"),
    "sub of another type": _with(sub=["7"]),
    "for another client": _with(azp="another shop"),
}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_hostile_tokens_are_rejected(browser: httpx.AsyncClient, provider: Provider) -> None:
    answers = {}
    for name, twist in HOSTILE.items():
        provider.twist = twist
        answers[name] = (await complete_sign_in(browser)).status_code
    provider.twist = lambda _: None
    stranger = provider.new_key()
    signatures: dict[str, Callable[[Claims], str]] = {
        "alg none": provider.encode_unsigned,
        "HS256 by the public key": provider.sign_with_public_key,
        "another key": lambda claims: provider.sign_claims(claims, key=stranger),
        "garbage": lambda _: "a.b.c",
    }
    for name, sign in signatures.items():
        provider.sign = sign
        answers[name] = (await complete_sign_in(browser)).status_code

    # A subject that is no text is caught by the operation, all else by the token's checks.
    assert {name: status for name, status in answers.items() if status != 400} in (
        {},
        {"sub of another type": 403},
    )
    assert not await User.exists()
    assert not await AccessToken.exists()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_state_is_good_once_and_in_its_own_browser(
    app: AppContext, browser: httpx.AsyncClient, provider: Provider
) -> None:
    back = await start_sign_in(browser)
    cookies = dict(browser.cookies)
    async with create_client(app) as other:
        assert (await other.get(back)).status_code == 400
    assert (await browser.get("/auth/openid/callback?code=x&state=made-up")).status_code == 400
    assert (await browser.get("/auth/openid/callback")).status_code == 400

    back = await start_sign_in(browser)
    cookies = dict(browser.cookies)
    assert (await browser.get(back)).status_code == 200
    async with create_client(app) as replaying:
        replaying.cookies.update(cookies)
        assert (await replaying.get(back)).status_code == 400

    refused = await browser.get(f"{back}&error=access_denied")
    assert (refused.status_code, refused.json()) == (400, {"code": "sign_in_failed"})
    for cookie in ("x" * 5_000, "W10=", "bnVsbA==", "é"):
        answer = await send_with_cookie(app, cookie, back)
        assert answer.status_code == 400


async def send_with_cookie(app: AppContext, cookie: str, path: str) -> httpx.Response:
    async with create_client(app) as other:
        return await other.get(path, headers={b"Cookie": f"openid={cookie}".encode()})


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_late_callback_and_a_provider_that_is_away_or_another_are_refused(
    app: AppContext, browser: httpx.AsyncClient, provider: Provider
) -> None:
    back = await start_sign_in(browser)
    await OpenIdAttempt.all().update(expires_at=await database.now() - timedelta(seconds=1))
    assert (await browser.get(back)).status_code == 400

    provider.metadata = {"issuer": "https://accounts.example"}
    async with create_client(app) as fresh:
        assert (await fresh.get("/auth/openid/login")).status_code == 503
    away = build_openid_app(app.settings.database_url, provider, openid_issuer="http://127.0.0.1:1")
    async with create_client(away) as fresh:
        answer = await fresh.get("/auth/openid/login")
    assert (answer.status_code, answer.json()) == (503, {"code": "provider_unavailable"})


async def test_a_verified_email_takes_over_only_unverified_accounts(
    app: AppContext, browser: httpx.AsyncClient, provider: Provider
) -> None:
    claimed = await create_user(email=EMAIL, is_verified=False, balance=500)
    await User.filter(id=claimed.id).update(password_hash="p", api_key_hash="k")
    older, _ = await sessions.issue_token(app, claimed, now=await database.now())

    linked = await get_user(app, await complete_sign_in(browser))
    assert (linked.id, linked.balance, linked.login_type) == (claimed.id, 500, "google")
    assert (linked.mobile, linked.password_hash, linked.api_key_hash) == (None, None, None)
    assert await sessions.authenticate(app, older) is None

    kept = {
        "owner of a mobile": await create_user(email="a@example.com"),
        "staff": await create_user(email="b@example.com", is_verified=False),
        "unverified address": await create_user(email="c@example.com", is_verified=False),
    }
    await User.filter(id=kept["staff"].id).update(role=UserRole.MANAGER)
    for number, user in enumerate(kept.values()):
        provider.person = {**PERSON, "sub": f"new {number}", "email": user.email}
        provider.person["email_verified"] = "true" if user is kept["unverified address"] else True
        newcomer = await get_user(app, await complete_sign_in(browser))
        assert (newcomer.id != user.id, newcomer.email) == (True, None)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_blocked_users_and_newcomers_of_a_closed_shop_are_refused(
    app: AppContext, browser: httpx.AsyncClient, provider: Provider
) -> None:
    user = await get_user(app, await complete_sign_in(browser))
    await User.filter(id=user.id).update(is_active=False)
    assert (await complete_sign_in(browser)).json() == {"code": "sign_in_refused"}

    provider.person["sub"] = "8"
    closed = build_openid_app(app.settings.database_url, provider, registration_open=False)
    async with create_client(closed) as fresh:
        assert (await complete_sign_in(fresh)).status_code == 403
    assert await User.all().count() == 1


async def test_two_first_sign_ins_at_once_make_one_user(app: AppContext, provider: Provider) -> None:
    async def one() -> User:
        async with create_client(app) as browser:
            return await get_user(app, await complete_sign_in(browser))

    users = await asyncio.gather(*(one() for _ in range(4)))
    assert len({user.id for user in users}) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_without_an_issuer_there_is_no_such_route(db: str) -> None:
    async with create_client(build_app(Settings(database_url=db), RecordingSms())) as client:
        assert (await client.get("/auth/openid/login")).status_code == 404
