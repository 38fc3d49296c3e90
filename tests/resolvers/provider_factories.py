"""Makers of providers, and of orders that wait for them."""

from decimal import Decimal

from domain.order_details import OrderDetails
from domain.order_state_machine import OrderActor
from domain.order_status import OrderSource, OrderStatus
from domain.service_types import ServiceSource, ServiceType
from gateways.provider_results import ProviderService
from models import Order, OrderEvent, Provider, Service, User
from resolvers import order_submission, orders, provider_sync
from resolvers.app_context import AppContext
from tests.fakes import TIMESTAMP, create_user
from tests.resolvers.factories import create_service

CATALOGUE_ROW = ProviderService(
    id="77",
    name="Followers",
    category="Instagram",
    type=ServiceType.DEFAULT,
    type_text="Default",
    rate=Decimal(1000),
    min=50,
    max=10_000,
    drip_feed=False,
    refill=True,
    cancel=False,
    description="Fast",
)


async def create_provider(*, concurrency: int = 10) -> Provider:
    return await Provider.create(
        name="Panel",
        url="https://panel.example/api/v2",
        api_key="0a1b2c3d",
        concurrency=concurrency,
        created_at=TIMESTAMP,
        updated_at=TIMESTAMP,
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


async def import_service(app: AppContext, provider: Provider) -> Service:
    """The one service of the provider's catalogue, put on sale."""
    await provider_sync.sync_provider(app, provider, adds_services=True)
    service = await Service.get(provider_id=provider.id)
    await Service.filter(id=service.id).update(updated_at=TIMESTAMP)
    return service


async def place_order(
    app: AppContext,
    service: Service,
    *,
    buyer: User | None = None,
    quantity: int = 100,
    link: str = "page",
    details: OrderDetails | None = None,
) -> Order:
    """An order through the operation, charged and queued."""
    return await orders.create_order(
        app,
        buyer or await create_user(balance=1_000_000),
        service_id=service.id,
        link=link,
        details=details or OrderDetails(quantity=quantity),
        source=OrderSource.GRAPHQL,
    )


async def send_order(
    app: AppContext, provider: Provider, *, details: OrderDetails | None = None, **columns: object
) -> Order:
    """An order of a service with these columns, which the provider has and is to be asked about."""
    service = await create_provider_service(provider, **columns)
    order = await place_order(app, service, details=details)
    await order_submission.submit_orders(app, provider)
    await make_due(order)
    return await Order.get(id=order.id)


async def make_due(order: Order) -> None:
    """Make the order due for the worker, unclaimed."""
    await Order.filter(id=order.id).update(due_at=order.created_at, lease_until=None)


async def get_history(order: Order) -> list[tuple[OrderActor, OrderStatus]]:
    """Actor and new status of each event of the order, oldest first."""
    return [
        (event.actor, event.to_status) for event in await OrderEvent.filter(order_id=order.id).order_by("id")
    ]


async def get_balance(order: Order) -> int:
    """What its buyer has."""
    return int((await User.get(id=order.user_id)).balance)
