"""Orders that wait for their provider, written past the operations: how they came does not matter here."""

import database
from domain.order_state_machine import Dispatch
from domain.order_status import OrderSource, OrderStatus
from domain.service_types import ServiceSource, ServiceType
from models import Order, Provider, Service
from tests.fakes import TIMESTAMP, create_user
from tests.resolvers.factories import create_service

_BATCH = 1_000


async def queue_orders(url: str, port: int, *, count: int, concurrency: int) -> None:
    """A provider at the port of this machine, and `count` orders that are due."""
    async with database.open_connections(url):
        provider = await Provider.create(
            name="Panel",
            url=f"http://127.0.0.1:{port}/api/v2",
            api_key="k",
            concurrency=concurrency,
            created_at=TIMESTAMP,
            updated_at=TIMESTAMP,
        )
        service, buyer = await create_service(), await create_user()
        await Service.filter(id=service.id).update(
            source=ServiceSource.API, provider_id=provider.id, provider_service_id="1"
        )
        rows = [
            Order(
                source=OrderSource.GRAPHQL, user_id=buyer.id, category_id=service.category_id,
                service_id=service.id, service_type=ServiceType.DEFAULT, provider_id=provider.id,
                provider_service_id="1", link=f"https://example.com/{number}", quantity=10, charge=1,
                status=OrderStatus.PENDING, dispatch=Dispatch.QUEUED, due_at=TIMESTAMP,
                created_at=TIMESTAMP, updated_at=TIMESTAMP,
            )
            for number in range(count)
        ]  # fmt: skip
        await Order.bulk_create(rows, batch_size=_BATCH)
