"""Canceling and refilling by GraphQL, and the resulting state of the order."""

from typing import Any

import httpx
import pytest

from config.settings import Settings
from domain.order_state_machine import Dispatch, OrderActor
from domain.order_status import OrderStatus
from models import Order, OrderEvent, Refill, Service, User
from resolvers import order_submission
from resolvers.app_context import AppContext
from tests.api_parity.scenario import to_global_id
from tests.fake_providers import FakeProviders
from tests.fakes import TIMESTAMP, RecordingSms, build_app, create_user
from tests.fixtures import create_authorization, create_client
from tests.resolvers.factories import create_order, create_service
from tests.resolvers.provider_factories import create_provider, create_provider_service, place_order

CANCEL = """
mutation ($id: ID!) { act: cancelOrder(id: $id) {
  __typename ... on Order { status refunded } ... on Problem { code } } }
"""
REFILL = """
mutation ($id: ID!) { act: requestRefill(orderId: $id) {
  __typename ... on Refill { id status note } ... on Problem { code } } }
"""
LIFE = """
query ($id: ID!) { act: order(id: $id) {
  status history { by from to note at } refills { id status } service { refill cancel } } }
"""


class Buyer:
    """A user who queries orders by GraphQL."""

    def __init__(self, client: httpx.AsyncClient, user: User, headers: dict[str, str]) -> None:
        self.user = user
        self._client = client
        self._headers = headers

    async def query(self, document: str, order: Order) -> Any:
        body = {"query": document, "variables": {"id": to_global_id("Order", order.id)}}
        answer = await self._client.post("/graphql", json=body, headers=self._headers)
        return answer.json()["data"]["act"]


@pytest.fixture
async def buyer(client: httpx.AsyncClient, app: AppContext) -> Buyer:
    user = await create_user(balance=100_000)
    return Buyer(client, user, await create_authorization(app, user))


async def test_an_order_that_was_not_sent_is_canceled_and_refunded_at_once(
    buyer: Buyer, app: AppContext
) -> None:
    service = await create_provider_service(await create_provider())
    order = await place_order(app, service, buyer=buyer.user)

    canceled = await buyer.query(CANCEL, order)

    assert canceled == {"__typename": "Order", "status": "CANCELED", "refunded": order.charge}
    assert (await User.get(id=buyer.user.id)).balance == 100_000


async def test_an_order_at_a_provider_is_canceled_only_where_its_service_allows_it(
    db: str, sms: RecordingSms
) -> None:
    app = build_app(Settings(database_url=db), sms, providers=FakeProviders())
    provider, user = await create_provider(), await create_user(balance=100_000)
    service = await create_provider_service(provider)
    order = await place_order(app, service, buyer=user)
    await order_submission.submit_orders(app, provider)
    async with create_client(app) as client:
        buyer = Buyer(client, user, await create_authorization(app, user))

        refused = await buyer.query(CANCEL, order)
        await Service.filter(id=service.id).update(can_cancel=True)
        requested = await buyer.query(CANCEL, order)
        again = await buyer.query(CANCEL, order)

    assert refused == again == {"__typename": "OrderNotCancelable", "code": "ORDER_NOT_CANCELABLE"}
    assert requested == {"__typename": "Order", "status": "PROCESSING", "refunded": 0}


async def test_a_finished_order_is_refilled_once_at_a_time(buyer: Buyer) -> None:
    provider = await create_provider()
    service = await create_provider_service(provider, can_refill=True)
    order = await create_order(buyer.user, service, status=OrderStatus.COMPLETED)
    await Order.filter(id=order.id).update(provider_id=provider.id, provider_order_id="7")

    requested = await buyer.query(REFILL, order)
    again = await buyer.query(REFILL, order)

    refill = await Refill.get(order_id=order.id)
    assert requested == {
        "__typename": "Refill",
        "id": to_global_id("Refill", refill.id),
        "status": "PENDING",
        "note": None,
    }
    assert again == {"__typename": "RefillUnavailable", "code": "REFILL_UNAVAILABLE"}


@pytest.mark.parametrize("document", [CANCEL, REFILL], ids=["cancel", "refill"])
async def test_another_user_s_order_is_forbidden_and_a_missing_one_not_found(
    document: str, buyer: Buyer
) -> None:
    foreign = await create_order(await create_user(), await create_service())
    assert (await buyer.query(document, foreign))["code"] == "FORBIDDEN"
    assert (await buyer.query(document, Order(id=2_000_000_000)))["code"] == "ORDER_NOT_FOUND"
    assert (await buyer.query(document, Order(id=9_999_999_999)))["code"] == "ORDER_NOT_FOUND"


async def test_an_order_shows_who_changed_it_and_its_refills(buyer: Buyer, app: AppContext) -> None:
    service = await create_provider_service(await create_provider(), can_refill=True)
    order = await place_order(app, service, buyer=buyer.user)
    await Order.filter(id=order.id).update(status=OrderStatus.COMPLETED, dispatch=Dispatch.CLOSED)
    await OrderEvent.create(
        order=order,
        actor=OrderActor.PROVIDER,
        from_status=OrderStatus.PENDING,
        to_status=OrderStatus.COMPLETED,
        note="done",
        created_at=TIMESTAMP,
    )
    refill = await Refill.create(order=order, created_at=TIMESTAMP, updated_at=TIMESTAMP)

    reported = await buyer.query(LIFE, order)

    placed, completed = reported["history"]
    assert (placed["by"], placed["from"], placed["to"]) == ("BUYER", None, "PENDING")
    assert completed == {
        "by": "PROVIDER",
        "from": "PENDING",
        "to": "COMPLETED",
        "note": "done",
        "at": "2026-01-01T00:00:00Z",
    }
    assert reported["refills"] == [{"id": to_global_id("Refill", refill.id), "status": "PENDING"}]
    assert reported["service"] == {"refill": True, "cancel": False}


async def test_a_refill_is_a_node_of_its_order_s_buyer_only(
    buyer: Buyer, client: httpx.AsyncClient, app: AppContext
) -> None:
    order = await create_order(buyer.user, await create_service())
    refill = await Refill.create(order=order, created_at=TIMESTAMP, updated_at=TIMESTAMP)
    query = "query ($id: ID!) { node(id: $id) { __typename id } }"

    async def seen_by(user: User, key: int) -> Any:
        body = {"query": query, "variables": {"id": to_global_id("Refill", key)}}
        answer = await client.post("/graphql", json=body, headers=await create_authorization(app, user))
        return answer.json()["data"]["node"]

    assert (await seen_by(buyer.user, refill.id))["__typename"] == "Refill"
    assert await seen_by(await create_user(), refill.id) is None
    assert await seen_by(buyer.user, 9_999_999_999) is None
