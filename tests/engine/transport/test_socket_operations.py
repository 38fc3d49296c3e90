"""Operations over WebSocket: run by the same engine as over HTTP, and stopped with their listener."""

import asyncio
from pathlib import Path

import httpx
import pytest
from starlette.responses import HTMLResponse

from config.settings import Settings
from engine.transport.view import GraphQLView
from engine.transport.websocket import MAX_OPERATIONS
from schema.context import Context
from tests.engine.transport.websocket_app import (
    EVENTS,
    SCHEMA,
    RunningApp,
    wait_until_closed,
    wait_until_running,
)
from tests.fakes import RecordingSms, build_app
from tests.sockets import Client, open_socket
from tests.subscription_waits import wait_for


async def test_queries_and_mutations_are_answered_and_completed(client: Client) -> None:
    assert await client.query("query ($t: String!) {echo(text: $t)}", t="سلام") == {"data": {"echo": "سلام"}}
    assert await client.query("mutation {shout}") == {"data": {"shout": "done"}}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{nothing}", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription {wait count(to: 1) {number}}", "GRAPHQL_VALIDATION_FAILED"),
        ("{" + " ".join(f"a{n}: __typename" for n in range(700)) + "}", "TOO_MANY_TOKENS"),
        ("subscription {count(to: 1) " + "{number} " * 2 + "}", "GRAPHQL_PARSE_FAILED"),
        ("query ($t: String!) {echo(text: $t)}", "BAD_USER_INPUT"),
        ("subscription ($n: Int!) {count(to: $n) {number}}", "BAD_USER_INPUT"),
        ("query A {__typename} query B {__typename}", "BAD_USER_INPUT"),
        ('{echo(text: "\\u0000")}', "BAD_USER_INPUT"),
        ("subscription {refused}", "ORDER_NOT_FOUND"),
    ],
)
async def test_an_operation_that_cannot_run_ends_in_an_error_and_the_socket_stays_open(
    client: Client, query: str, code: str
) -> None:
    await client.start("1", query)
    assert await client.error_code("1") == code

    assert await client.query('{echo(text: "a")}') == {"data": {"echo": "a"}}


async def test_an_internal_error_is_masked_and_logged(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await client.query("{secret}")

    assert answer["data"] == {"secret": None}
    assert answer["errors"][0]["message"] == "Unexpected error"
    assert "the password is 1234" in caplog.text


async def test_a_subscription_sends_its_events_and_completes(client: Client) -> None:
    await client.start("s", "subscription {count(to: 3) {number}}")

    for number in range(3):
        assert await client.next("s") == {"data": {"count": {"number": number}}}
    assert await client.receive() == {"id": "s", "type": "complete"}


async def test_each_event_is_resolved_with_loaders_of_its_own(client: Client) -> None:
    await client.start("s", "subscription {count(to: 3) {a: loaders b: loaders}}")

    events = [(await client.next("s"))["data"]["count"] for _ in range(3)]
    assert events == [{"a": str(number), "b": str(number)} for number in range(3)]


async def test_a_subscription_that_fails_ends_with_a_masked_error(client: Client) -> None:
    await client.start("s", "subscription {renamed: breaks}")

    assert await client.next("s") == {"data": {"renamed": 1}}
    ending = await client.next("s")
    assert ending["data"] is None
    assert (ending["errors"][0]["message"], ending["errors"][0]["path"]) == ("Unexpected error", ["renamed"])
    assert await client.receive() == {"id": "s", "type": "complete"}


async def test_a_completed_subscription_stops_and_its_id_is_free_again(client: Client) -> None:
    for _ in range(3):
        await client.start("s", "subscription {wait}")
        await wait_for(wait_until_running(1))
        await client.send("complete", id="s")
        await wait_for(wait_until_running(0))
        assert EVENTS.running == 0


async def test_a_socket_that_closes_stops_its_subscriptions(running_app: RunningApp) -> None:
    async with open_socket(running_app.url) as client:
        await client.initialise()
        for key in range(5):
            await client.start(str(key), "subscription {wait}")
        await wait_for(wait_until_running(5))

    await wait_for(wait_until_running(0))
    await wait_for(wait_until_closed(running_app))
    assert EVENTS.running == 0


async def test_a_socket_whose_network_dies_stops_its_subscriptions(running_app: RunningApp) -> None:
    async with open_socket(running_app.url) as client:
        await client.initialise()
        await client.start("s", "subscription {wait}")
        await wait_for(wait_until_running(1))
        client.connection.transport.abort()

    await wait_for(wait_until_running(0))
    assert EVENTS.running == 0


async def test_one_operation_too_many_is_refused_until_another_ends(client: Client) -> None:
    for key in range(MAX_OPERATIONS):
        await client.start(str(key), "subscription {wait}")
    await wait_for(wait_until_running(MAX_OPERATIONS))
    await client.start("more", "subscription {wait}")
    assert await client.error_code("more") == "TOO_MANY_OPERATIONS"
    assert EVENTS.running == MAX_OPERATIONS

    await client.send("complete", id="0")
    assert await client.query('{echo(text: "a")}') == {"data": {"echo": "a"}}


async def test_a_client_that_reads_nothing_is_buffered_little_and_disconnected(
    running_app: RunningApp,
) -> None:
    async with open_socket(running_app.url, max_queue=1) as client:
        await client.initialise()
        await client.start("s", "subscription {flood}")
        # The network's buffers fill first; after that no more events are produced.
        sent = -1
        while sent != EVENTS.sent or not sent:
            sent = EVENTS.sent
            await asyncio.sleep(0.2)
        assert sent < 2_000

        await wait_for(wait_until_running(0))
        await wait_for(wait_until_closed(running_app))
        assert EVENTS.sent < sent + 100
        # Sent messages would have to be read before a close frame.
        client.connection.transport.abort()


@pytest.mark.parametrize(
    ("payload", "language"),
    [({}, "fa"), ({"Accept-Language": "en"}, "en"), ({"accept-language": "fa"}, "fa")],
)
async def test_problems_are_in_the_language_of_the_initialisation(
    fresh: Client, payload: dict[str, object], language: str
) -> None:
    await fresh.initialise(payload)

    assert await fresh.query("{language}") == {"data": {"language": language}}


async def test_subscriptions_are_not_answered_over_http(tmp_path: Path) -> None:
    app = build_app(Settings(data_folder=tmp_path), RecordingSms())
    view = GraphQLView(SCHEMA, app=app, context=Context, ide=lambda: HTMLResponse("the page"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(view), base_url="http://shop") as client:
        response = await client.post("/", json={"query": "subscription {wait}"})

    assert response.status_code == 400
    assert "WebSocket" in response.json()["errors"][0]["message"]
