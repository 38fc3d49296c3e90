"""How often a refill is polled."""

from datetime import timedelta

import pytest

import database
from config.settings import Settings
from domain.enums import RefillStatus
from domain.order_status import OrderStatus
from gateways.provider_results import ProviderRefill
from models import Refill
from resolvers import refills
from tests.fake_providers import FakeProviders
from tests.fakes import RecordingSms, build_app, create_user
from tests.resolvers.factories import create_order
from tests.resolvers.provider_factories import create_provider, create_provider_service


@pytest.mark.parametrize(
    ("lasted", "wait"),
    [(timedelta(0), 10), (timedelta(minutes=3), 180), (timedelta(days=2), 600)],
    ids=["fresh", "minutes old", "days old"],
)
async def test_a_fresh_refill_is_polled_sooner_than_an_old_one(
    lasted: timedelta, wait: int, db: str, sms: RecordingSms
) -> None:
    fake_providers = FakeProviders(
        refill_state=ProviderRefill(status=RefillStatus.INPROGRESS, status_text="")
    )
    app, provider = (
        build_app(Settings(database_url=db), sms, providers=fake_providers),
        await create_provider(),
    )
    service = await create_provider_service(provider, can_refill=True)
    order = await create_order(await create_user(), service, status=OrderStatus.COMPLETED)
    await order.filter(id=order.id).update(provider_id=provider.id, provider_order_id="501")
    now = await database.now()
    refill = await Refill.create(
        order_id=order.id,
        provider_refill_id="901",
        status=RefillStatus.INPROGRESS,
        due_at=now,
        created_at=now - lasted,
        updated_at=now,
    )

    assert await refills.process_refills(app) == 1

    await refill.refresh_from_db()
    assert refill.due_at is not None
    assert timedelta(seconds=wait) <= refill.due_at - now <= timedelta(seconds=wait + 10)
