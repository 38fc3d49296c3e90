"""`/`: the list of addresses, as a page for browsers and as JSON for programs; and the favicon."""

import orjson
from starlette.requests import Request
from starlette.responses import Response

from web import media_types
from web.cached_documents import CachedDocument

_CACHE = "public, max-age=300"
_ICON = (
    "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'>"
    "<rect width='16' height='16' rx='4' fill='#1f4fd8'/>"
    "<path d='M4 5l4 7 4-7' fill='none' stroke='#fff' stroke-width='2'/></svg>"
)


def list_addresses(*, shows_graphql: bool) -> dict[str, tuple[str, str]]:
    """(path, description) of everything the shop serves, by a name for programs."""
    found = {
        "graphql": ("/graphql", "GraphQL, and GraphiQL in a browser"),
        "graphqlSchema": ("/docs/schema.graphql", "The GraphQL schema (SDL)"),
        "rest": ("/docs", "Reference of the REST API at /api/v1, with examples"),
        "openapi": ("/docs/openapi.json", "The REST API in OpenAPI 3.1"),
        "swagger": ("/docs/swagger", "The REST API in Swagger UI"),
        "resellerApi": ("/docs/reseller", "The reseller API at /api/v2"),
        "staff": ("/admin", "Staff pages"),
        "health": ("/healthz", "Health check"),
    }
    if not shows_graphql:
        del found["graphqlSchema"]
    return found


def build_listing(public_url: str, *, shows_graphql: bool) -> CachedDocument:
    urls = {
        name: f"{public_url}{path}" for name, (path, _) in list_addresses(shows_graphql=shows_graphql).items()
    }
    body = orjson.dumps({"name": "Vitrin", "urls": urls}, option=orjson.OPT_INDENT_2)
    return CachedDocument(
        body, headers={"Content-Type": "application/json", "Cache-Control": _CACHE, "Vary": "Accept"}
    )


def build_icon() -> CachedDocument:
    """The icon at /favicon.ico."""
    return CachedDocument(
        _ICON.encode(), headers={"Content-Type": "image/svg+xml", "Cache-Control": "public, max-age=86400"}
    )


def wants_page(request: Request) -> bool:
    """Whether the client is a browser."""
    return media_types.prefers_page(request.headers.get("accept", ""), "application/json")


def cache_page(response: Response) -> CachedDocument:
    """Make the page cacheable, but not for programs."""
    response.headers["Vary"] = "Accept"
    return CachedDocument.from_response(response)
