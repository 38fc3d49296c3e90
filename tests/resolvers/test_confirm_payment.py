"""Payments are believed only as the gateway itself tells, and credited once."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.problems import PaymentNotFound
from domain.roles import UserRole
from domain.states import LedgerKind, NotificationKind, PaymentStatus
from gateways.errors import GatewayAnsweredNonsense, GatewayError, GatewayRefused, GatewayUnavailable
from models import LedgerEntry, Notification, Payment, User
from resolvers import notifications, payments
from resolvers.shop import Shop
from tests.database_state import all_rows, stored_rows
from tests.fakes import FakePayments, create_user
from tests.resolvers.money_records import (
    AMOUNT,
    Clock,
    balance_of,
    bank_of,
    confirm,
    ledger_of,
    paid,
    start,
    stop_clock,
)
from tests.rest_compat import reference

pytestmark = pytest.mark.both_databases

MINUTE = timedelta(minutes=1)
SAYINGS = pytest.mark.parametrize(
    ("is_canceled", "unpaid"), [(True, PaymentStatus.CANCELED), (False, PaymentStatus.FAILED)]
)


@pytest.fixture
def bank(shop: Shop) -> FakePayments:
    return bank_of(shop)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return stop_clock(monkeypatch)


async def test_a_paid_payment_is_credited_with_the_gateways_receipt(
    shop: Shop, bank: FakePayments, clock: Clock
) -> None:
    payer = await create_user(balance=7)
    payment = await paid(shop, payer)
    clock.move(MINUTE)

    assert await confirm(shop, payment) is PaymentStatus.PAID

    stored, entry = await Payment.get(), await LedgerEntry.get(kind=LedgerKind.PAYMENT)
    assert (stored.reference, stored.card_mask) == ("201", "502229******5995")
    assert (stored.credited_at, stored.updated_at, stored.check_after) == (clock.moment, clock.moment, None)
    assert (entry.user_id, entry.amount, entry.balance_after) == (payer.id, AMOUNT, AMOUNT + 7)
    assert (entry.cause, entry.payment_id, entry.order_id) == (f"payment:{payment.id}", payment.id, None)
    assert (entry.created_at, await balance_of(payer)) == (clock.moment, AMOUNT + 7)


@pytest.mark.parametrize("is_canceled", [True, False])
async def test_a_payment_is_credited_once_whatever_is_said_of_it_afterwards(
    is_canceled: bool, shop: Shop, bank: FakePayments
) -> None:
    payer = await create_user()
    payment = await paid(shop, payer)
    await confirm(shop, payment)
    before = await stored_rows()

    bank.paid.clear()

    assert await confirm(shop, payment, is_canceled=is_canceled) is PaymentStatus.PAID
    assert await stored_rows() == before


async def test_confirmations_at_once_credit_once(shop: Shop, bank: FakePayments) -> None:
    payer = await create_user()
    payment = await paid(shop, payer)

    statuses = await asyncio.gather(*(confirm(shop, payment) for _ in range(10)))

    assert set(statuses) == {PaymentStatus.PAID}
    assert await ledger_of(payer) == [(LedgerKind.PAYMENT, AMOUNT, AMOUNT)]
    assert await Notification.all().count() == 1


@SAYINGS
async def test_an_unpaid_payment_shows_what_its_payer_said_and_credits_nothing(
    is_canceled: bool, unpaid: PaymentStatus, shop: Shop
) -> None:
    payer = await create_user()
    payment = await start(shop, payer)

    assert await confirm(shop, payment, is_canceled=is_canceled) is unpaid
    assert (await ledger_of(payer), await Notification.exists()) == ([], False)


@SAYINGS
async def test_a_payment_that_was_not_paid_may_still_be(
    is_canceled: bool, unpaid: PaymentStatus, shop: Shop, bank: FakePayments
) -> None:
    payer = await create_user()
    payment = await start(shop, payer)
    assert await confirm(shop, payment, is_canceled=is_canceled) is unpaid

    bank.pay(payment.authority or "")

    assert await confirm(shop, payment) is PaymentStatus.PAID
    assert await balance_of(payer) == AMOUNT


async def test_the_first_word_of_an_unpaid_payment_stands(shop: Shop) -> None:
    payment = await start(shop, await create_user())
    await confirm(shop, payment, is_canceled=True)

    assert await confirm(shop, payment, is_canceled=False) is PaymentStatus.CANCELED


@pytest.mark.parametrize("arrived", [1, AMOUNT // 10, AMOUNT - 1, AMOUNT + 1, AMOUNT * 10])
async def test_another_amount_is_never_credited_even_if_the_gateway_later_tells_the_right_one(
    arrived: int, shop: Shop, bank: FakePayments
) -> None:
    payer = await create_user()
    payment = await start(shop, payer)
    bank.paid[payment.authority or ""] = arrived  # type: ignore[assignment]  # Toman

    assert await confirm(shop, payment) is PaymentStatus.MISMATCHED
    bank.pay(payment.authority or "")

    assert await confirm(shop, payment) is PaymentStatus.MISMATCHED
    assert (await ledger_of(payer), (await Payment.get()).check_after) == ([], None)


async def test_staff_of_money_are_told_once_of_another_amount(shop: Shop, bank: FakePayments) -> None:
    staff = {role: await create_user() for role in UserRole}
    for role, member in staff.items():
        await User.filter(id=member.id).update(role=role)
    retired = await create_user()
    await User.filter(id=retired.id).update(role=UserRole.OWNER, is_active=False)
    payment = await start(shop, staff[UserRole.USER])
    bank.paid[payment.authority or ""] = AMOUNT - 1  # type: ignore[assignment]  # Toman

    await asyncio.gather(*(confirm(shop, payment) for _ in range(3)))

    told = await Notification.all()
    assert sorted(row.user_id for row in told) == [staff[UserRole.MANAGER].id, staff[UserRole.OWNER].id]
    assert {row.kind for row in told} == {NotificationKind.PAYMENT_MISMATCHED}
    assert all(str(payment.id) in row.message and str(AMOUNT) in row.message for row in told)


@pytest.mark.parametrize(
    "failure",
    [
        GatewayUnavailable("timed out", request_sent=True),
        GatewayAnsweredNonsense("?"),
        GatewayRefused(-11, "no"),
    ],
    ids=lambda failure: type(failure).__name__,
)
async def test_a_gateway_without_a_verdict_leaves_the_payment_as_it_is(
    failure: GatewayError, shop: Shop, bank: FakePayments
) -> None:
    payment = await paid(shop, await create_user())
    before, bank.fail_next = await all_rows(), failure

    assert await confirm(shop, payment, is_canceled=True) is PaymentStatus.PENDING
    assert await all_rows() == before


async def test_a_payment_at_a_gateway_that_the_shop_left_waits_until_it_is_back(
    shop: Shop, bank: FakePayments
) -> None:
    payer = await create_user()
    payment = await paid(shop, payer)

    assert await confirm(replace(shop, payments={}), payment) is PaymentStatus.PENDING
    assert await confirm(shop, payment) is PaymentStatus.PAID
    assert await balance_of(payer) == AMOUNT


@pytest.mark.parametrize(
    "authority", ["", "S" + "0" * 35, "S" * 65, "S%", "a\x00b", "\ud800"], ids=lambda it: ascii(it[:9])
)
async def test_an_authority_of_no_payment_is_not_found(authority: str, shop: Shop) -> None:
    await start(shop, await create_user())

    with pytest.raises(PaymentNotFound):
        await payments.confirm_payment(
            shop, gateways=["zarinpal", "sandbox"], authority=authority, is_canceled=False
        )


async def test_an_authority_counts_only_at_the_gateways_that_word_their_callback_so(
    shop: Shop, bank: FakePayments
) -> None:
    payment = await paid(shop, await create_user())

    with pytest.raises(PaymentNotFound):
        await payments.confirm_payment(
            shop, gateways=["zibal"], authority=payment.authority or "", is_canceled=False
        )


async def test_the_payer_is_told_in_the_references_words(shop: Shop, bank: FakePayments) -> None:
    payer = await create_user()
    await User.filter(id=payer.id).update(first_name="Ehsan")

    await confirm(shop, await paid(shop, payer, amount=12_000))

    told, credited = await Notification.get(), await LedgerEntry.get()
    [documented] = reference.answer("GET", "/v1/user/notifications")["notifications"]
    assert (told.user_id, told.kind) == (payer.id, NotificationKind.PAYMENT_CREDITED)
    assert (told.message, told.created_at) == (documented["message"], credited.created_at)


async def test_a_notification_that_fails_takes_the_credit_and_the_status_back(
    shop: Shop, bank: FakePayments, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = await paid(shop, await create_user())
    before = await stored_rows()

    async def fail(*_: object, **__: object) -> None:
        raise RuntimeError("struck")

    with monkeypatch.context() as broken:
        broken.setattr(notifications, "notify", fail)
        with pytest.raises(RuntimeError):
            await confirm(shop, payment)

    assert await stored_rows() == before
    assert await confirm(shop, payment) is PaymentStatus.PAID
