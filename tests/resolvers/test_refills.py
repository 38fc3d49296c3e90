"""Refills: asked for once a day, sent once, and followed to their end."""

import asyncio
from datetime import datetime, timedelta

import pytest

import database
from domain.enums import RefillStatus
from domain.order_state_machine import Dispatch
from domain.order_status import OrderStatus
from domain.problems import Forbidden, OrderNotFound, RefillUnavailable
from gateways.errors import GatewayError, GatewayInvalidResponse, GatewayRejected, GatewayUnavailable
from gateways.provider_results import ProviderRefill
from models import Order, Provider, Refill, Service, User
from resolvers import refills
from resolvers.app_context import AppContext
from tests.fake_providers import FakeProviders
from tests.fakes import RecordingSms, build_app, create_user
from tests.resolvers.provider_factories import send_order

pytestmark = pytest.mark.both_databases

DELIVERED = (OrderStatus.COMPLETED, OrderStatus.PARTIAL)
DAY = timedelta(hours=24)


@pytest.fixture
async def order(app: AppContext, provider: Provider) -> Order:
    """A delivered order, the provider's 501, of a service with refills."""
    sent = await send_order(app, provider, can_refill=True)
    await Order.filter(id=sent.id).update(status=OrderStatus.COMPLETED, dispatch=Dispatch.CLOSED)
    return await Order.get(id=sent.id)


async def request_refill(order: Order) -> Refill:
    """A refill requested by the order's buyer."""
    return await refills.request_refill(await User.get(id=order.user_id), order_id=order.id)


async def process_refill(app: AppContext, refill: Refill) -> Refill:
    """The refill after the worker dealt with it once more."""
    await Refill.filter(id=refill.id, due_at__not_isnull=True).update(due_at=refill.created_at)
    await refills.process_refills(app)
    return await Refill.get(id=refill.id)


def refill_state(status: RefillStatus | None, text: str = "") -> ProviderRefill:
    return ProviderRefill(status=status, status_text=text)


@pytest.mark.parametrize("status", DELIVERED)
async def test_a_delivered_order_can_be_refilled(status: OrderStatus, order: Order) -> None:
    await Order.filter(id=order.id).update(status=status)

    refill = await request_refill(order)

    assert (refill.order_id, refill.status, refill.provider_refill_id) == (
        order.id,
        RefillStatus.PENDING,
        None,
    )
    assert refill.due_at == refill.created_at


@pytest.mark.parametrize("status", [status for status in OrderStatus if status not in DELIVERED])
async def test_an_order_that_is_not_delivered_has_no_refill(status: OrderStatus, order: Order) -> None:
    await Order.filter(id=order.id).update(status=status)
    with pytest.raises(RefillUnavailable):
        await request_refill(order)
    assert not await Refill.exists()


async def test_a_service_without_refill_has_none(order: Order) -> None:
    await Service.filter(id=order.service_id).update(can_refill=False)
    with pytest.raises(RefillUnavailable):
        await request_refill(order)


@pytest.mark.parametrize("columns", [{"provider_order_id": None}, {"provider_id": None}], ids=str)
async def test_an_order_that_no_provider_had_has_no_refill(columns: dict[str, object], order: Order) -> None:
    await Order.filter(id=order.id).update(**columns)
    with pytest.raises(RefillUnavailable):
        await request_refill(order)


@pytest.mark.parametrize("order_id", [0, -1, 4_711, 2**31, 2**63])
async def test_an_order_that_does_not_exist_is_not_found(order_id: int, db: str) -> None:
    with pytest.raises(OrderNotFound):
        await refills.request_refill(await create_user(), order_id=order_id)


async def test_another_user_s_order_is_not_refilled(order: Order) -> None:
    with pytest.raises(Forbidden):
        await refills.request_refill(await create_user(), order_id=order.id)
    assert not await Refill.exists()


@pytest.mark.parametrize(
    ("status", "age", "is_refused"),
    [
        (RefillStatus.PENDING, timedelta(0), True),
        (RefillStatus.INPROGRESS, timedelta(0), True),
        # Open ones count for as long as they are open.
        (RefillStatus.INPROGRESS, timedelta(days=40), True),
        (RefillStatus.COMPLETED, timedelta(0), True),
        (RefillStatus.COMPLETED, DAY - timedelta(minutes=5), True),
        (RefillStatus.COMPLETED, DAY, False),
        # What the provider refused was no refill.
        (RefillStatus.REJECTED, timedelta(0), False),
    ],
)
async def test_the_last_refill_has_to_be_over_and_a_day_old(
    status: RefillStatus, age: timedelta, is_refused: bool, order: Order
) -> None:
    last = await request_refill(order)
    await Refill.filter(id=last.id).update(status=status, created_at=last.created_at - age)

    if is_refused:
        with pytest.raises(RefillUnavailable):
            await request_refill(order)
    else:
        await request_refill(order)

    assert await Refill.all().count() == (1 if is_refused else 2)


