"""Whose pages may open WebSockets, where the browser's own rules leave it open; over HTTP, CORS tells."""

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection


def is_from_allowed_page(connection: HTTPConnection, *, allowed: Collection[str], own_url: str) -> bool:
    """Whether the page that opens the connection is the shop's own or of an allowed origin.

    Callers that are no browsers send no `Origin`, and may. The shop's own pages are those of `own_url`, and
    of whatever host was asked.
    """
    origin = connection.headers.get("origin", "").lower()
    if not origin or "*" in allowed:
        return True
    own = urlsplit(own_url.lower())
    _, _, host = origin.partition("://")
    is_own = origin == f"{own.scheme}://{own.netloc}" or host == connection.headers.get("host", "").lower()
    return is_own or origin in allowed
