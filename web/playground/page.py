"""The GraphiQL page, prebuilt in `web/playground/dist/` and served without Node or the internet."""

from functools import cache
from pathlib import Path

from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

DIST = Path(__file__).parent / "dist"

# Monaco needs style elements, and workers from this origin; nothing else is allowed.
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'self'",
        "connect-src 'self' ws: wss:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self' data:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
)


class PlaygroundNotBuilt(RuntimeError):
    """The prebuilt page in `web/playground/dist/` is missing."""

    def __init__(self) -> None:
        super().__init__(f"{DIST} is not built; run: cd playground && npm ci && npm run build")


def render_page() -> HTMLResponse:
    """The page that uses `/graphql` of its own origin; needs `build_assets()` at `/graphql/assets`.

    Raises:
        PlaygroundNotBuilt: the page is missing.
    """
    return HTMLResponse(
        _read_index(),
        headers={
            "Content-Security-Policy": CONTENT_SECURITY_POLICY,
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-cache",
        },
    )


def build_assets() -> StaticFiles:
    """The page's assets, cacheable for a year; mount at `/graphql/assets`.

    Raises:
        PlaygroundNotBuilt: the page is missing.
    """
    _read_index()
    return _HashedFiles(directory=DIST)


@cache
def _read_index() -> str:
    try:
        return (DIST / "index.html").read_text(encoding="utf-8")
    except FileNotFoundError:
        raise PlaygroundNotBuilt from None


class _HashedFiles(StaticFiles):
    """Files whose names contain a hash of their content, so they never change."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        # The policy of a worker is that of its own file.
        response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        if path != "index.html" and response.status_code in {200, 206, 304}:
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
