"""Makers of providers, and of orders that wait for them."""

from domain.order_details import OrderDetails
from domain.order_status import OrderSource
from domain.service_types import ServiceSource
from models import Order, Provider, Service, User
from resolvers import orders
from resolvers.shop import Shop
from tests.fakes import MOMENT, create_user
from tests.resolvers.records import create_service


async def create_provider(*, concurrency: int = 10) -> Provider:
    return await Provider.create(
        name="Panel",
        url="https://panel.example/api/v2",
        api_key="k",
        concurrency=concurrency,
        created_at=MOMENT,
        updated_at=MOMENT,
    )


async def create_provider_service(provider: Provider, **columns: object) -> Service:
    service = await create_service(price=1_000)
    await Service.filter(id=service.id).update(
        **{
            "source": ServiceSource.API,
            "provider_id": provider.id,
            "provider_service_id": "77",
            **columns,
        }
    )
    return await Service.get(id=service.id)


async def place_order(
    shop: Shop, service: Service, *, buyer: User | None = None, quantity: int = 100, link: str = "page"
) -> Order:
    """An order through the operation, charged and queued."""
    return await orders.create_order(
        shop,
        buyer or await create_user(balance=1_000_000),
        service_id=service.id,
        link=link,
        details=OrderDetails(quantity=quantity),
        source=OrderSource.GRAPHQL,
    )
