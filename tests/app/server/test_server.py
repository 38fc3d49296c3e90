"""The server that `serve` runs, with the tested uvicorn and with another."""

import asyncio
import logging
from dataclasses import replace

import httpx
import pytest
import uvicorn
from uvicorn.protocols.http import httptools_impl

from app.application import build_application
from app.server.response_cycle import CoalescingResponseCycle
from app.server.server import TESTED_UVICORN, ConnectionServer, StoppableServer, build_server
from resolvers.app_context import AppContext
from tests.live_servers import find_free_port


async def assert_it_serves(server: StoppableServer, port: int) -> None:
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(20), httpx.AsyncClient() as client:
        while not server.servers:
            await asyncio.sleep(0.01)
        answer = await client.get(f"http://127.0.0.1:{port}/healthz")
        assert answer.status_code == 200
        server.should_exit = True
        await serving


@pytest.mark.parametrize(
    ("version", "kind"), [(TESTED_UVICORN, ConnectionServer), ("0.1.0", StoppableServer)]
)
async def test_each_version_of_uvicorn_serves(
    version: str, kind: type[StoppableServer], app: AppContext, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "vitrin.serve")
    port = find_free_port()
    listening = replace(app, settings=app.settings.model_copy(update={"port": port}))
    server = build_server(build_application(listening), listening, uvicorn_version=version)
    server.servers = []

    await assert_it_serves(server, port)

    assert type(server) is kind
    assert ("was not tested" in caplog.text) == (kind is StoppableServer)


def test_the_tested_version_is_the_installed_one(app: AppContext) -> None:
    assert uvicorn.__version__ == TESTED_UVICORN
    build_server(build_application(app), app)
    assert httptools_impl.RequestResponseCycle is CoalescingResponseCycle
