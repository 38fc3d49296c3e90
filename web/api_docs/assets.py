"""Style sheets and scripts of the pages, under URLs that contain a hash of their content."""

import hashlib
from functools import cache
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).with_name("assets")
PATH = "/docs/assets"


def build_url(name: str) -> str:
    """The URL of the asset `name`, valid until its content changes."""
    return f"{PATH}/{name}?{_get_hash(name)}"


class Assets(StaticFiles):
    """The files in `FOLDER`, to be mounted at `PATH`."""

    def __init__(self) -> None:
        super().__init__(directory=FOLDER)

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        # During a release an old page may request a new server's file; that response must not be cached for a
        # year.
        if response.status_code in {200, 206, 304}:
            is_versioned = scope["query_string"].decode("latin-1") == _get_hash(path)
            cache_control = "public, max-age=31536000, immutable" if is_versioned else "no-cache"
            response.headers["Cache-Control"] = cache_control
        return response


@cache
def _get_hash(name: str) -> str:
    return hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()[:12]
