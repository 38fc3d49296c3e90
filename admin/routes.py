"""Routes of the staff pages, which are loaded on first use."""

import asyncio
from collections.abc import Iterator
from urllib.parse import urlsplit

from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from resolvers.app_context import AppContext

Headers = list[tuple[bytes, bytes]]

# Set by this application's own router; must not be visible to another one.
_ROUTER_KEYS = frozenset({"router", "endpoint", "path_params", "app"})


def routes(app: AppContext) -> Iterator[BaseRoute]:
    """`/admin` and everything below it."""
    pages = StaffPages(app)
    yield Route("/admin", pages)
    yield Route("/admin/{rest:path}", pages)


class StaffPages:
    """The pages, built at the first request: they take 10 MB, which a process without staff can save."""

    def __init__(self, app: AppContext) -> None:
        self._app = app
        self._scheme = urlsplit(app.settings.effective_public_url).scheme
        self._host = urlsplit(app.settings.public_url).netloc.encode()
        self._pages: ASGIApp | None = None
        self._making = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        pages = self._pages or await self._get_pages()
        # URLs in the pages are absolute and based on PUBLIC_URL: a Host header set by a caller or a proxy
        # must not be copied into Location.
        own = {name: value for name, value in scope.items() if name not in _ROUTER_KEYS}
        own |= {
            "scheme": self._scheme,
            "headers": self._set_public_host(scope["headers"]),
            "state": dict(scope.get("state", {})),
        }
        await pages(own, receive, send)

    def _set_public_host(self, headers: Headers) -> Headers:
        if not self._host:
            return headers
        return [(b"host", self._host), *(pair for pair in headers if pair[0] != b"host")]

    async def _get_pages(self) -> ASGIApp:
        async with self._making:
            if self._pages is None:
                self._pages = await asyncio.to_thread(_build_pages, self._app)
        return self._pages


def _build_pages(app: AppContext) -> ASGIApp:
    from admin import site

    return site.build_application(app)
