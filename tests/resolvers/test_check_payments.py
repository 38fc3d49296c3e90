"""Payments whose payer never returned are checked at growing intervals, each by one process."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.enums import NotificationKind, PaymentStatus
from domain.roles import UserRole
from gateways.errors import GatewayUnavailable
from models import Notification, Payment, User
from resolvers import payment_checks
from resolvers.app_context import AppContext
from tests.database_state import read_all_rows
from tests.fakes import FakePayments, create_user
from tests.resolvers.logins import with_settings
from tests.resolvers.money_steps import (
    AMOUNT,
    SECOND,
    Clock,
    confirm_payment,
    create_paid_payment,
    get_balance,
    get_gateway,
    start_payment,
    stop_clock,
)

pytestmark = pytest.mark.both_databases

MINUTE = timedelta(minutes=1)
FIRST_CHECK = 5 * MINUTE
TIMED_OUT = GatewayUnavailable("timed out", request_sent=True)


@pytest.fixture
def gateway(app: AppContext) -> FakePayments:
    return get_gateway(app)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return stop_clock(monkeypatch)


async def check_until_the_end(app: AppContext, clock: Clock) -> list[timedelta]:
    """Ask whenever the only payment is due, until it is no more; how long it rested before each."""
    rests = []
    while (due := (await Payment.get()).check_after) is not None:
        rests.append(due - clock.current)
        clock.current = due
        assert await payment_checks.check_payments(app) == 1
    return rests


async def test_a_payment_is_checked_after_five_minutes_and_credited_if_it_was_paid(
    app: AppContext, clock: Clock
) -> None:
    payer = await create_user()
    await create_paid_payment(app, payer)

    clock.move(FIRST_CHECK - SECOND)
    assert await payment_checks.check_payments(app) == 0
    clock.move(SECOND)
    assert await payment_checks.check_payments(app) == 1

    payment = await Payment.get()
    assert (payment.status, payment.check_after) == (PaymentStatus.PAID, None)
    assert await get_balance(payer) == AMOUNT


async def test_a_payment_that_timed_out_when_its_payer_came_back_is_settled_later(
    app: AppContext, gateway: FakePayments, clock: Clock
) -> None:
    payer = await create_user()
    payment = await create_paid_payment(app, payer)
    gateway.fail_next = TIMED_OUT
    assert await confirm_payment(app, payment) is PaymentStatus.PENDING

    clock.move(FIRST_CHECK)
    await payment_checks.check_payments(app)

    assert (await Payment.get()).status is PaymentStatus.PAID
    assert await get_balance(payer) == AMOUNT


@pytest.mark.parametrize("times_out", [True, False])
async def test_a_payment_that_is_not_paid_stays_pending_until_it_is_due_again(
    times_out: bool, app: AppContext, gateway: FakePayments, clock: Clock
) -> None:
    await start_payment(app, await create_user())
    gateway.fail_next = TIMED_OUT if times_out else None
    clock.move(FIRST_CHECK)
    assert await payment_checks.check_payments(app) == 1

    assert await payment_checks.check_payments(app) == 0
    assert (await Payment.get()).status is PaymentStatus.PENDING


async def test_payment_checks_back_off_and_end_after_the_payment_s_lifetime(
    app: AppContext, gateway: FakePayments, clock: Clock
) -> None:
    started_at = clock.current
    await start_payment(app, await create_user())

    rests = await check_until_the_end(app, clock)

    assert [rest // MINUTE for rest in rests] == [5, 5, 10, 20, 40, 80, *[120] * 10]
    assert clock.current <= started_at + app.settings.payment_lifetime
    assert (gateway.verified, (await Payment.get()).status) == (16, PaymentStatus.FAILED)


async def test_a_long_lifetime_does_not_end_checks_early(app: AppContext, clock: Clock) -> None:
    patient = with_settings(app, payment_lifetime=timedelta(days=7))
    started_at = clock.current
    await start_payment(patient, await create_user())

    await check_until_the_end(patient, clock)

    assert clock.current > started_at + timedelta(days=6)


async def test_an_abandoned_payment_is_still_credited_when_its_payer_returns(
    app: AppContext, gateway: FakePayments, clock: Clock
) -> None:
    payer = await create_user()
    payment = await start_payment(app, payer)
    await check_until_the_end(app, clock)

    gateway.pay(payment.authority or "")

    assert await confirm_payment(app, payment) is PaymentStatus.PAID
    assert await get_balance(payer) == AMOUNT


async def test_a_canceled_payment_is_checked_too_and_stays_canceled_if_it_was_not_paid(
    app: AppContext, clock: Clock
) -> None:
    payment = await start_payment(app, await create_user())
    await confirm_payment(app, payment, is_canceled=True)

    assert len(await check_until_the_end(app, clock)) == 16
    assert (await Payment.get()).status is PaymentStatus.CANCELED


async def test_a_canceled_payment_that_was_paid_after_all_is_credited(
    app: AppContext, gateway: FakePayments, clock: Clock
) -> None:
    payer = await create_user()
    payment = await start_payment(app, payer)
    await confirm_payment(app, payment, is_canceled=True)
    gateway.pay(payment.authority or "")

    clock.move(FIRST_CHECK)
    await payment_checks.check_payments(app)

    assert await get_balance(payer) == AMOUNT


@pytest.mark.parametrize("arrived", [AMOUNT, AMOUNT - 1])
async def test_a_settled_payment_is_not_checked(
    arrived: int, app: AppContext, gateway: FakePayments, clock: Clock
) -> None:
    payment = await start_payment(app, await create_user())
    gateway.paid[payment.authority or ""] = arrived  # type: ignore[assignment]  # Toman
    await confirm_payment(app, payment)
    before = await read_all_rows()

    clock.move(timedelta(days=1))

    assert await payment_checks.check_payments(app) == 0
    assert (await read_all_rows(), gateway.verified) == (before, 1)


async def test_an_unopened_payment_is_not_checked(
    app: AppContext, gateway: FakePayments, clock: Clock
) -> None:
    await Payment.create(
        gateway="sandbox",
        amount=AMOUNT,
        check_after=clock.current,
        created_at=clock.current,
        updated_at=clock.current,
    )

    clock.move(timedelta(days=1))

    assert (await payment_checks.check_payments(app), gateway.verified) == (0, 0)


async def test_each_due_payment_is_checked_once_by_concurrent_workers(
    app: AppContext, gateway: FakePayments, clock: Clock
) -> None:
    payers = [await create_user() for _ in range(3)]
    for payer in payers:
        await create_paid_payment(app, payer)
    clock.move(FIRST_CHECK)

    requested = await asyncio.gather(*(payment_checks.check_payments(app) for _ in range(5)))

    assert (sum(requested), gateway.verified) == (3, 3)
    assert [await get_balance(payer) for payer in payers] == [AMOUNT] * 3


async def test_due_payments_are_checked_in_batches_of_twenty_oldest_first(
    app: AppContext, clock: Clock
) -> None:
    payer = await create_user()
    for _ in range(23):
        await create_paid_payment(app, payer)
        clock.move(SECOND)
    latest = [row.id for row in await Payment.all().order_by("-id").limit(3)]
    clock.move(FIRST_CHECK)

    assert await payment_checks.check_payments(app) == 20
    waiting = await Payment.filter(status=PaymentStatus.PENDING).order_by("-id")
    assert [row.id for row in waiting] == latest
    assert await payment_checks.check_payments(app) == 3
    assert await get_balance(payer) == 23 * AMOUNT


async def test_a_payment_at_a_removed_gateway_does_not_delay_the_others(
    app: AppContext, clock: Clock
) -> None:
    payer = await create_user()
    stranded, payment = await create_paid_payment(app, payer), await create_paid_payment(app, payer)
    await Payment.filter(id=stranded.id).update(gateway="zibal")

    clock.move(FIRST_CHECK)
    await payment_checks.check_payments(app)

    assert (await Payment.get(id=stranded.id)).status is PaymentStatus.PENDING
    assert (await Payment.get(id=payment.id)).status is PaymentStatus.PAID


async def test_a_payment_is_settled_once_its_removed_gateway_is_configured_again(
    app: AppContext, clock: Clock
) -> None:
    payer = await create_user()
    await create_paid_payment(app, payer)
    clock.move(FIRST_CHECK)
    await payment_checks.check_payments(replace(app, payments={}))

    clock.move(FIRST_CHECK)
    await payment_checks.check_payments(app)

    assert await get_balance(payer) == AMOUNT


async def test_a_payment_without_a_gateway_verdict_waits_for_staff_who_are_notified(
    app: AppContext, gateway: FakePayments, clock: Clock
) -> None:
    payer, owner = await create_user(), await create_user()
    await User.filter(id=owner.id).update(role=UserRole.OWNER)
    await create_paid_payment(app, payer)

    while (due := (await Payment.get()).check_after) is not None:
        clock.current = due
        gateway.fail_next = TIMED_OUT
        await payment_checks.check_payments(app)

    payment = await Payment.get()
    assert payment.status is PaymentStatus.UNVERIFIED
    assert await Notification.filter(user_id=owner.id, kind=NotificationKind.PAYMENT_MISMATCHED).count() == 1
    assert await get_balance(payer) == 0

    assert await confirm_payment(app, payment) is PaymentStatus.PAID
    assert await confirm_payment(app, payment) is PaymentStatus.PAID
    assert await get_balance(payer) == AMOUNT


async def test_a_payment_of_a_gateway_that_is_configured_no_more_waits_for_staff_in_the_end(
    app: AppContext, clock: Clock
) -> None:
    await start_payment(app, await create_user())
    await Payment.all().update(gateway="zibal")

    while (due := (await Payment.get()).check_after) is not None:
        clock.current = due
        await payment_checks.check_payments(app)

    assert (await Payment.get()).status is PaymentStatus.UNVERIFIED
