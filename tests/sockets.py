"""A raw client of graphql-transport-ws, and a server of its own for an application under test."""

import asyncio
import json
import socket as sockets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin, Subprotocol

from tests.subscription_waits import wait_for

PROTOCOL = "graphql-transport-ws"


class Client:
    """Speaks the protocol message by message, and may break it."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.cost: dict[str, int] = {}
        """The cost reported in the latest response."""

    async def send(self, type: str, **fields: object) -> None:  # noqa: A002 - the protocol's name
        await self.send_raw(json.dumps({"type": type, **fields}))

    async def send_raw(self, message: str | bytes) -> None:
        await self.connection.send(message)

    async def receive(self) -> dict[str, Any]:
        """The next message; it has to come soon."""
        message: dict[str, Any] = json.loads(await wait_for(self.connection.recv()))
        return message

    async def initialise(self, payload: Mapping[str, object] | None = None) -> None:
        await self.send("connection_init", **({} if payload is None else {"payload": payload}))
        assert await self.receive() == {"type": "connection_ack"}

    async def start(self, key: str, query: str, **variables: object) -> None:
        """Begin an operation."""
        await self.send("subscribe", id=key, payload={"query": query, "variables": variables})

    async def next(self, key: str) -> dict[str, Any]:
        """The payload of the operation's next result, but for its cost."""
        message = await self.receive()
        assert (message["type"], message["id"]) == ("next", key), message
        payload: dict[str, Any] = message["payload"]
        self.cost = payload.pop("extensions")["cost"]
        return payload

    async def error_code(self, key: str) -> str:
        """The code of the error that ends the operation before it has run."""
        message = await self.receive()
        assert (message["type"], message["id"]) == ("error", key), message
        extensions = message["payload"][0]["extensions"]
        self.cost = extensions.get("cost", {})
        code: str = extensions["code"]
        return code

    async def query(self, query: str, **variables: object) -> dict[str, Any]:
        """The response to a query or mutation."""
        await self.start("ask", query, **variables)
        answer = await self.next("ask")
        assert await self.receive() == {"id": "ask", "type": "complete"}
        return answer

    async def close_code(self) -> int:
        """The server's close code; earlier messages are skipped."""
        async with asyncio.timeout(60):
            while True:
                try:
                    await self.connection.recv()
                except ConnectionClosed as closed:
                    return closed.rcvd.code if closed.rcvd else 1006


@asynccontextmanager
async def open_socket(
    url: str,
    *,
    path: str = "/graphql",
    protocols: tuple[str, ...] = (PROTOCOL,),
    origin: str | None = None,
    **options: Any,
) -> AsyncIterator[Client]:
    """A client of the server's http address `url`; it has sent nothing yet."""
    address = f"{url.replace('http', 'ws', 1)}{path}"
    offered = [Subprotocol(name) for name in protocols] or None
    page = None if origin is None else Origin(origin)
    async with connect(address, subprotocols=offered, origin=page, proxy=None, **options) as connection:
        yield Client(connection)


@asynccontextmanager
async def serve(application: ASGIApp, **options: Any) -> AsyncIterator[str]:
    """The address of a server of `application` in this process, with the product's own WebSocket settings."""
    with sockets.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(
            application,
            lifespan="off",
            log_config=None,
            access_log=False,
            ws="websockets-sansio",
            ws_per_message_deflate=False,
            **options,
        )
        server = uvicorn.Server(config)
        running = asyncio.create_task(server.serve([listener]))
        while not server.started:
            await asyncio.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await running
