"""Documents that change only with a release, so clients can revalidate them by ETag."""

import hashlib
from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response

_HEADERS_OF_304 = {"cache-control", "content-location", "date", "etag", "expires", "vary"}


class CachedDocument:
    """A body with its ETag; `respond` omits the body if the client has it (RFC 9110 section 13)."""

    def __init__(self, body: bytes, *, headers: Mapping[str, str]) -> None:
        self._body = body
        # Weak: compression produces other bytes of the same document.
        self._etag = f'W/"{hashlib.sha256(body).hexdigest()[:24]}"'
        self._headers = {**headers, "ETag": self._etag}

    @classmethod
    def from_response(cls, response: Response) -> "CachedDocument":
        """The response's body and headers."""
        headers = {name: value for name, value in response.headers.items() if name != "content-length"}
        return cls(bytes(response.body), headers=headers)

    def respond(self, request: Request) -> Response:
        """The document, or 304 if the client's copy is current."""
        if not self._matches_etag(request.headers):
            return Response(self._body, headers=self._headers)
        headers = {name: value for name, value in self._headers.items() if name.lower() in _HEADERS_OF_304}
        return Response(status_code=304, headers=headers)

    def _matches_etag(self, headers: Headers) -> bool:
        etags = [tag.strip() for tag in headers.get("if-none-match", "").split(",")]
        return "*" in etags or self._etag in etags or self._etag.removeprefix("W/") in etags
