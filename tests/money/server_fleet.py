"""Several servers on one database, and requests to all of them at once."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import httpx

import database
from app.bootstrap import build_app_context
from config.settings import Settings
from models import User
from resolvers import sessions
from resolvers.app_context import AppContext
from tests.live_servers import LiveServer

AT_ONCE = 50


@dataclass(frozen=True)
class Fleet:
    """Servers that share a database and a data folder; `app` is the same installation in this process."""

    database_url: str
    servers: Sequence[LiveServer]
    app: AppContext

    async def create_token(self, user: User) -> dict[str, str]:
        """The header that signs `user` in at every server."""
        token, _ = await sessions.issue_token(self.app, user, now=await database.now())
        return {"Authorization": f"Bearer {token}"}

    async def send_all(
        self, requests: Sequence[dict[str, Any]], *, at_once: int = AT_ONCE
    ) -> list[httpx.Response]:
        """Each request's answer; they go to the servers in turn, `at_once` at a time. None may be 5xx."""
        limit = asyncio.Semaphore(at_once)
        # A connection that was idle for long on a slow machine may be closed just as it is used again.
        limits = httpx.Limits(max_connections=at_once, max_keepalive_connections=0)
        async with httpx.AsyncClient(timeout=60, limits=limits) as client:

            async def one(server: LiveServer, request: dict[str, Any]) -> httpx.Response:
                async with limit:
                    path = request["path"]
                    others = {
                        name: value for name, value in request.items() if name not in ("path", "method")
                    }
                    return await client.request(request.get("method", "POST"), server.url + path, **others)

            pairs = zip(islice(cycle(self.servers), len(requests)), requests, strict=True)
            answers = await asyncio.gather(*(one(server, request) for server, request in pairs))
        assert [answer.text for answer in answers if answer.status_code >= 500] == []
        return answers


@contextmanager
def run_fleet(database_url: str, folder: Path, *, processes: int, **settings: str) -> Iterator[Fleet]:
    """A fleet that starts together and stops at the end."""
    if database_url.startswith("sqlite"):
        # Several processes write at once here, at times while the disk of a busy machine stalls for seconds.
        database_url = f"{database_url}?busy_timeout=60000"
    shared = {"DATABASE_URL": database_url, "LOG_LEVEL": "WARNING", **settings}
    with ExitStack() as stack:
        servers = [LiveServer(folder, **shared) for _ in range(processes)]
        for server in servers:
            stack.callback(server.stop)
            server.start()
        for server in servers:
            server.wait_until_healthy()
        options = {name.lower(): value for name, value in shared.items()}
        app = build_app_context(Settings(data_folder=folder, **options))  # type: ignore[arg-type]  # texts, as from the environment
        yield Fleet(database_url, servers, app)
