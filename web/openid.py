"""Sign-in with an OpenID provider: the authorization code flow with state, nonce and PKCE, by authlib."""

import base64
import json
import logging
from collections.abc import Iterator
from datetime import timedelta

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.starlette_client import StarletteIntegration, StarletteOAuth2App
from joserfc.errors import JoseError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from config.settings import Settings
from gateways.http import tls_context
from observability import security_log
from observability.security_log import SecurityEvent
from resolvers import openid_login
from resolvers.app_context import AppContext
from resolvers.openid_login import Identity, SignInRejected
from web.authentication import get_client
from web.client_network import get_client_network
from web.middleware.rate_limits import RateLimit
from web.responses import NoStoreJSONResponse

_log = logging.getLogger("vitrin.openid")

CALLBACK_PATH = "/auth/openid/callback"
ALGORITHMS = ("RS256",)
_LIFETIME = timedelta(minutes=10)
_CLOCK_SKEW_SECONDS = 60
_MAX_COOKIE_LENGTH = 2_048


def routes(app: AppContext) -> Iterator[BaseRoute]:
    """`/auth/openid/login` and its callback, for the provider in OPENID_ISSUER."""
    handlers = OpenIdRoutes(app)
    yield Route("/auth/openid/login", handlers.log_in)
    yield Route(CALLBACK_PATH, handlers.callback)


class OpenIdRoutes:
    """Redirects browsers to the provider and handles the callback; a state is valid once, in one browser."""

    def __init__(self, app: AppContext) -> None:
        settings = app.settings
        self._app = app
        self._limit = RateLimit(settings.rate_limit, storage=settings.rate_limit_storage)
        self._client = _build_client(settings)
        is_https = settings.effective_public_url.startswith("https://")
        # The prefix prevents other hosts of the domain from setting it; browsers accept it over https only.
        self._cookie = "__Host-openid" if is_https else "openid"
        self._is_https = is_https

    async def log_in(self, request: Request) -> Response:
        """Redirect to the provider."""
        if rejection := await self._check_rate_limit("openid", request):
            return rejection
        session: dict[str, object] = {}
        request.scope["session"] = session
        redirect_uri = self._app.settings.effective_public_url + CALLBACK_PATH
        try:
            response: Response = await self._client.authorize_redirect(request, redirect_uri)
        except (httpx2.HTTPError, AuthlibBaseError, ValueError, RuntimeError, KeyError) as error:
            return _build_unavailable(error)
        self._set_session_cookie(response, session)
        response.headers["cache-control"] = "no-store"
        return response

    async def callback(self, request: Request) -> Response:
        """Exchange the provider's code for an access token."""
        # Each callback calls the provider.
        if rejection := await self._check_rate_limit("openid-callback", request):
            return rejection
        request.scope["session"] = _parse_session(request.cookies.get(self._cookie, ""))
        try:
            identity = await self._fetch_identity(request)
            signed_in = await openid_login.sign_in(self._app, identity, client=get_client(request))
        except httpx2.HTTPError as error:
            response = _build_unavailable(error)
        except SignInRejected:
            response = _build_error("sign_in_refused", 403)
        except (AuthlibBaseError, JoseError, ValueError, RuntimeError, KeyError, TypeError) as error:
            openid_login.record_rejection(get_client(request), reason=type(error).__name__)
            # The message may contain what the provider sent.
            _log.warning("OpenID sign-in rejected: %s", type(error).__name__)
            response = _build_error("sign_in_failed", 400)
        else:
            response = NoStoreJSONResponse(
                {
                    "access_token": signed_in.access_token,
                    "token_type": "Bearer",
                    "expires_at": int(signed_in.expires_at.timestamp()),
                }
            )
        response.delete_cookie(self._cookie, secure=self._is_https, httponly=True, samesite="lax")
        return response

    async def _check_rate_limit(self, name: str, request: Request) -> Response | None:
        """Count a request of the caller's network; returns the response if it exceeds the limit."""
        window = await self._limit.count(f"{name}:{get_client_network(request)}")
        if window.is_allowed:
            return None
        security_log.record(SecurityEvent.RATE_LIMIT_REACHED, limit=name)
        return _build_error("too_many_requests", 429, {"Retry-After": str(window.retry_after_seconds)})

    async def _fetch_identity(self, request: Request) -> Identity:
        settings = self._app.settings
        token = await self._client.authorize_access_token(
            request,
            claims_options={
                "iss": {"essential": True, "value": settings.openid_issuer},
                "aud": {"essential": True, "value": settings.openid_client_id},
                "sub": {"essential": True},
            },
            leeway=_CLOCK_SKEW_SECONDS,
        )
        claims = token["userinfo"]
        is_verified = claims.get("email_verified") is True
        return Identity(
            issuer=settings.openid_issuer,
            subject=_get_string(claims["sub"]) or "",
            email=_get_string(claims.get("email")) if is_verified else None,
            first_name=_get_string(claims.get("given_name")),
            last_name=_get_string(claims.get("family_name")),
        )

    def _set_session_cookie(self, response: Response, session: dict[str, object]) -> None:
        """Store in the browser what the callback needs."""
        response.set_cookie(
            self._cookie,
            base64.urlsafe_b64encode(json.dumps(session).encode()).decode(),
            max_age=int(_LIFETIME.total_seconds()),
            secure=self._is_https,
            httponly=True,
            samesite="lax",
        )


