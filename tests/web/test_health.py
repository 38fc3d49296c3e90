"""Health checks and metrics."""

from datetime import timedelta

import httpx
import pytest

import database
from config.settings import Settings
from domain.order_state_machine import Dispatch
from domain.order_status import OrderStatus
from models import Order, Provider
from resolvers.app_context import AppContext
from tests.fakes import RecordingSms, build_app
from tests.fixtures import create_client
from tests.resolvers.provider_factories import create_provider, create_provider_service, place_order

pytestmark = pytest.mark.both_databases

TOKEN = "a token of this test"


async def create_due_order(app: AppContext, *, waits: timedelta, provider: Provider | None = None) -> Order:
    service = await create_provider_service(provider or await create_provider())
    order = await place_order(app, service)
    due_at = await database.now() - waits
    await Order.filter(id=order.id).update(
        dispatch=Dispatch.QUEUED, status=OrderStatus.PENDING, due_at=due_at
    )
    return order


def parse_metrics(answer: httpx.Response) -> dict[str, float]:
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


async def read_metrics(client: httpx.AsyncClient) -> dict[str, float]:
    return parse_metrics(await client.get("/metrics"))


async def test_readyz_reports_each_check_and_the_age_of_the_queue(
    app: AppContext, client: httpx.AsyncClient
) -> None:
    await create_due_order(app, waits=timedelta(seconds=90))
    answer = await client.get("/readyz")

    checks = answer.json()["checks"]
    assert (answer.status_code, answer.json()["status"]) == (200, "ready")
    assert checks["database"]["ok"]
    assert checks["migrations"] == {"ok": True, "missing": []}
    assert 90 <= checks["queue"].pop("oldest_due_seconds") < 120
    assert checks["queue"] == {"ok": True, "max_seconds": 600}


async def test_readyz_is_503_while_the_queue_is_stale_unless_its_provider_is_off(
    app: AppContext, client: httpx.AsyncClient
) -> None:
    provider = await create_provider()
    await create_due_order(app, waits=timedelta(minutes=11), provider=provider)
    stale = await client.get("/readyz")
    await Provider.filter(id=provider.id).update(is_active=False)
    off = await client.get("/readyz")

    assert (stale.status_code, stale.json()["checks"]["queue"]["ok"]) == (503, False)
    assert off.status_code == 200


async def test_readyz_names_migrations_that_are_missing(client: httpx.AsyncClient) -> None:
    name = "0004_list_orders"
    rows = await database.fetch("SELECT applied_at FROM tortoise_migrations WHERE name = $1", name)
    await database.fetch("DELETE FROM tortoise_migrations WHERE name = $1", name)
    try:
        answer = await client.get("/readyz")
    finally:
        statement = "INSERT INTO tortoise_migrations (app, name, applied_at) VALUES ($1, $2, $3)"
        await database.fetch(statement, database.APP, name, rows[0]["applied_at"])

    assert answer.status_code == 503
    assert answer.json()["checks"]["migrations"] == {"ok": False, "missing": [name]}


async def test_without_a_database_readyz_is_503_and_metrics_still_answer() -> None:
    app = build_app(Settings(database_url="postgres://nobody@127.0.0.1:1/none"), RecordingSms())
    async with database.open_connections(app.settings.effective_database_url), create_client(app) as client:
        ready, reported = await client.get("/readyz"), await read_metrics(client)

    assert ready.status_code == 503
    failed = {name for name, check in ready.json()["checks"].items() if not check["ok"]}
    assert failed == {"database", "migrations", "queue"}
    assert "127.0.0.1" not in ready.text
    assert reported["vitrin_database_up"] == 0


async def test_metrics_report_requests_by_route_operations_by_known_name_and_the_queue(db: str) -> None:
    settings = Settings(database_url=db, metrics_operations=("Catalogue",))
    app = build_app(settings, RecordingSms())
    async with create_client(app) as client:
        before = await read_metrics(client)
        await create_due_order(app, waits=timedelta(seconds=30))
        held = await create_due_order(app, waits=timedelta(0))
        await Order.filter(id=held.id).update(status=OrderStatus.AWAITING, dispatch=Dispatch.UNKNOWN)
        for path in ("/api/v1/order/1", "/api/v1/order/2", "/api/v1/services/", "/no/such/7", "/api/v1/no/8"):
            await client.get(path)
        for query in (
            "query Catalogue {categories {id}}",
            "query Made7Up {categories {id}}",
            "{categories {id}}",
        ):
            await client.post("/graphql", json={"query": query})
        after = await read_metrics(client)

    def grown(name: str) -> float:
        return after[name] - before.get(name, 0)

    requests = 'vitrin_http_requests_total{method="GET",route="%s",status="%s"}'
    assert grown(requests % ("/api/v1/order/{id}", 401)) == 2
    assert grown(requests % ("/api/v1/services", 200)) == 1
    assert grown(requests % ("/api", 404)) == 1
    assert grown(requests % ("none", 404)) == 1
    operations = 'vitrin_graphql_operations_total{operation="%s",outcome="done"}'
    assert [grown(operations % name) for name in ("Catalogue", "other", "anonymous")] == [1, 1, 1]
    assert grown('vitrin_graphql_operation_duration_seconds_count{field="categories",type="query"}') == 3
    assert "Made7Up" not in str(after)
    assert "/no/such" not in str(after)
    assert 30 <= after["vitrin_oldest_due_order_age_seconds"] < 60
    assert (after["vitrin_queued_orders"], after["vitrin_awaiting_orders"]) == (1, 1)
    assert after["vitrin_database_up"] == 1
    if database.dialect() == "postgres":
        assert after['vitrin_database_pool_connections{state="open"}'] >= 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_metrics_are_for_this_machine_unless_there_is_a_token(db: str) -> None:
    async with create_client(build_app(Settings(database_url=db), RecordingSms())) as client:
        own = await client.get("/metrics")
        proxied = await client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"})
        transport = httpx.ASGITransport(client._transport.app, client=("203.0.113.9", 1))  # type: ignore[attr-defined]  # the application of `client_of`
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as far:
            foreign = await far.get("/metrics")

    assert (own.status_code, proxied.status_code, foreign.status_code) == (200, 403, 403)
    assert own.headers["content-type"].startswith("text/plain; version=1.0.0")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_with_a_token_metrics_ask_everybody_for_it(db: str) -> None:
    settings = Settings.model_validate({"database_url": db, "metrics_token": TOKEN})
    async with create_client(build_app(settings, RecordingSms())) as client:
        answers = [
            await client.get("/metrics", headers=headers)
            for headers in ({}, {"Authorization": "Bearer no"}, {"Authorization": f"Bearer {TOKEN}"})
        ]

    assert [answer.status_code for answer in answers] == [401, 401, 200]
    assert answers[0].headers["www-authenticate"] == 'Bearer realm="metrics"'
