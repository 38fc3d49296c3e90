"""Drip-feeds that the shop sends run by run: what the whole order shows meanwhile."""

import pytest

from config.settings import Settings
from domain.order_details import DripFeed, OrderDetails
from domain.order_status import OrderSource, OrderStatus
from models import Order
from resolvers import order_polling, order_submission, orders
from tests.fake_providers import FakeProviders
from tests.fakes import RecordingSms, build_app, create_user
from tests.resolvers.provider_factories import create_provider, create_provider_service

pytestmark = pytest.mark.both_databases


async def test_the_remains_of_one_run_are_not_reported_as_the_order_s_remains(
    db: str, sms: RecordingSms
) -> None:
    fake_providers = FakeProviders()
    app, provider = (
        build_app(Settings(database_url=db), sms, providers=fake_providers),
        await create_provider(),
    )
    service = await create_provider_service(provider, drip_feed=True, provider_drip_feed=False)
    order = await orders.create_order(
        app,
        await create_user(balance=1_000_000),
        service_id=service.id,
        link="page",
        details=OrderDetails(quantity=100, drip_feed=DripFeed(runs=3, interval=10)),
        source=OrderSource.GRAPHQL,
    )
    await order_submission.submit_orders(app, provider)
    fake_providers.report("501", OrderStatus.INPROGRESS, remains=40)
    await Order.filter(id=order.id).update(due_at=order.created_at)

    assert await order_polling.poll_orders(app, provider) == 1

    await order.refresh_from_db()
    assert (order.status, order.remains) == (OrderStatus.INPROGRESS, 0)
