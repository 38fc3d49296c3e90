"""GraphQL over WebSocket: how the protocol begins, how it is broken, and how sockets are closed."""

import asyncio
import json
import logging
from datetime import UTC, datetime, timedelta

import pytest
from websockets.exceptions import InvalidStatus

import database
from engine.transport.json_socket import MAX_ID_LENGTH
from resolvers.app_context import AppContext
from tests.engine.transport.websocket_app import LIMITS, RunningApp
from tests.sockets import Client, open_socket


@pytest.mark.parametrize("protocols", [(), ("graphql-ws",)])
async def test_other_protocols_are_closed_with_4406(
    running_app: RunningApp, protocols: tuple[str, ...]
) -> None:
    async with open_socket(running_app.url, protocols=protocols) as client:
        assert await client.close_code() == 4406


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://app.example", "http://["])
async def test_a_page_of_a_foreign_origin_is_refused(running_app: RunningApp, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refusal:
        async with open_socket(running_app.url, origin=origin):
            pass
    assert refusal.value.response.status_code == 403


async def test_pages_of_the_shop_and_of_allowed_origins_are_welcome(running_app: RunningApp) -> None:
    for origin in (
        None,
        running_app.url,
        "https://app.example",
        "HTTPS://APP.EXAMPLE",
        "http://127.0.0.1:8000",
    ):
        async with open_socket(running_app.url, origin=origin) as client:
            await client.initialise()
            assert await client.query('{echo(text: "a")}') == {"data": {"echo": "a"}}


async def test_a_client_that_does_not_initialise_is_closed_with_4408(fresh: Client) -> None:
    assert await fresh.close_code() == 4408


async def test_an_initialised_socket_may_stay_silent(client: Client) -> None:
    await asyncio.sleep(LIMITS.init_timeout.total_seconds() * 2)

    assert await client.query('{echo(text: "a")}') == {"data": {"echo": "a"}}


async def test_initialising_twice_is_closed_with_4429(client: Client) -> None:
    await client.send("connection_init")

    assert await client.close_code() == 4429


async def test_an_operation_before_initialising_is_closed_with_4401(fresh: Client) -> None:
    await fresh.start("1", "{__typename}")

    assert await fresh.close_code() == 4401


async def test_an_id_in_use_is_closed_with_4409(client: Client) -> None:
    await client.start("1", "subscription {wait}")
    await client.start("1", "subscription {wait}")

    assert await client.close_code() == 4409


async def test_a_token_that_is_none_is_closed_with_4401(fresh: Client) -> None:
    await fresh.send("connection_init", payload={"Authorization": "Bearer x.y.z"})

    assert await fresh.close_code() == 4401


@pytest.mark.parametrize(
    "payload",
    [{}, {"Authorization": None}, {"Authorization": ""}, {"Authorization": "Basic eDp5"}, {"a": [1]}],
)
async def test_a_client_without_a_token_may_run_public_operations(
    fresh: Client, payload: dict[str, object]
) -> None:
    await fresh.initialise(payload)

    assert await fresh.query('{echo(text: "a")}') == {"data": {"echo": "a"}}
    answer = await fresh.query("{private}")
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    await fresh.start("1", "subscription {private}")
    assert await fresh.error_code("1") == "UNAUTHENTICATED"


MALFORMED = [
    b"\x00\x01",
    b'{"type":"ping"}',
    "",
    "{",
    "null",
    "1",
    '"ping"',
    "[]",
    '[{"type":"ping"}]',
    "{}",
    '{"type":1}',
    '{"type":"unknown"}',
    '{"type":"' + "x" * 10_000 + '"}',
    "[" * 100_000,
    '{"type":"ping","id":7}',
    '{"type":"subscribe"}',
    '{"type":"subscribe","id":"1"}',
    '{"type":"subscribe","payload":{"query":"{__typename}"}}',
    '{"type":"subscribe","id":1,"payload":{"query":"{__typename}"}}',
    '{"type":"subscribe","id":["1"],"payload":{"query":"{__typename}"}}',
    '{"type":"subscribe","id":"","payload":{"query":"{__typename}"}}',
    json.dumps({"type": "subscribe", "id": "x" * (MAX_ID_LENGTH + 1), "payload": {"query": "{__typename}"}}),
    '{"type":"subscribe","id":"1","payload":null}',
    '{"type":"subscribe","id":"1","payload":[]}',
    '{"type":"subscribe","id":"1","payload":{}}',
    '{"type":"subscribe","id":"1","payload":{"query":1}}',
    '{"type":"subscribe","id":"1","payload":{"query":"{__typename}","variables":[]}}',
    '{"type":"subscribe","id":"1","payload":{"query":"{__typename}","operationName":1}}',
    '{"type":"subscribe","id":"1","payload":{"query":"{__typename}","extensions":1}}',
    '{"type":"complete"}',
]


@pytest.mark.parametrize("message", MALFORMED, ids=lambda message: ascii(message)[:40])
async def test_a_malformed_message_is_closed_with_4400(
    client: Client, message: str | bytes, caplog: pytest.LogCaptureFixture
) -> None:
    await client.send_raw(message)

    assert await client.close_code() == 4400
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.mark.parametrize("payload", [[], 1, "Bearer x", True])
async def test_an_initialisation_with_a_malformed_payload_is_closed_with_4400(
    fresh: Client, payload: object
) -> None:
    await fresh.send("connection_init", payload=payload)

    assert await fresh.close_code() == 4400


async def test_an_initialisation_with_a_null_payload_has_none(fresh: Client) -> None:
    await fresh.send("connection_init", payload=None)

    assert await fresh.receive() == {"type": "connection_ack"}


async def test_a_ping_is_answered(client: Client) -> None:
    await client.send("ping", payload={"a": 1})

    assert (await client.receive())["type"] == "pong"


def create_token(app: AppContext) -> dict[str, str]:
    now = datetime.now(UTC)
    token = app.tokens.issue(user_id=1, token_id="a" * 80, issued_at=now, expires_at=now + timedelta(days=1))
    return {"Authorization": f"Bearer {token}"}


async def test_a_socket_is_closed_with_try_again_while_the_database_is_unavailable(
    running_app: RunningApp,
) -> None:
    async with (
        database.open_connections("postgres://nobody:@127.0.0.1:1/nowhere"),
        open_socket(running_app.url) as client,
    ):
        await client.send("connection_init", payload=create_token(running_app.app))

        assert await client.close_code() == 1013


async def test_an_internal_error_closes_with_1011_and_is_logged(
    running_app: RunningApp, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_socket(running_app.url) as client:
        # No database was ever opened.
        await client.send("connection_init", payload=create_token(running_app.app))

        assert await client.close_code() == 1011
    assert "request failed: websocket" in caplog.text
