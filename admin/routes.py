"""Routes of the staff's pages; what they are made of is loaded when the first of staff comes."""

import asyncio
from collections.abc import Iterator
from urllib.parse import urlsplit

from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from resolvers.app_context import AppContext

Headers = list[tuple[bytes, bytes]]

# What this application's own router noted, which another one must not find.
_ROUTER_KEYS = frozenset({"router", "endpoint", "path_params", "app"})


def routes(shop: AppContext) -> Iterator[BaseRoute]:
    """`/admin` and all below it."""
    pages = StaffPages(shop)
    yield Route("/admin", pages)
    yield Route("/admin/{rest:path}", pages)


class StaffPages:
    """The pages, made at the first request: they take 10 MB, which processes that only sell do without."""

    def __init__(self, shop: AppContext) -> None:
        self._shop = shop
        self._scheme = urlsplit(shop.settings.effective_public_url).scheme
        self._host = urlsplit(shop.settings.public_url).netloc.encode()
        self._pages: ASGIApp | None = None
        self._making = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        pages = self._pages or await self._get_pages()
        # Addresses in the pages are whole ones, and go by PUBLIC_URL: what a caller or a proxy writes into
        # Host is not to be repeated in Location.
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
                self._pages = await asyncio.to_thread(_build_pages, self._shop)
        return self._pages


def _build_pages(shop: AppContext) -> ASGIApp:
    from admin import site

    return site.build_application(shop)
