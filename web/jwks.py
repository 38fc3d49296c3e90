"""The public keys of the tokens."""

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from resolvers.app_context import AppContext


def routes(app: AppContext) -> list[BaseRoute]:
    """`/.well-known/jwks.json` (RFC 7517)."""

    async def jwks(_: Request) -> JSONResponse:
        return JSONResponse(app.tokens.get_public_jwks(), headers={"Cache-Control": "public, max-age=300"})

    return [Route("/.well-known/jwks.json", jwks)]
