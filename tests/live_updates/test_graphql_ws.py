"""The client that web and mobile developers use, graphql-ws, against the running product."""

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.api_parity.scenario import to_global_id
from tests.fixtures import new_token
from tests.live_servers import LiveServer
from tests.subscription_waits import wait_for

pytestmark = pytest.mark.processes

FOLDER = Path(__file__).parent / "graphql_ws"
FOLLOW = "subscription ($id: ID!) {ticketMessageAdded(ticketId: $id) {message isMine}}"
REPLY = 'mutation ($id: ID!) {replyToTicket(ticketId: $id, message: "hi") {__typename}}'
OPEN = 'mutation {createTicket(subject: "s", description: "d") {... on Ticket {id}}}'


class NodeClient:
    """One run of `client.mjs`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def printed(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = await wait_for(self._process.stdout.readline())
        message: dict[str, Any] = json.loads(line)
        for reported in message.values():
            if isinstance(reported, dict):
                reported.pop("extensions")  # what it costs
        return message


@asynccontextmanager
async def node_client(server: LiveServer, **provided: object) -> AsyncIterator[NodeClient]:
    node = shutil.which("node")
    if node is None or not (FOLDER / "node_modules").is_dir():
        reason = f"needs Node 20 and its packages: cd {FOLDER} && npm ci"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    process = await asyncio.create_subprocess_exec(
        node,
        "client.mjs",
        f"{server.url.replace('http', 'ws', 1)}/graphql",
        json.dumps(provided),
        cwd=FOLDER,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield NodeClient(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_a_subscription_receives_changes_made_over_http_and_ends_with_its_token(
    live_server: LiveServer,
) -> None:
    token, another = new_token(live_server), new_token(live_server)
    ticket = live_server.query(another, OPEN)["createTicket"]["id"]
    me = "{me {mobile}}"
    async with node_client(
        live_server, token=token, query=FOLLOW, variables={"id": ticket}, ask=me
    ) as client:
        assert await client.printed() == {"answer": {"data": {"me": {"mobile": "09011235566"}}}}

        live_server.query(another, REPLY, id=ticket)
        event = {"data": {"ticketMessageAdded": {"message": "hi", "isMine": True}}}
        assert await client.printed() == {"next": event}

        live_server.query(token, "mutation {logout {__typename}}")
        assert await client.printed() == {"closed": 4401}
        assert await client.printed() == {"error": 4401}


async def test_a_refused_subscription_ends_in_its_error(live_server: LiveServer, demo_token: str) -> None:
    variables = {"id": to_global_id("Ticket", 999_999)}
    async with node_client(
        live_server, token=demo_token, query=FOLLOW, variables=variables, ask="{__typename}"
    ) as client:
        reported = await client.printed()
        # The other operation is answered before it or never: the client ends with its subscription.
        if "answer" in reported:
            reported = await client.printed()

    assert reported["error"][0]["extensions"]["code"] == "TICKET_NOT_FOUND"


async def test_a_bad_token_is_reported_at_once(live_server: LiveServer) -> None:
    async with node_client(
        live_server, token="x", query=FOLLOW, variables={"id": "x"}, ask="{__typename}"
    ) as client:
        assert await client.printed() == {"closed": 4401}
        assert await client.printed() == {"error": 4401}
