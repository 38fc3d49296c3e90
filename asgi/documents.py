"""Documents that stay the same until the next release: caches ask whether theirs is still good."""

import hashlib
from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response

_KEPT_AFTER_304 = {"cache-control", "content-location", "date", "etag", "expires", "vary"}


class CachedDocument:
    """A body with its ETag, which `respond` answers or, to who has it, leaves out (RFC 9110 section 13)."""

    def __init__(self, body: bytes, *, headers: Mapping[str, str]) -> None:
        self._body = body
        # Weak: compression makes other bytes of the same document.
        self._etag = f'W/"{hashlib.sha256(body).hexdigest()[:24]}"'
        self._headers = {**headers, "ETag": self._etag}

    @classmethod
    def of(cls, response: Response) -> "CachedDocument":
        """What the response holds."""
        headers = {name: value for name, value in response.headers.items() if name != "content-length"}
        return cls(bytes(response.body), headers=headers)

    def respond(self, request: Request) -> Response:
        """The document, or 304 where the client's copy is the same."""
        if not self._is_known(request.headers):
            return Response(self._body, headers=self._headers)
        kept = {name: value for name, value in self._headers.items() if name.lower() in _KEPT_AFTER_304}
        return Response(status_code=304, headers=kept)

    def _is_known(self, headers: Headers) -> bool:
        known = [tag.strip() for tag in headers.get("if-none-match", "").split(",")]
        return "*" in known or self._etag in known or self._etag.removeprefix("W/") in known
