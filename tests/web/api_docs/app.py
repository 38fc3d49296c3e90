"""The documentation alone, in this process and without a database."""

import httpx
from starlette.applications import Starlette

import schema
import web.api_docs.routes
from rest_compat import openapi

URL = "https://shop.example"
DOCUMENT = openapi.build_document(URL)


def client(*, shows_graphql: bool = True) -> httpx.AsyncClient:
    routes = web.api_docs.routes.routes(DOCUMENT, sdl=schema.print_sdl if shows_graphql else None)
    return httpx.AsyncClient(transport=httpx.ASGITransport(Starlette(routes=routes)), base_url=URL)
