"""Normalizes paths as reverse proxies do: repeated and trailing slashes are removed."""

import re
from collections.abc import Awaitable

from starlette.types import ASGIApp, Receive, Scope, Send

_SLASHES = re.compile("//+")


class NormalizedPathsMiddleware:
    """Serves `//graphql/` as `/graphql`; a redirect would lose the body and the proxy's scheme."""

    def __init__(self, app: ASGIApp, *, keeps_slash_below: str) -> None:
        self._app = app
        self._keeps_slash_below = keeps_slash_below

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] != "lifespan":
            path: str = scope["path"]
            if "//" in path or (path.endswith("/") and path != "/"):
                scope["path"] = self._normalize(path)
                scope["raw_path"] = scope["path"].encode()
        return self._app(scope, receive, send)

    def _normalize(self, path: str) -> str:
        merged = _SLASHES.sub("/", path)
        if merged.startswith(f"{self._keeps_slash_below}/"):
            return merged
        return merged.rstrip("/") or "/"
