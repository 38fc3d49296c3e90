"""An OpenID provider on this machine: discovery, keys, codes with PKCE, and ID tokens, honest or not."""

import base64
import contextlib
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID = "shop"
CLIENT_SECRET = "a secret of the shop's"
Claims = dict[str, Any]


@cache
def _generate_keys() -> tuple[RSAKey, ...]:
    """Keys for all providers of the process: each takes a fraction of a second."""
    keys = [RSAKey.import_key(rsa.generate_private_key(public_exponent=65_537, key_size=2_048)) for _ in "ab"]
    for key in keys:
        key.ensure_kid()
    return tuple(keys)


class Provider(ThreadingHTTPServer):
    """Signs every browser in as `person`. `twist` changes the claims, `sign` how they are signed."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.issuer = f"http://127.0.0.1:{self.server_port}"
        self._other_keys = cycle(_generate_keys())
        self.key = self.new_key()
        self.person: Claims = {"sub": "10769150350006150715113082367"}
        self.twist: Callable[[Claims], object] = lambda _: None
        self.sign: Callable[[Claims], str] = self.sign_claims
        self.metadata: Claims = {}
        self.authorization_request: dict[str, Claims] = {}

    def new_key(self) -> RSAKey:
        """Another key than the present one."""
        return next(self._other_keys)

    def sign_claims(self, claims: Claims, *, key: RSAKey | None = None) -> str:
        header = {"alg": "RS256", "kid": self.key.kid}
        return jwt.encode(header, claims, key or self.key)

    def encode_unsigned(self, claims: Claims) -> str:
        return f"{_written({'alg': 'none'})}.{_written(claims)}."

    def sign_with_public_key(self, claims: Claims) -> str:
        text = f"{_written({'alg': 'HS256', 'kid': self.key.kid})}.{_written(claims)}"
        signature = hmac.digest(self.key.as_pem(private=False), text.encode(), "sha256")
        return f"{text}.{_base64(signature)}"

    def discovery_document(self) -> Claims:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            **self.metadata,
        }

    def sign_in(self, request: Claims) -> str:
        """Where the browser is sent back to."""
        assert request["response_type"] == "code"
        assert request["code_challenge_method"] == "S256"
        assert request["scope"].split() == ["openid", "email", "profile"]
        code = secrets.token_urlsafe()
        self.authorization_request[code] = request
        return f"{request['redirect_uri']}?{urlencode({'code': code, 'state': request['state']})}"

    def exchange(self, sent: Claims, authorization: str) -> Claims | None:
        """The tokens for a code, once; None where the request is not the shop's."""
        request = self.authorization_request.pop(sent["code"], None)
        challenge = hashlib.sha256(sent["code_verifier"].encode()).digest()
        is_proven = request is not None and request["code_challenge"] == _base64(challenge)
        shop = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if request is None or not is_proven or authorization != f"Basic {shop}":
            return None
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 3_600,
            "nonce": request["nonce"],
            **self.person,
        }
        self.twist(claims)
        return {"access_token": "a", "token_type": "Bearer", "expires_in": 60, "id_token": self.sign(claims)}


class _Handler(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.path == "/authorize":
            query = {name: values[0] for name, values in parse_qs(url.query).items()}
            self.send_response(302)
            self.send_header("Location", self.server.sign_in(query))
            self.end_headers()
        elif url.path == "/keys":
            self._answer({"keys": [self.server.key.as_dict(private=False)]})
        else:
            self._answer(self.server.discovery_document())

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        sent = {name: values[0] for name, values in form.items()}
        tokens = self.server.exchange(sent, self.headers.get("Authorization", ""))
        self._answer(tokens or {"error": "invalid_grant"}, 200 if tokens else 400)

    def _answer(self, body: object, status: int = 200) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 # the library's name
        return


def _written(part: Claims) -> str:
    return _base64(json.dumps(part).encode())


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


@contextlib.contextmanager
def run_provider() -> Iterator[Provider]:
    """A provider until the block ends."""
    with Provider() as provider:
        thread = threading.Thread(target=provider.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield provider
        finally:
            provider.shutdown()
            thread.join()