class _OpenIdClient(StarletteOAuth2App):  # type: ignore[misc] # authlib ships no types
    """authlib's client, restricted to those parts of the discovery document that the settings confirm."""

    issuer: str

    async def load_server_metadata(self) -> dict[str, object]:
        """The provider's metadata.

        Raises:
            ValueError: it belongs to another issuer.
        """
        metadata: dict[str, object] = await super().load_server_metadata()
        if metadata.get("issuer") != self.issuer:
            raise ValueError("the discovery document is another issuer's")
        # A document that lists `none` would otherwise make unsigned tokens acceptable.
        metadata["id_token_signing_alg_values_supported"] = list(ALGORITHMS)
        return metadata


class _AttemptCache:
    """authlib's cache of sign-in state; reading deletes an entry, so that no state is used twice."""

    async def set(self, key: str, value: str, _expires_in: int) -> None:
        await openid_login.store_attempt(key, value, lifetime=_LIFETIME)

    async def get(self, key: str) -> str | None:
        return await openid_login.pop_attempt(key)

    async def delete(self, key: str) -> None:
        await openid_login.pop_attempt(key)


def _build_client(settings: Settings) -> _OpenIdClient:
    secret = settings.openid_client_secret
    client = _OpenIdClient(
        StarletteIntegration("openid", _AttemptCache()),
        name="openid",
        client_id=settings.openid_client_id,
        client_secret=secret.get_secret_value() if secret else None,
        server_metadata_url=f"{settings.openid_issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid email profile",
            "code_challenge_method": "S256",
            "timeout": settings.gateway_total_timeout.total_seconds(),
            # authlib makes a client for each call; reading all authorities' certificates blocks for 35 ms.
            "verify": tls_context(),
            "trust_env": False,
        },
    )
    client.issuer = settings.openid_issuer
    return client


def _parse_session(cookie: str) -> dict[str, object]:
    """The session cookie's content; empty if it cannot be read."""
    try:
        session = json.loads(base64.urlsafe_b64decode(cookie[:_MAX_COOKIE_LENGTH]))
    except (ValueError, RecursionError):
        return {}
    return session if isinstance(session, dict) else {}


def _get_string(claim: object) -> str | None:
    return claim if isinstance(claim, str) and claim else None


def _build_error(code: str, status: int, headers: dict[str, str] | None = None) -> Response:
    return NoStoreJSONResponse({"code": code}, status_code=status, headers=headers)


def _build_unavailable(error: Exception) -> Response:
    _log.error("OpenID provider unavailable: %s", type(error).__name__)
    return _build_error("provider_unavailable", 503, {"Retry-After": "5"})
