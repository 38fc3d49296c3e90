"""Routes of `/` and /docs; `rest_compat.openapi` serves the OpenAPI document itself."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from web.api_docs import assets, front_page
from web.api_docs.openapi_view import Document
from web.cached_documents import CachedDocument

if TYPE_CHECKING:
    from web.api_docs.pages import Pages

_RESELLER_API = Path(__file__).parents[2] / "docs" / "reseller-api.md"
_CACHE_HEADERS = {"Cache-Control": "public, max-age=300"}


def routes(document: Document, *, sdl: Callable[[], str] | None) -> list[BaseRoute]:
    """The documentation of the installation described by the OpenAPI `document`.

    `sdl` prints the GraphQL schema; None if it is hidden. Pages are built on first request, which also loads
    the libraries needed for that.
    """

    @cache
    def pages() -> "Pages":
        from web.api_docs.pages import Pages

        return Pages(document, shows_graphql=sdl is not None)

    def postman() -> Response:
        from web.api_docs.postman import build_collection

        body = json.dumps(build_collection(document), ensure_ascii=False, indent=2)
        disposition = {"Content-Disposition": 'inline; filename="vitrin.postman_collection.json"'}
        return Response(body, headers={**_CACHE_HEADERS, **disposition}, media_type="application/json")

    @cache
    def front() -> CachedDocument:
        return front_page.cache_page(pages().front())

    listing = front_page.build_listing(document["servers"][0]["url"], shows_graphql=sdl is not None)

    async def root(request: Request) -> Response:
        return (front() if front_page.wants_page(request) else listing).respond(request)

    all_routes: list[BaseRoute] = [
        Route("/", root),
        _build_route("/favicon.ico", front_page.build_icon),
        _build_route("/docs", lambda: CachedDocument.from_response(pages().reference())),
        _build_route("/docs/swagger", lambda: CachedDocument.from_response(pages().swagger())),
        _build_route(
            "/docs/reseller",
            lambda: CachedDocument.from_response(pages().text(_RESELLER_API, current="reseller")),
        ),
        _build_route("/docs/collection.json", lambda: CachedDocument.from_response(postman())),
        Mount(assets.PATH, app=assets.Assets()),
    ]
    if sdl is not None:
        all_routes.append(
            _build_route(
                "/docs/schema.graphql", lambda: CachedDocument.from_response(_build_text_response(sdl()))
            )
        )
    return all_routes


def _build_text_response(text: str) -> Response:
    return Response(text, headers=_CACHE_HEADERS, media_type="text/plain")


def _build_route(path: str, make: Callable[[], CachedDocument]) -> Route:
    cached_document = cache(make)

    async def endpoint(request: Request) -> Response:
        return cached_document().respond(request)

    return Route(path, endpoint)