async def test_of_two_concurrent_requests_one_counts(order: Order) -> None:
    outcomes = await asyncio.gather(*(request_refill(order) for _ in range(5)), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Refill"] + ["RefillUnavailable"] * 4
    assert await Refill.all().count() == 1


@pytest.mark.parametrize("end", [RefillStatus.COMPLETED, RefillStatus.REJECTED])
async def test_a_refill_is_sent_once_and_followed_to_its_end(
    end: RefillStatus, app: AppContext, order: Order, fake_providers: FakeProviders
) -> None:
    refill = await request_refill(order)

    refill = await process_refill(app, refill)
    assert (refill.status, refill.provider_refill_id) == (RefillStatus.INPROGRESS, "901")
    fake_providers.refill_state = refill_state(RefillStatus.INPROGRESS)
    assert (await process_refill(app, refill)).status is RefillStatus.INPROGRESS
    fake_providers.refill_state = refill_state(end)
    refill = await process_refill(app, refill)
    await process_refill(app, refill)

    assert (refill.status, refill.due_at) == (end, None)
    assert fake_providers.refilled == ["501"]
    assert fake_providers.calls == ["add", "refill", "refill_status", "refill_status"]


async def test_a_refill_is_not_polled_before_its_interval(
    app: AppContext, order: Order, fake_providers: FakeProviders
) -> None:
    refill = await request_refill(order)
    for _ in range(2):
        refill = await process_refill(app, refill)
        assert await refills.process_refills(app) == 0
    assert refill.due_at is not None
    assert refill.due_at - refill.updated_at >= timedelta(seconds=10)


@pytest.mark.parametrize("state", [refill_state(None, "Awaiting"), refill_state(RefillStatus.PENDING)])
async def test_a_non_final_status_leaves_the_refill_in_progress(
    state: ProviderRefill, app: AppContext, order: Order, fake_providers: FakeProviders
) -> None:
    refill = await process_refill(app, await request_refill(order))
    fake_providers.refill_state = state
    assert (await process_refill(app, refill)).status is RefillStatus.INPROGRESS


@pytest.mark.parametrize("is_sent", [False, True], ids=["asked for", "under way"])
async def test_a_refill_refused_by_the_provider_is_rejected_with_its_message(
    is_sent: bool, app: AppContext, order: Order, fake_providers: FakeProviders
) -> None:
    refill = await request_refill(order)
    if is_sent:
        refill = await process_refill(app, refill)
    fake_providers.fail_next = [GatewayRejected(200, "Refill not found")]

    refill = await process_refill(app, refill)

    assert (refill.status, refill.staff_note, refill.due_at) == (
        RefillStatus.REJECTED,
        "Refill not found",
        None,
    )


@pytest.mark.parametrize(
    "failure",
    [
        GatewayUnavailable("panel.example unavailable", request_sent=True),
        GatewayInvalidResponse("HTTP 200 with no refill's number"),
    ],
    ids=["away", "nonsense"],
)
async def test_an_unreachable_provider_is_retried_a_minute_later(
    failure: GatewayError, app: AppContext, order: Order, fake_providers: FakeProviders
) -> None:
    refill = await request_refill(order)
    fake_providers.fail_next = [failure]
    began = await database.now()

    waiting = await process_refill(app, refill)

    assert (waiting.status, waiting.provider_refill_id) == (RefillStatus.PENDING, None)
    assert waiting.due_at is not None
    assert began <= waiting.due_at - timedelta(minutes=1) <= await database.now()
    assert (await process_refill(app, waiting)).status is RefillStatus.INPROGRESS


async def create_refills(order: Order, number: int, *, now: datetime) -> None:
    """Due refills of copies of the order."""
    for twin in [order.clone() for _ in range(number)]:
        await twin.save()
        await Refill.create(order_id=twin.id, due_at=now, created_at=now, updated_at=now)


async def test_several_workers_send_each_refill_once(
    app: AppContext, order: Order, fake_providers: FakeProviders, sms: RecordingSms
) -> None:
    await create_refills(order, 30, now=await database.now())
    workers = [build_app(app.settings, sms, providers=fake_providers, worker_name=name) for name in "abc"]

    counts = await asyncio.gather(*map(refills.process_refills, workers))

    assert sum(counts) == len(fake_providers.refilled) == 30
    numbers = {refill.provider_refill_id for refill in await Refill.all()}
    assert len(numbers) == 30


async def test_a_worker_sends_twenty_refills_a_call(app: AppContext, order: Order) -> None:
    await create_refills(order, 25, now=await database.now())
    assert [await refills.process_refills(app) for _ in range(3)] == [20, 5, 0]


async def test_a_buyer_reads_the_refills_of_own_orders_only(order: Order) -> None:
    refill = await request_refill(order)
    buyer = await User.get(id=order.user_id)
    assert await refills.get_refills_by_order([order.id]) == {order.id: [refill]}
    assert await refills.get_own_refills(buyer, [refill.id]) == {refill.id: refill}
    assert await refills.get_own_refills(await create_user(), [refill.id]) == {}


async def test_a_refill_with_an_impossible_id_is_none(db: str) -> None:
    assert await refills.get_own_refills(await create_user(), [2**63]) == {}
