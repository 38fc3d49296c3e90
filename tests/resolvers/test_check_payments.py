"""Payments whose payer never came back are asked about, ever more seldom, and each by one process."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.roles import UserRole
from domain.states import NotificationKind, PaymentStatus
from gateways.errors import GatewayUnavailable
from models import Notification, Payment, User
from resolvers import payment_checks
from resolvers.shop import Shop
from tests.database_state import all_rows
from tests.fakes import FakePayments, create_user
from tests.resolvers.logins import with_settings
from tests.resolvers.money_records import (
    AMOUNT,
    SECOND,
    Clock,
    balance_of,
    bank_of,
    confirm,
    paid,
    start,
    stop_clock,
)

pytestmark = pytest.mark.both_databases

MINUTE = timedelta(minutes=1)
FIRST_CHECK = 5 * MINUTE
TIMED_OUT = GatewayUnavailable("timed out", request_sent=True)


@pytest.fixture
def bank(shop: Shop) -> FakePayments:
    return bank_of(shop)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return stop_clock(monkeypatch)


async def check_until_the_end(shop: Shop, clock: Clock) -> list[timedelta]:
    """Ask whenever the only payment is due, until it is no more; how long it rested before each."""
    rests = []
    while (due := (await Payment.get()).check_after) is not None:
        rests.append(due - clock.moment)
        clock.moment = due
        assert await payment_checks.check_payments(shop) == 1
    return rests


async def test_a_payment_is_asked_about_after_five_minutes_and_credited_if_it_was_paid(
    shop: Shop, clock: Clock
) -> None:
    payer = await create_user()
    await paid(shop, payer)

    clock.move(FIRST_CHECK - SECOND)
    assert await payment_checks.check_payments(shop) == 0
    clock.move(SECOND)
    assert await payment_checks.check_payments(shop) == 1

    payment = await Payment.get()
    assert (payment.status, payment.check_after) == (PaymentStatus.PAID, None)
    assert await balance_of(payer) == AMOUNT


async def test_a_payment_that_timed_out_when_its_payer_came_back_is_settled_later(
    shop: Shop, bank: FakePayments, clock: Clock
) -> None:
    payer = await create_user()
    payment = await paid(shop, payer)
    bank.fail_next = TIMED_OUT
    assert await confirm(shop, payment) is PaymentStatus.PENDING

    clock.move(FIRST_CHECK)
    await payment_checks.check_payments(shop)

    assert (await Payment.get()).status is PaymentStatus.PAID
    assert await balance_of(payer) == AMOUNT


@pytest.mark.parametrize("times_out", [True, False])
async def test_a_payment_that_is_not_paid_stays_pending_until_it_is_due_again(
    times_out: bool, shop: Shop, bank: FakePayments, clock: Clock
) -> None:
    await start(shop, await create_user())
    bank.fail_next = TIMED_OUT if times_out else None
    clock.move(FIRST_CHECK)
    assert await payment_checks.check_payments(shop) == 1

    assert await payment_checks.check_payments(shop) == 0
    assert (await Payment.get()).status is PaymentStatus.PENDING


async def test_the_gateway_is_asked_ever_more_seldom_and_no_more_after_the_payments_lifetime(
    shop: Shop, bank: FakePayments, clock: Clock
) -> None:
    started_at = clock.moment
    await start(shop, await create_user())

    rests = await check_until_the_end(shop, clock)

    assert [rest // MINUTE for rest in rests] == [5, 5, 10, 20, 40, 80, *[120] * 10]
    assert clock.moment <= started_at + shop.settings.payment_lifetime
    assert (bank.verified, (await Payment.get()).status) == (16, PaymentStatus.FAILED)


async def test_a_long_lifetime_does_not_end_the_asking_early(shop: Shop, clock: Clock) -> None:
    patient = with_settings(shop, payment_lifetime=timedelta(days=7))
    started_at = clock.moment
    await start(patient, await create_user())

    await check_until_the_end(patient, clock)

    assert clock.moment > started_at + timedelta(days=6)


async def test_a_payment_that_was_given_up_is_still_credited_when_its_payer_comes_back(
    shop: Shop, bank: FakePayments, clock: Clock
) -> None:
    payer = await create_user()
    payment = await start(shop, payer)
    await check_until_the_end(shop, clock)

    bank.pay(payment.authority or "")

    assert await confirm(shop, payment) is PaymentStatus.PAID
    assert await balance_of(payer) == AMOUNT


async def test_a_canceled_payment_is_asked_about_too_and_stays_canceled_if_it_was_not_paid(
    shop: Shop, clock: Clock
) -> None:
    payment = await start(shop, await create_user())
    await confirm(shop, payment, is_canceled=True)

    assert len(await check_until_the_end(shop, clock)) == 16
    assert (await Payment.get()).status is PaymentStatus.CANCELED


async def test_a_canceled_payment_that_was_paid_after_all_is_credited(
    shop: Shop, bank: FakePayments, clock: Clock
) -> None:
    payer = await create_user()
    payment = await start(shop, payer)
    await confirm(shop, payment, is_canceled=True)
    bank.pay(payment.authority or "")

    clock.move(FIRST_CHECK)
    await payment_checks.check_payments(shop)

    assert await balance_of(payer) == AMOUNT


@pytest.mark.parametrize("arrived", [AMOUNT, AMOUNT - 1])
async def test_a_settled_payment_is_not_asked_about(
    arrived: int, shop: Shop, bank: FakePayments, clock: Clock
) -> None:
    payment = await start(shop, await create_user())
    bank.paid[payment.authority or ""] = arrived  # type: ignore[assignment]  # Toman
    await confirm(shop, payment)
    before = await all_rows()

    clock.move(timedelta(days=1))

    assert await payment_checks.check_payments(shop) == 0
    assert (await all_rows(), bank.verified) == (before, 1)


async def test_a_payment_that_the_gateway_did_not_open_is_not_asked_about(
    shop: Shop, bank: FakePayments, clock: Clock
) -> None:
    await Payment.create(
        gateway="sandbox",
        amount=AMOUNT,
        check_after=clock.moment,
        created_at=clock.moment,
        updated_at=clock.moment,
    )

    clock.move(timedelta(days=1))

    assert (await payment_checks.check_payments(shop), bank.verified) == (0, 0)


async def test_each_due_payment_is_asked_about_once_however_many_ask(
    shop: Shop, bank: FakePayments, clock: Clock
) -> None:
    payers = [await create_user() for _ in range(3)]
    for payer in payers:
        await paid(shop, payer)
    clock.move(FIRST_CHECK)

    asked = await asyncio.gather(*(payment_checks.check_payments(shop) for _ in range(5)))

    assert (sum(asked), bank.verified) == (3, 3)
    assert [await balance_of(payer) for payer in payers] == [AMOUNT] * 3


async def test_many_due_payments_are_asked_about_twenty_at_a_time_the_longest_due_first(
    shop: Shop, clock: Clock
) -> None:
    payer = await create_user()
    for _ in range(23):
        await paid(shop, payer)
        clock.move(SECOND)
    latest = [row.id for row in await Payment.all().order_by("-id").limit(3)]
    clock.move(FIRST_CHECK)

    assert await payment_checks.check_payments(shop) == 20
    waiting = await Payment.filter(status=PaymentStatus.PENDING).order_by("-id")
    assert [row.id for row in waiting] == latest
    assert await payment_checks.check_payments(shop) == 3
    assert await balance_of(payer) == 23 * AMOUNT


async def test_a_payment_at_a_gateway_that_the_shop_left_does_not_hold_up_the_others(
    shop: Shop, clock: Clock
) -> None:
    payer = await create_user()
    stranded, payment = await paid(shop, payer), await paid(shop, payer)
    await Payment.filter(id=stranded.id).update(gateway="zibal")

    clock.move(FIRST_CHECK)
    await payment_checks.check_payments(shop)

    assert (await Payment.get(id=stranded.id)).status is PaymentStatus.PENDING
    assert (await Payment.get(id=payment.id)).status is PaymentStatus.PAID


async def test_a_payment_is_settled_once_the_gateway_that_the_shop_left_is_back(
    shop: Shop, clock: Clock
) -> None:
    payer = await create_user()
    await paid(shop, payer)
    clock.move(FIRST_CHECK)
    await payment_checks.check_payments(replace(shop, payments={}))

    clock.move(FIRST_CHECK)
    await payment_checks.check_payments(shop)

    assert await balance_of(payer) == AMOUNT


async def test_a_payment_that_the_gateway_never_judged_waits_for_staff_who_are_notified(
    shop: Shop, bank: FakePayments, clock: Clock
) -> None:
    payer, owner = await create_user(), await create_user()
    await User.filter(id=owner.id).update(role=UserRole.OWNER)
    await paid(shop, payer)

    while (due := (await Payment.get()).check_after) is not None:
        clock.moment = due
        bank.fail_next = TIMED_OUT
        await payment_checks.check_payments(shop)

    payment = await Payment.get()
    assert payment.status is PaymentStatus.UNVERIFIED
    assert await Notification.filter(user_id=owner.id, kind=NotificationKind.PAYMENT_MISMATCHED).count() == 1
    assert await balance_of(payer) == 0

    assert await confirm(shop, payment) is PaymentStatus.PAID
    assert await confirm(shop, payment) is PaymentStatus.PAID
    assert await balance_of(payer) == AMOUNT


async def test_a_payment_of_a_gateway_that_is_configured_no_more_waits_for_staff_in_the_end(
    shop: Shop, clock: Clock
) -> None:
    await start(shop, await create_user())
    await Payment.all().update(gateway="zibal")

    while (due := (await Payment.get()).check_after) is not None:
        clock.moment = due
        await payment_checks.check_payments(shop)

    assert (await Payment.get()).status is PaymentStatus.UNVERIFIED
