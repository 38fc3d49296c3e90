"""Jobs that run separately for each provider: none waits for another, and all stop in order."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from config.settings import Settings
from domain.order_state_machine import Dispatch
from gateways.provider_orders import ProviderOrder
from gateways.providers import ProviderAccount
from models import Order, Provider
from resolvers import order_submission
from resolvers.app_context import AppContext
from tests.fake_providers import FakeProviders
from tests.fakes import RecordingSms, build_app
from tests.resolvers.provider_factories import create_provider, create_provider_service, place_order
from worker import loop
from worker.jobs import ProviderJob

pytestmark = pytest.mark.both_databases

AT_ONCE = timedelta(0)


@pytest.fixture
def stopping() -> asyncio.Event:
    return asyncio.Event()


async def run(
    app: AppContext, stopping: asyncio.Event, *operations: Callable[[AppContext, Provider], Awaitable[int]]
) -> None:
    """Run these operations alone, without rest, until `stopping`."""
    jobs = [
        ProviderJob(name=operation.__name__, operation=operation, interval=AT_ONCE)
        for operation in operations
    ]
    await loop.run(app, stopping, jobs=(), provider_jobs=jobs, provider_poll_interval=AT_ONCE)


async def test_a_slow_provider_does_not_delay_others(app: AppContext, stopping: asyncio.Event) -> None:
    slow, quick = await create_provider(), await create_provider()
    served: list[int] = []
    quick_was_served = asyncio.Event()

    async def operation(_: AppContext, provider: Provider) -> int:
        if provider.id == slow.id:
            # Deadlocks if the other job waits for this one.
            await quick_was_served.wait()
            stopping.set()
        served.append(provider.id)
        if served.count(quick.id) == 3:
            quick_was_served.set()
        return 0

    await run(app, stopping, operation)

    assert served[:3] == [quick.id] * 3
    assert served.count(slow.id) == 1


async def test_a_slow_job_does_not_delay_other_jobs_of_its_provider(
    app: AppContext, stopping: asyncio.Event
) -> None:
    await create_provider()
    followed = asyncio.Event()

    async def submit(_: AppContext, __: Provider) -> int:
        await followed.wait()
        stopping.set()
        return 0

    async def follow(_: AppContext, __: Provider) -> int:
        followed.set()
        return 0

    await run(app, stopping, submit, follow)

    assert followed.is_set()


async def test_a_provider_added_while_running_is_served_too(app: AppContext, stopping: asyncio.Event) -> None:
    first = await create_provider()
    served: list[int] = []

    async def operation(_: AppContext, provider: Provider) -> int:
        served.append(provider.id)
        if provider.id != first.id:
            stopping.set()
        elif served == [first.id]:
            await create_provider()
        return 0

    await run(app, stopping, operation)

    assert {*served} == {provider.id for provider in await Provider.all()}


async def test_a_shop_without_providers_waits_for_its_first(app: AppContext, stopping: asyncio.Event) -> None:
    served: list[int] = []

    async def operation(_: AppContext, provider: Provider) -> int:
        served.append(provider.id)
        stopping.set()
        return 0

    running = asyncio.create_task(run(app, stopping, operation))
    provider = await create_provider()
    await running

    assert served == [provider.id]


async def test_each_round_reads_the_provider_again(app: AppContext, stopping: asyncio.Event) -> None:
    await create_provider()
    keys: list[str] = []

    async def operation(_: AppContext, provider: Provider) -> int:
        keys.append(provider.api_key)
        if provider.api_key == "new":
            stopping.set()
        await Provider.filter(id=provider.id).update(api_key="new")
        return 1

    await run(app, stopping, operation)

    assert keys == ["0a1b2c3d", "new"]


async def test_a_failed_round_is_logged_and_retried_and_stops_no_other(
    app: AppContext, stopping: asyncio.Event, caplog: pytest.LogCaptureFixture
) -> None:
    faulty, sound = await create_provider(), await create_provider()
    served: list[int] = []

    async def operation(_: AppContext, provider: Provider) -> int:
        served.append(provider.id)
        if served.count(faulty.id) >= 3 and sound.id in served:
            stopping.set()
        if provider.id == faulty.id:
            raise ZeroDivisionError
        return 0

    with caplog.at_level(logging.ERROR, "vitrin.worker"):
        await run(app, stopping, operation)

    assert served.count(faulty.id) >= 3
    assert f"job failed: operation {faulty.id}" in caplog.messages
    assert f"job failed: operation {sound.id}" not in caplog.messages


async def test_stopping_finishes_requests_in_flight_and_claims_nothing_new(
    db: str, sms: RecordingSms, stopping: asyncio.Event
) -> None:
    provider = await create_provider()
    service = await create_provider_service(provider)

    class StoppingProviders(FakeProviders):
        """Sets `stopping` while it accepts an order; another order arrives at the same time."""

        async def add(self, account: ProviderAccount, order: ProviderOrder) -> str:
            stopping.set()
            await place_order(app, service, link="late")
            return await super().add(account, order)

    fake_providers = StoppingProviders()
    app = build_app(Settings(database_url=db), sms, providers=fake_providers)
    await place_order(app, service, link="early")

    await run(app, stopping, order_submission.submit_orders)

    assert [order.link for order in fake_providers.placed.values()] == ["early"]
    dispatches = {order.link: order.dispatch for order in await Order.all()}
    assert dispatches == {"early": Dispatch.SENT, "late": Dispatch.QUEUED}


async def test_a_worker_that_is_stopped_before_it_begins_does_nothing(
    app: AppContext, stopping: asyncio.Event
) -> None:
    await create_provider()
    served: list[int] = []
    stopping.set()

    async def operation(_: AppContext, provider: Provider) -> int:
        served.append(provider.id)
        return 0

    await run(app, stopping, operation)

    assert served == []
