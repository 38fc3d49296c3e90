"""Every bomb is refused for what it is, and before it costs the process much."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from starlette.responses import HTMLResponse

import schema
from config.settings import Settings
from engine.view import GraphQLView
from tests.cases import for_each
from tests.engine.bombs import BOMBS, DOCUMENTS, Bomb
from tests.fakes import RecordingSms, new_shop

MOST_SECONDS = 0.2
"""Of the processor: ten times what the dearest refusal was measured to take."""


@pytest_asyncio.fixture(params=[True, False], ids=["development", "production"])
async def http(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the shop's own schema, which shows itself or does not; no database."""
    settings = Settings(data_folder=tmp_path, graphql_introspection=request.param)
    shop = new_shop(settings, RecordingSms())
    view = GraphQLView(schema.schema, shop=shop, context=schema.Context, ide=HTMLResponse)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(view), base_url="http://shop") as client:
        yield client


async def explode(http: httpx.AsyncClient, bomb: Bomb) -> tuple[httpx.Response, float]:
    """The answer, and the processor seconds that it took."""
    begun = time.process_time()
    headers = {"content-type": "application/json", "accept": "application/graphql-response+json"}
    response = await http.post("/", content=bomb.body, headers=headers)
    return response, time.process_time() - begun


@for_each("name", BOMBS)
async def test_a_bomb_is_refused_by_its_code_and_before_it_costs_much(
    http: httpx.AsyncClient, name: str
) -> None:
    bomb = BOMBS[name]
    answers = [await explode(http, bomb) for _ in range(3)]

    response, _ = answers[0]
    assert response.status_code == 400
    body = response.json()
    code = body["errors"][0]["extensions"]["code"]
    assert code == bomb.code or ("introspection" in name and code == "INTROSPECTION_DISABLED")
    assert "data" not in body
    assert len(response.content) < 10_000
    # The least of several: the machine may be busy with the collector, too.
    assert min(seconds for _, seconds in answers) < MOST_SECONDS


@for_each("name", DOCUMENTS)
async def test_a_refused_document_tells_its_cost(http: httpx.AsyncClient, name: str) -> None:
    response, _ = await explode(http, DOCUMENTS[name])
    cost = response.json()["extensions"]["cost"]
    assert cost["requested"] >= 1
    assert cost["remaining"] < cost["limit"]
