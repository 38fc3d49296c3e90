"""`/` and the addresses below /docs; the OpenAPI document itself is served by `rest_compat.description`."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from asgi.documents import CachedDocument
from documentation import assets, front_page
from documentation.reading import Document

if TYPE_CHECKING:
    from documentation.pages import Pages

_RESELLER_API = Path(__file__).parents[1] / "docs" / "reseller-api.md"
_KEPT = {"Cache-Control": "public, max-age=300"}


def routes(document: Document, *, sdl: Callable[[], str] | None) -> list[BaseRoute]:
    """The documentation of the installation that the OpenAPI `document` describes.

    `sdl` prints the GraphQL schema; None where it is not shown. Pages are made when they are first asked for;
    the libraries that make them are loaded then.
    """

    @cache
    def pages() -> "Pages":
        from documentation.pages import Pages

        return Pages(document, shows_graphql=sdl is not None)

    def postman() -> Response:
        from documentation.collection import collection

        body = json.dumps(collection(document), ensure_ascii=False, indent=2)
        disposition = {"Content-Disposition": 'inline; filename="vitrin.postman_collection.json"'}
        return Response(body, headers={**_KEPT, **disposition}, media_type="application/json")

    @cache
    def front() -> CachedDocument:
        return front_page.page_of(pages().front())

    listing = front_page.listing(document["servers"][0]["url"], shows_graphql=sdl is not None)

    async def root(request: Request) -> Response:
        return (front() if front_page.wants_page(request) else listing).respond(request)

    found: list[BaseRoute] = [
        Route("/", root),
        _route("/favicon.ico", front_page.icon),
        _route("/docs", lambda: CachedDocument.of(pages().reference())),
        _route("/docs/swagger", lambda: CachedDocument.of(pages().swagger())),
        _route("/docs/reseller", lambda: CachedDocument.of(pages().text(_RESELLER_API, current="reseller"))),
        _route("/docs/collection.json", lambda: CachedDocument.of(postman())),
        Mount(assets.PATH, app=assets.Assets()),
    ]
    if sdl is not None:
        found.append(_route("/docs/schema.graphql", lambda: CachedDocument.of(_plain(sdl()))))
    return found


def _plain(text: str) -> Response:
    return Response(text, headers=_KEPT, media_type="text/plain")


def _route(path: str, make: Callable[[], CachedDocument]) -> Route:
    made = cache(make)

    async def endpoint(request: Request) -> Response:
        return made().respond(request)

    return Route(path, endpoint)
