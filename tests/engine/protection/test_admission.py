"""Admission of unseen documents: charged before they wait, dropped if the client disconnects."""

import asyncio
from pathlib import Path

import httpx
import pytest
import strawberry
from starlette.requests import ClientDisconnect
from starlette.responses import HTMLResponse
from starlette.types import Message
from strawberry.schema.config import StrawberryConfig

from config.settings import Settings
from domain.problem_messages import Language
from engine.protection.admission import Admission, AdmissionRejected, Admitted, GraphQLRequest
from engine.protection.input_prices import Cost
from engine.transport.view import GraphQLView
from schema.context import Context
from schema.scalars import SCALARS
from tests.fakes import RecordingSms, build_app


@strawberry.type
class Query:
    dear: int = strawberry.field(resolver=lambda: 1, metadata=Cost(9_900).metadata)
    cheap: int = strawberry.field(resolver=lambda: 1)

    @strawberry.field
    def many(self, ids: list[int]) -> int:
        return len(ids)


SCHEMA = strawberry.Schema(Query, config=StrawberryConfig(scalar_map=SCALARS))


class GraphQLClient:
    """One admission for which no time passes, and requests of several callers."""

    def __init__(self, folder: Path, **settings: object) -> None:
        self.app = build_app(Settings.model_validate({"data_folder": folder, **settings}), RecordingSms())
        self.admission = Admission(SCHEMA, self.app.settings, clock=lambda: 0.0)

    def context(self, address: str = "10.0.0.1") -> Context:
        return Context(app=self.app, viewer=None, address=address, language=Language.ENGLISH)

    async def query(self, query: str, address: str = "10.0.0.1") -> Admitted:
        return await self.admission.admit(GraphQLRequest(query=query), self.context(address))


@pytest.fixture
def callers(tmp_path: Path) -> GraphQLClient:
    return GraphQLClient(tmp_path)


async def test_unseen_documents_at_once_run_no_more_than_the_bucket_pays_for(callers: GraphQLClient) -> None:
    texts = [f"{{dear a{number}: cheap}}" for number in range(60)]
    outcomes = await asyncio.gather(*(callers.query(text) for text in texts), return_exceptions=True)
    admitted = [outcome for outcome in outcomes if isinstance(outcome, Admitted)]
    refused = [outcome for outcome in outcomes if isinstance(outcome, AdmissionRejected)]
    assert len(admitted) + len(refused) == 60
    assert len(admitted) == 5
    assert sum(outcome.cost.requested for outcome in admitted) <= 50_000
    assert all(outcome.retry_after_seconds for outcome in refused)


async def test_an_unseen_document_costs_by_its_length_and_a_known_one_by_its_fields(
    callers: GraphQLClient,
) -> None:
    text = "{many(ids: [" + ",".join(map(str, range(200))) + "])}"
    costs = [(await callers.query(text)).cost.requested for _ in range(3)]
    assert costs == [1 + len(text) // 10, 1 + len(text) // 10, 1]


async def test_leaving_the_queue_returns_the_points(callers: GraphQLClient) -> None:
    leaving = asyncio.create_task(callers.query("{many(ids: [" + ",".join(map(str, range(200))) + "])}"))
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.wait([leaving])
    assert (await callers.query("{cheap}")).cost.remaining == 50_000 - 1


async def test_a_caller_with_a_full_queue_gets_a_retry_time(callers: GraphQLClient) -> None:
    texts = [f"{{a{number}: cheap}}" for number in range(300)]
    outcomes = await asyncio.gather(*(callers.query(text) for text in texts), return_exceptions=True)
    refused = [outcome for outcome in outcomes if isinstance(outcome, AdmissionRejected)]
    assert refused
    assert all("waiting to be validated" in str(outcome) for outcome in refused)
    assert all(outcome.retry_after_seconds for outcome in refused)
    assert await callers.query("{b: cheap}", "10.0.0.2")


async def test_nothing_is_read_for_a_disconnected_client(tmp_path: Path) -> None:
    app = build_app(Settings(data_folder=tmp_path), RecordingSms())
    view = GraphQLView(SCHEMA, app=app, context=Context, ide=HTMLResponse)
    messages: list[Message] = [
        {"type": "http.request", "body": b'{"query": "{cheap}"}'},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Message:
        return messages.pop(0)

    async def send(message: Message) -> None:
        raise AssertionError(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/",
        "query_string": b"",
        "client": ("10.0.0.1", 1),
        "headers": [(b"content-type", b"application/json")],
        "viewer": None,
    }
    with pytest.raises(ClientDisconnect):
        await view(scope, receive, send)
    assert not messages


async def test_an_invalid_bearer_token_is_not_anonymous(tmp_path: Path) -> None:
    app = build_app(Settings(data_folder=tmp_path), RecordingSms())
    view = GraphQLView(SCHEMA, app=app, context=Context, ide=HTMLResponse)
    transport = httpx.ASGITransport(view)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
        for bearer in ("Bearer x.y.z", "bearer x", "Bearer "):
            answer = await client.post("/", json={"query": "{cheap}"}, headers={"authorization": bearer})
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
            assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        for other in ("", "Basic eDp5"):
            answer = await client.post("/", json={"query": "{cheap}"}, headers={"authorization": other})
            assert answer.json()["data"] == {"cheap": 1}
