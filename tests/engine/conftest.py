"""A server of the small schema, and its clients."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from starlette.responses import HTMLResponse

from config.settings import Settings
from engine.transport.view import GraphQLView
from engine.transport.websocket import GraphQLSockets
from schema.context import Context
from tests.engine.transport.websocket_app import EVENTS, LIMITS, SCHEMA, RunningApp
from tests.fakes import RecordingSms, build_app
from tests.sockets import Client, open_socket, serve


@pytest_asyncio.fixture
async def running_app(tmp_path: Path) -> AsyncIterator[RunningApp]:
    EVENTS.__init__()  # type: ignore[misc] # back to the beginning
    settings = Settings(data_folder=tmp_path, allowed_origins=("https://app.example",))
    app = build_app(settings, RecordingSms())
    view = GraphQLView(SCHEMA, app=app, context=Context, ide=lambda: HTMLResponse("the page"))
    sockets = GraphQLSockets(view.engine, app=app, context=Context, limits=LIMITS)
    async with serve(sockets) as url:
        yield RunningApp(url, app, sockets)


@pytest_asyncio.fixture
async def fresh(running_app: RunningApp) -> AsyncIterator[Client]:
    """A client that has said nothing yet."""
    async with open_socket(running_app.url) as client:
        yield client


@pytest_asyncio.fixture
async def client(fresh: Client) -> Client:
    """A client whose socket is initialised."""
    await fresh.initialise()
    return fresh
