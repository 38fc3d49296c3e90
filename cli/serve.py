"""The command `serve`: runs the server."""

import argparse
import asyncio
import contextlib
import gc
import logging
import sys

from app.application import build_application
from app.bootstrap import build_app_context
from app.server.server import StoppableServer, build_server
from cli.startup import prepare_process
from config.settings import Settings, check_production
from database.sqlite_lock import database_lock

DEMO_MOBILE = "09011235566"

_log = logging.getLogger("vitrin.serve")


def run(settings: Settings, _: argparse.Namespace) -> None:
    """Prepare the database and run the server."""
    check_production(settings)
    app = build_app_context(settings)
    asyncio.run(prepare_process(settings))
    address = f"http://{settings.host}:{settings.port}"
    print(f"GraphiQL      {address}/graphql")
    print(f"REST routes   {address}/api/v1/services")
    print(f"Documents     {address}/docs")
    print(f"Reseller API  {address}/api/v2")
    print(f"Staff pages   {address}/admin")
    if not settings.is_production:
        print(
            f"Demo sign-in  mobile {DEMO_MOBILE}; its code is printed here. "
            f"A token: uv run main.py token {DEMO_MOBILE}"
        )
    sys.stdout.flush()
    served = build_application(app)
    freeze_garbage()
    server = build_server(served, app)
    if not settings.is_embedded:
        _serve(server)
        return
    with database_lock(settings.effective_database_url) as is_only_server:
        if not is_only_server:
            _log.warning("another server has this SQLite file open; live updates do not cross processes")
        _serve(server)


def _serve(server: StoppableServer) -> None:
    # The stop by the keyboard, after which uvicorn raises it again.
    with contextlib.suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        raise SystemExit(1)


def freeze_garbage() -> None:
    """Leave what lives as long as the process out of every collection, and collect the rest less often.

    A request makes thousands of short-lived objects and hardly a cycle.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
