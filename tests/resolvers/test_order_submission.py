"""Orders on their way to the provider: each of the four outcomes, and never twice."""

import asyncio
from datetime import timedelta

import pytest

import database
from domain.order_state_machine import Dispatch, OrderActor
from domain.order_status import OrderStatus
from gateways.errors import (
    GatewayError,
    GatewayInvalidResponse,
    GatewayRateLimited,
    GatewayRejected,
    GatewayUnavailable,
)
from gateways.provider_orders import ProviderOrder
from gateways.providers import ProviderAccount
from models import Order, Provider, User
from resolvers import order_submission
from resolvers.app_context import AppContext
from resolvers.ledger_audit import audit_ledger
from tests.fake_providers import FakeProviders
from tests.fakes import RecordingSms, build_app
from tests.resolvers.provider_factories import (
    create_provider,
    create_provider_service,
    get_history,
    make_due,
    place_order,
)

pytestmark = pytest.mark.both_databases

UNSENT = GatewayUnavailable("panel.example unavailable", request_sent=False)
LOST = GatewayUnavailable("panel.example unavailable", request_sent=True)


async def queued(app: AppContext, provider: Provider) -> Order:
    return await place_order(app, await create_provider_service(provider))


async def test_an_order_is_sent_once_and_followed(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    order = await queued(app, provider)

    assert await order_submission.submit_orders(app, provider) == 1
    assert await order_submission.submit_orders(app, provider) == 0

    await order.refresh_from_db()
    assert list(fake_providers.placed) == [order.provider_order_id] == ["501"]
    assert (order.status, order.dispatch) == (OrderStatus.PROCESSING, Dispatch.SENT)
    assert (fake_providers.placed["501"].service_id, fake_providers.placed["501"].quantity) == ("77", 100)
    assert await get_history(order) == [
        (OrderActor.BUYER, OrderStatus.PENDING),
        (OrderActor.SYSTEM, OrderStatus.PROCESSING),
    ]


async def test_a_refused_order_is_an_error_with_the_provider_s_message(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    order = await queued(app, provider)
    fake_providers.fail_next = [GatewayRejected(200, "neworder.error.link_duplicate")]

    await order_submission.submit_orders(app, provider)
    await order_submission.submit_orders(app, provider)

    await order.refresh_from_db()
    assert (order.status, order.dispatch) == (OrderStatus.ERROR, Dispatch.REFUSED)
    assert order.staff_note == "neworder.error.link_duplicate"
    assert fake_providers.calls == ["add"]


@pytest.mark.parametrize("failure", [UNSENT, GatewayRateLimited("busy")], ids=["not connected", "rate limit"])
async def test_an_order_certainly_not_sent_is_sent_later(
    failure: GatewayError, app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    order = await queued(app, provider)
    fake_providers.fail_next = [failure, failure]

    await order_submission.submit_orders(app, provider)
    assert await order_submission.submit_orders(app, provider) == 0
    waits = []
    for _ in range(2):
        before = await Order.get(id=order.id)
        waits.append((before.due_at or before.created_at) - before.created_at)
        await make_due(order)
        await order_submission.submit_orders(app, provider)

    await order.refresh_from_db()
    assert (order.status, order.provider_order_id) == (OrderStatus.PROCESSING, "501")
    assert timedelta(0) < waits[0]
    assert fake_providers.calls == ["add"] * 3


@pytest.mark.parametrize("failure", [LOST, GatewayInvalidResponse("no JSON")], ids=["broken off", "nonsense"])
async def test_an_unknown_outcome_is_held_and_never_sent_again(
    failure: GatewayError, app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    order = await queued(app, provider)
    fake_providers.fail_next = [failure]

    await order_submission.submit_orders(app, provider)
    await make_due(order)
    await order_submission.submit_orders(app, provider)
    await order_submission.hold_lost_orders(app)

    await order.refresh_from_db()
    assert (order.status, order.dispatch) == (OrderStatus.AWAITING, Dispatch.UNKNOWN)
    assert order.staff_note == str(failure).replace("panel.example", "the provider")
    assert fake_providers.calls == ["add"]
    assert order.refunded == 0


async def test_an_order_in_flight_when_its_worker_was_lost_is_held_after_its_lease(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    order = await queued(app, provider)
    await Order.filter(id=order.id).update(
        dispatch=Dispatch.SENDING, worker="dead", lease_until=order.created_at + timedelta(hours=1)
    )
    assert await order_submission.hold_lost_orders(app) == 0
    await Order.filter(id=order.id).update(lease_until=order.created_at)

    assert await order_submission.hold_lost_orders(app) == 1
    await order_submission.submit_orders(app, provider)

    await order.refresh_from_db()
    assert (order.status, order.dispatch) == (OrderStatus.AWAITING, Dispatch.UNKNOWN)
    assert fake_providers.calls == []


async def test_an_order_claimed_by_a_lost_worker_is_taken_over_after_its_lease(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    order = await queued(app, provider)
    await Order.filter(id=order.id).update(worker="dead", lease_until=order.created_at + timedelta(hours=1))
    assert await order_submission.submit_orders(app, provider) == 0
    await Order.filter(id=order.id).update(lease_until=order.created_at)

    assert await order_submission.submit_orders(app, provider) == 1

    assert len(fake_providers.placed) == 1


async def test_a_worker_thought_lost_still_records_its_result(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    order = await queued(app, provider)

    class Slow(FakeProviders):
        async def add(self, account: object, sent: object) -> str:
            await Order.filter(id=order.id).update(lease_until=order.created_at)
            await order_submission.hold_lost_orders(app)
            return "777"

    slow = build_app(app.settings, RecordingSms(), providers=Slow(), worker_name="slow")
    await order_submission.submit_orders(slow, provider)

    await order.refresh_from_db()
    assert (order.status, order.provider_order_id) == (OrderStatus.PROCESSING, "777")
    assert (await get_history(order))[1:] == [
        (OrderActor.SYSTEM, OrderStatus.AWAITING),
        (OrderActor.SYSTEM, OrderStatus.PROCESSING),
    ]


async def test_a_provider_number_of_another_order_is_not_accepted(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    first, second = await queued(app, provider), await queued(app, provider)
    await order_submission.submit_orders(app, provider)
    await Order.filter(id=second.id).update(
        dispatch=Dispatch.SENDING, provider_order_id=None, status=OrderStatus.PENDING
    )

    await second.refresh_from_db()
    number = (await Order.get(id=first.id)).provider_order_id
    assert number is not None
    await order_submission._record_accepted(second, number, now=second.created_at)

    await second.refresh_from_db()
    assert (second.status, second.provider_order_id) == (OrderStatus.AWAITING, None)


async def test_several_workers_at_once_send_every_order_once(
    app: AppContext, provider: Provider, fake_providers: FakeProviders, sms: RecordingSms
) -> None:
    service = await create_provider_service(provider)
    for number in range(30):
        await place_order(app, service, link=f"page{number}")
    workers = [
        build_app(app.settings, sms, providers=fake_providers, worker_name=f"worker {number}")
        for number in range(4)
    ]

    claimed = await asyncio.gather(*(order_submission.submit_orders(worker, provider) for worker in workers))

    assert sum(claimed) == 30
    assert len({order.link for order in fake_providers.placed.values()}) == len(fake_providers.placed) == 30
    assert await Order.filter(dispatch=Dispatch.SENT).count() == 30


async def test_a_worker_with_one_call_at_once_claims_ten_orders_whatever_the_planner_believes(
    app: AppContext, fake_providers: FakeProviders
) -> None:
    provider = await create_provider(concurrency=1)
    service = await create_provider_service(provider)
    first = await place_order(app, service)
    # From statistics of one order PostgreSQL plans a claim as it would for no other number.
    analyze = "VACUUM ANALYZE orders" if database.dialect() == "postgres" else "ANALYZE"
    await database.connection().execute_script(analyze)
    await Order.bulk_create([first.clone() for _ in range(19)])

    assert [await order_submission.submit_orders(app, provider) for _ in range(3)] == [10, 10, 0]


async def test_an_unexpected_failure_of_one_order_does_not_stop_others(
    app: AppContext, provider: Provider
) -> None:
    orders = [await queued(app, provider) for _ in range(3)]

    class Faulty(FakeProviders):
        """Breaks on the first order, and takes a few turns of the loop for the others."""

        async def add(self, account: ProviderAccount, order: ProviderOrder) -> str:
            if "add" not in self.calls:
                self.calls.append("add")
                raise ZeroDivisionError
            for _ in range(50):
                await asyncio.sleep(0)
            return await super().add(account, order)

    await order_submission.submit_orders(
        build_app(app.settings, RecordingSms(), providers=Faulty()), provider
    )

    found = [await Order.get(id=order.id) for order in orders]
    assert sorted(order.dispatch for order in found) == [Dispatch.SENDING, Dispatch.SENT, Dispatch.SENT]


async def test_nothing_is_sent_for_services_of_staff_old_orders_and_providers_that_are_off(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    order = await queued(app, provider)
    await Order.filter(id=order.id).update(is_imported=True, dispatch=Dispatch.NONE)
    await queued(app, provider)
    await Provider.filter(id=provider.id).update(is_active=False)

    assert await order_submission.submit_orders(app, await Provider.get(id=provider.id)) == 0
    await Provider.filter(id=provider.id).update(is_active=True)
    assert await order_submission.submit_orders(app, await Provider.get(id=provider.id)) == 1

    # Charged here, it only passes for one of the old panel's, which the audit would notice.
    await Order.filter(id=order.id).update(is_imported=False)
    assert await audit_ledger() == []
    assert await User.all().count() == 2
