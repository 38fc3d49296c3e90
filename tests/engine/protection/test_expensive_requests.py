"""Every expensive request is refused with the right code before it costs much CPU time."""

import itertools
import time
from pathlib import Path

import httpx
import pytest
from starlette.responses import HTMLResponse

import schema
from config.settings import Settings
from engine.transport.view import GraphQLView
from tests.engine.protection.expensive_requests import DOCUMENTS, EXPENSIVE_REQUESTS, ExpensiveRequest
from tests.fakes import RecordingSms, build_app
from tests.subtest_cases import for_each

MAX_SECONDS = 0.2
"""Of the processor: ten times what the dearest refusal was measured to take."""

_NUMBERS = itertools.count()


@pytest.fixture(params=[True, False], ids=["development", "production"])
def view(request: pytest.FixtureRequest, tmp_path: Path) -> GraphQLView:
    """The shop's own schema, which shows itself or does not; no database."""
    settings = Settings(data_folder=tmp_path, graphql_introspection=request.param)
    app = build_app(settings, RecordingSms())
    return GraphQLView(schema.schema, app=app, context=schema.Context, ide=HTMLResponse)


async def send(view: GraphQLView, bomb: ExpensiveRequest) -> tuple[httpx.Response, float]:
    """The response to a caller with a full bucket, and the processor seconds that it took.

    Refused documents are charged, too: one caller could not pay for all of them.
    """
    number = next(_NUMBERS)
    transport = httpx.ASGITransport(view, client=(f"10.0.{number // 256}.{number % 256}", 1))
    headers = {"content-type": "application/json", "accept": "application/graphql-response+json"}
    async with httpx.AsyncClient(transport=transport, base_url="http://shop") as http:
        began = time.process_time()
        response = await http.post("/", content=bomb.body, headers=headers)
        return response, time.process_time() - began


@for_each("name", EXPENSIVE_REQUESTS)
async def test_a_bomb_is_refused_by_its_code_and_before_it_costs_much(view: GraphQLView, name: str) -> None:
    bomb = EXPENSIVE_REQUESTS[name]
    response, seconds = await send(view, bomb)
    assert response.status_code == 400
    body = response.json()
    code = body["errors"][0]["extensions"]["code"]
    assert code == bomb.code or ("introspection" in name and code == "INTROSPECTION_DISABLED")
    assert "data" not in body
    assert len(response.content) < 10_000
    for _ in range(2):
        # The minimum of several runs, because garbage collection may disturb one.
        if seconds >= MAX_SECONDS:
            seconds = min(seconds, (await send(view, bomb))[1])
    assert seconds < MAX_SECONDS


@for_each("name", DOCUMENTS)
async def test_a_refused_document_reports_its_cost(view: GraphQLView, name: str) -> None:
    response, _ = await send(view, DOCUMENTS[name])
    cost = response.json()["extensions"]["cost"]
    assert cost["requested"] >= 1
    assert cost["remaining"] < cost["limit"]
