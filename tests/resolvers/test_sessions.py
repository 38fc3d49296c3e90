"""Tokens: their claims, the users they sign in, and when they become invalid."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jwt
from joserfc.jwk import RSAKey

import database
from auth.tokens import TokenKeys
from models import AccessToken, User
from resolvers import access_revocation, login, sessions
from resolvers.app_context import AppContext
from tests.fakes import create_user, key_pem

REFERENCE = Path(__file__).parents[1] / "contract" / "endpoints.json"
JSON = Mapping[str, object]


def other_pem() -> bytes:
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


OTHER_PEM = other_pem()


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def read(token: str) -> tuple[dict[str, object], dict[str, object]]:
    """Header and claims, in their order."""
    header, claims, _ = (base64.urlsafe_b64decode(text + "==") for text in token.split("."))
    return json.loads(header), json.loads(claims)


def sign(claims: JSON, *, pem: bytes, kid: object = None) -> str:
    """`claims` signed by a key, under its own name or another's."""
    key = RSAKey.import_key(pem)
    key.ensure_kid()
    header = {"alg": "RS256", "typ": "JWT", "kid": kid or key.kid}
    return jwt.encode(header, dict(claims), RSAKey.import_key(pem), algorithms=["RS256"])


def sign_with_public_key(header: JSON, claims: JSON) -> str:
    """An HS256 token whose secret is our public key, as a library that trusts `alg` would check it."""
    public = RSAKey.import_key(key_pem()).as_pem(private=False)
    assert public.startswith(b"-----BEGIN PUBLIC KEY-----")
    signed = f"{part({**header, 'alg': 'HS256'})}.{part(claims)}"
    digest = hmac.new(public, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


async def issue(app: AppContext, user: User, *, now: datetime | None = None) -> str:
    token, _ = await sessions.issue_token(app, user, now=now or await database.now())
    return token


def documented_token() -> str:
    for endpoint in json.loads(REFERENCE.read_text(encoding="utf-8")):
        for response in endpoint["responses"]:
            body = response["body"]
            if isinstance(body, dict) and "access_token" in body:
                return str(body["access_token"])
    raise AssertionError("the reference shows no token")


async def test_a_token_has_the_claims_of_the_documented_one(app: AppContext) -> None:
    user = await create_user()

    header, claims = read(await issue(app, user))

    documented_header, documented = read(documented_token())
    assert list(claims) == list(documented) == ["aud", "jti", "iat", "nbf", "exp", "sub", "scopes"]
    assert [type(claims[name]) for name in claims] == [type(documented[name]) for name in documented]
    assert (claims["aud"], claims["sub"], claims["scopes"]) == (documented["aud"], str(user.id), [])
    assert {name: header[name] for name in documented_header} == documented_header


async def test_a_token_lasts_as_long_as_the_documented_one(app: AppContext) -> None:
    _, claims = read(await issue(app, await create_user()))

    _, documented = read(documented_token())
    assert claims["nbf"] == claims["iat"]
    assert isinstance(claims["iat"], int)
    assert isinstance(documented["iat"], int)
    assert claims["exp"] == claims["iat"] + 365 * 86_400
    assert documented["exp"] == documented["iat"] + 365 * 86_400


async def test_a_token_is_named_by_its_row_with_eighty_hexadecimal_digits(app: AppContext) -> None:
    user = await create_user()

    names = [read(await issue(app, user))[1]["jti"] for _ in range(3)]

    assert {row.id for row in await AccessToken.filter(user=user)} == set(names)
    assert all(len(str(name)) == 80 and set(str(name)) <= set("0123456789abcdef") for name in names)


async def test_authenticate_returns_the_session_of_a_token(app: AppContext) -> None:
    await create_user()
    user = await create_user()

    viewer = await sessions.authenticate(app, await issue(app, user))

    row = await AccessToken.get()
    assert viewer is not None
    assert (viewer.user.id, viewer.token_id, viewer.expires_at) == (user.id, row.id, row.expires_at)


async def test_logout_revokes_the_token_it_came_with_and_no_other(app: AppContext) -> None:
    user = await create_user()
    phone, laptop = await issue(app, user), await issue(app, user)
    viewer = await sessions.authenticate(app, phone)
    assert viewer is not None

    await login.logout(viewer)

    assert await sessions.authenticate(app, phone) is None
    assert await sessions.authenticate(app, laptop) is not None


async def test_signing_out_everywhere_ends_the_sessions_of_that_user_only(app: AppContext) -> None:
    user, other = await create_user(), await create_user()
    tokens = [await issue(app, user), await issue(app, user)]
    others = await issue(app, other)

    await access_revocation.revoke_access(
        user, now=await database.now(), spares=access_revocation.ALL_EXCEPT_SESSIONS
    )

    assert [await sessions.authenticate(app, token) for token in tokens] == [None, None]
    assert await sessions.authenticate(app, others) is not None


@pytest.mark.parametrize("change", [{"is_active": False}, None], ids=["blocked", "deleted"])
async def test_the_token_of_a_user_who_was_blocked_or_deleted_is_refused(
    app: AppContext, change: dict[str, bool] | None
) -> None:
    user = await create_user()
    token = await issue(app, user)
    assert await sessions.authenticate(app, token) is not None

    await (User.filter(id=user.id).update(**change) if change else User.filter(id=user.id).delete())

    assert await sessions.authenticate(app, token) is None


@pytest.mark.parametrize(
    "age", [timedelta(days=365), timedelta(days=400), timedelta(hours=-1)], ids=["now", "long ago", "early"]
)
async def test_a_token_outside_its_time_is_refused(app: AppContext, age: timedelta) -> None:
    token = await issue(app, await create_user(), now=await database.now() - age)

    assert await sessions.authenticate(app, token) is None


@pytest.mark.parametrize(
    "change",
    [
        {"sub": "172 or 1=1"},
        {"sub": "9" * 30},
        {"sub": "9" * 5_000},
        {"sub": None},
        {"sub": [1]},
        {"sub": "0"},
        {"aud": "2"},
        {"aud": None},
        {"jti": "0" * 80},
        {"jti": None},
        {"exp": "tomorrow"},
        {"exp": 10**30},
        {"exp": None},
        {"iat": None},
        {"nbf": None},
    ],
    ids=lambda change: str(change)[:30],
)
async def test_a_token_with_a_wrong_claim_is_refused_though_our_key_signed_it(
    app: AppContext, change: dict[str, object]
) -> None:
    _, claims = read(await issue(app, await create_user()))
    assert await sessions.authenticate(app, sign(claims, pem=key_pem())) is not None

    assert await sessions.authenticate(app, sign({**claims, **change}, pem=key_pem())) is None


async def test_a_token_naming_another_user_than_its_row_is_refused(app: AppContext) -> None:
    user, other = await create_user(), await create_user()
    _, claims = read(await issue(app, user))

    assert await sessions.authenticate(app, sign({**claims, "sub": str(other.id)}, pem=key_pem())) is None


async def test_forged_signatures_are_refused(app: AppContext) -> None:
    token = await issue(app, await create_user())
    header, claims = read(token)
    head, body, signature = token.split(".")

    forged = {
        "no signature": f"{head}.{body}.",
        "alg none": f"{part({**header, 'alg': 'none'})}.{body}.",
        "alg none with a signature": f"{part({**header, 'alg': 'None'})}.{body}.{signature}",
        "HS256 under the public key": sign_with_public_key(header, claims),
        "a stranger's key": sign(claims, pem=OTHER_PEM),
        "a stranger's key under our key's name": sign(claims, pem=OTHER_PEM, kid=header["kid"]),
        "our key under an unknown name": sign(claims, pem=key_pem(), kid="unknown"),
        "other claims under our signature": f"{head}.{part({**claims, 'sub': '7'})}.{signature}",
    }
    accepted = [name for name, text in forged.items() if await sessions.authenticate(app, text)]
    assert accepted == []


@pytest.mark.parametrize(
    "bearer",
    ["", ".", "..", "a.b.c", "é.é.é", "\x00", "\ud800", "null", "e30.e30.e30", "x" * 65_536, "." * 65_536],
    ids=lambda bearer: ascii(bearer)[:12],
)
async def test_garbage_is_refused(app: AppContext, bearer: str) -> None:
    assert await sessions.authenticate(app, bearer) is None


async def test_a_valid_token_padded_to_64_kib_is_refused(app: AppContext) -> None:
    token = await issue(app, await create_user())

    assert await sessions.authenticate(app, token + "A" * 65_536) is None


async def test_after_a_rotation_old_tokens_are_accepted_until_their_key_is_removed(app: AppContext) -> None:
    user = await create_user()
    old = await issue(app, user)

    rotated = replace(app, tokens=TokenKeys([OTHER_PEM, key_pem()]))
    new = await issue(rotated, user)

    assert read(new)[0]["kid"] != read(old)[0]["kid"]
    assert await sessions.authenticate(rotated, old) is not None
    assert await sessions.authenticate(rotated, new) is not None

    without_the_old = replace(app, tokens=TokenKeys([OTHER_PEM]))
    assert await sessions.authenticate(without_the_old, old) is None
    assert await sessions.authenticate(without_the_old, new) is not None


def test_the_public_keys_are_published_without_their_secrets() -> None:
    keys = TokenKeys([OTHER_PEM, key_pem()])

    published = keys.get_public_jwks()["keys"]

    assert isinstance(published, list)
    assert [set(key) for key in published] == [{"kty", "n", "e", "use", "alg", "kid"}] * 2
