"""The command `worker`: background jobs."""

import argparse
import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Iterator

import uvicorn
import uvloop
from starlette.applications import Starlette

import database
from app.bootstrap import build_app_context
from cli.startup import prepare_process
from config.errors import UsageError
from config.settings import Settings, check_production
from resolvers.app_context import AppContext
from web import health
from worker import loop


def run(settings: Settings, _: argparse.Namespace) -> None:
    """Run background jobs. With PostgreSQL, run any number of workers beside the server."""
    check_production(settings)
    # Before the database is prepared: an occupied port should be reported at once.
    listener = _listen(settings.host, settings.worker_port) if settings.worker_port is not None else None
    app = build_app_context(settings)

    async def run_worker() -> None:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, app.stopping.set)
        await prepare_process(settings)
        async with database.open_connections(settings.effective_database_url), _serve_health(app, listener):
            await loop.run(app, app.stopping)

    uvloop.run(run_worker())


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket; uvicorn itself would exit the process if the port is in use.

    Raises:
        UsageError: the port is in use, or the address does not belong to this machine.
    """
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise UsageError(f"WORKER_PORT={port} on {host}: {error.strerror}") from error


class _SideServer(uvicorn.Server):
    """A server beside the worker that leaves signals to it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def _serve_health(app: AppContext, listener: socket.socket | None) -> AsyncIterator[None]:
    """`/healthz`, `/readyz` and `/metrics` of the worker's process at the listener, if there is one."""
    if listener is None:
        yield
        return
    config = uvicorn.Config(
        Starlette(routes=health.routes(app)),
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=1,
    )
    server = _SideServer(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield
    finally:
        server.should_exit = True
        await serving
