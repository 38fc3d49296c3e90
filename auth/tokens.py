"""Access tokens: RS256 JWTs with the claims of the reference's tokens (Laravel Passport)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cachetools import FIFOCache
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey
from joserfc.jwt import ClaimsOption, JWTClaimsRegistry

from config.errors import UsageError
from domain import ids

AUDIENCE = "1"
_ALGORITHMS = ["RS256"]
_MAX_TOKEN_LENGTH = 4_096
_CACHE_SIZE = 5_000
_MIN_KEY_BITS = 2_048
# Tokens are issued by the database's clock and checked by this machine's; expiry is exact to the second.
_CLOCK_SKEW_SECONDS = 30


@dataclass(frozen=True)
class Claims:
    """The claims of a valid token; `token_id` is its `jti`."""

    user_id: int
    token_id: str
    expires_at: datetime


@dataclass(frozen=True)
class _Verified:
    """Claims of a token that is valid from `since` to its expiry."""

    claims: Claims
    since: datetime


class InvalidKey(UsageError):
    """A key unsuitable for signing tokens: not RSA, or under 2,048 bits (RFC 7518, 3.3)."""


class TokenKeys:
    """The keys that sign and verify tokens. The first one signs; the others verify older tokens."""

    def __init__(self, pems: Sequence[bytes]) -> None:
        keys = [_import(pem) for pem in pems]
        self._signing = keys[0]
        self._all = KeySet(list(keys))
        self._verified: FIFOCache[str, _Verified] = FIFOCache(_CACHE_SIZE)
        self._ended: FIFOCache[str, None] = FIFOCache(_CACHE_SIZE)

    def issue(self, *, user_id: int, token_id: str, issued_at: datetime, expires_at: datetime) -> str:
        """A signed token; timestamps are whole Unix seconds."""
        issued = int(issued_at.timestamp())
        claims = {
            "aud": AUDIENCE,
            "jti": token_id,
            "iat": issued,
            "nbf": issued,
            "exp": int(expires_at.timestamp()),
            "sub": str(user_id),
            "scopes": [],
        }
        header = {"typ": "JWT", "alg": "RS256", "kid": self._signing.kid}
        return jwt.encode(header, claims, self._signing, algorithms=_ALGORITHMS)

    def verify(self, token: str, *, now: datetime) -> Claims | None:
        """The claims of `token`, or None if it is not ours, not yet or no longer valid, or malformed.

        Valid tokens are cached until they expire: nothing but time invalidates a signature.
        """
        remembered = self._verified.get(token)
        if remembered is not None and remembered.since <= now < remembered.claims.expires_at:
            claims: Claims | None = remembered.claims
        else:
            claims = self._verify(token, now=now)
            if claims is not None:
                self._verified[token] = _Verified(claims, since=now)
        return None if claims is None or claims.token_id in self._ended else claims

    def reject(self, token_id: str) -> None:
        """Treat a revoked token as invalid from now on; revocation is permanent."""
        self._ended[token_id] = None

    def _verify(self, token: str, *, now: datetime) -> Claims | None:
        if len(token) > _MAX_TOKEN_LENGTH:
            return None
        try:
            claims = jwt.decode(token, self._all, algorithms=_ALGORITHMS).claims
            _claims_registry(now).validate(claims)
            user_id = int(claims["sub"])
            if claims["exp"] <= now.timestamp() or not ids.is_possible(user_id):
                return None
            return Claims(
                user_id=user_id,
                token_id=str(claims["jti"]),
                expires_at=datetime.fromtimestamp(claims["exp"], UTC),
            )
        except (JoseError, ValueError, TypeError, KeyError, OverflowError, RecursionError):
            return None

    def get_public_jwks(self) -> dict[str, object]:
        """The public keys as a JSON Web Key Set (RFC 7517)."""
        return {"keys": [dict(key) for key in self._all.as_dict(private=False)["keys"]]}


def _import(pem: bytes) -> RSAKey:
    try:
        key = RSAKey.import_key(pem, {"use": "sig", "alg": "RS256"})
    except (JoseError, ValueError) as error:
        raise InvalidKey("JWT_KEY_FILES must name PEM files of RSA private keys") from error
    if key.raw_value.key_size < _MIN_KEY_BITS:
        raise InvalidKey(f"JWT_KEY_FILES must name RSA keys of {_MIN_KEY_BITS} bits or more")
    key.ensure_kid()
    return key


def _claims_registry(now: datetime) -> JWTClaimsRegistry:
    essential: ClaimsOption = {"essential": True}
    return JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=_CLOCK_SKEW_SECONDS,
        aud={"essential": True, "value": AUDIENCE},
        sub=essential,
        jti=essential,
        exp=essential,
        nbf=essential,
        iat=essential,
    )
