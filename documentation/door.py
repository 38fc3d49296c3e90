"""The addresses below /docs. The OpenAPI document itself is the REST door's own, at /docs/openapi.json."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from documentation import assets
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

    found: list[BaseRoute] = [
        _route("/docs", lambda: pages().reference()),
        _route("/docs/swagger", lambda: pages().swagger()),
        _route("/docs/reseller", lambda: pages().text(_RESELLER_API, current="reseller")),
        _route("/docs/collection.json", postman),
        Mount(assets.PATH, app=assets.Assets()),
    ]
    if sdl is not None:
        found.append(_route("/docs/schema.graphql", lambda: _plain(sdl())))
    return found


def _plain(text: str) -> Response:
    return Response(text, headers=_KEPT, media_type="text/plain")


def _route(path: str, make: Callable[[], Response]) -> Route:
    made = cache(make)

    async def endpoint(_: Request) -> Response:
        # Middleware writes into the headers of what is sent: every request has its own.
        return Response(made().body, headers=dict(made().headers))

    return Route(path, endpoint)
