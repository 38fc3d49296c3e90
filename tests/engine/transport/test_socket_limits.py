"""The limits on WebSockets per address and on sockets without sign-in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from websockets.exceptions import InvalidStatus

from config.settings import Settings
from engine.transport.view import GraphQLView
from engine.transport.websocket import GraphQLSockets, SocketLimits
from schema.context import Context
from tests.engine.transport.websocket_app import LIMITS, SCHEMA
from tests.fakes import RecordingSms, build_app
from tests.sockets import open_socket, serve
from tests.subscription_waits import wait_for


@asynccontextmanager
async def run_app(folder: Path, limits: SocketLimits, **settings: object) -> AsyncIterator[str]:
    known = Settings.model_validate({"data_folder": folder, **settings})
    app = build_app(known, RecordingSms())
    view = GraphQLView(SCHEMA, app=app, context=Context, ide=lambda: HTMLResponse("the page"))
    sockets = GraphQLSockets(view.engine, app=app, context=Context, limits=limits)
    async with sockets.watch_sockets(), serve(by_its_header(sockets)) as url:
        yield url


def address_header(address: str) -> dict[str, str]:
    """The headers of a client at the address."""
    return {"X-Address": address}


def by_its_header(app: ASGIApp) -> ASGIApp:
    """The application, which takes the caller's address from a header."""

    async def asked(scope: Scope, receive: Receive, send: Send) -> None:
        address = dict(scope.get("headers", ())).get(b"x-address", b"192.0.2.1")
        await app({**scope, "client": (address.decode(), 1)}, receive, send)

    return asked


async def test_an_address_holds_no_more_sockets_than_the_setting_says(tmp_path: Path) -> None:
    async with (
        run_app(tmp_path, LIMITS, max_sockets_per_address=2) as url,
        open_socket(url, additional_headers=address_header("2001:db8::1")) as first,
        open_socket(url, additional_headers=address_header("2001:db8::2")),
    ):
        with pytest.raises(InvalidStatus) as refusal:
            async with open_socket(url, additional_headers=address_header("2001:db8::3")):
                pass
        async with open_socket(url, additional_headers=address_header("2001:db8:1::1")) as neighbour:
            await neighbour.initialise()
        await first.connection.close()
        async with open_socket(url, additional_headers=address_header("2001:db8::4")) as next_one:
            await next_one.initialise()

    assert refusal.value.response.status_code == 429


async def test_an_anonymous_idle_socket_is_closed(tmp_path: Path) -> None:
    limits = replace(
        LIMITS, check_interval=timedelta(seconds=0.05), max_anonymous_idle=timedelta(seconds=0.2)
    )
    async with run_app(tmp_path, limits) as url, open_socket(url) as busy, open_socket(url) as idle:
        await busy.initialise()
        await busy.start("1", "subscription { wait }")
        await idle.initialise()

        assert await idle.close_code() == 1000
        await busy.send("ping")
        assert await wait_for(busy.receive()) == {"type": "pong"}
