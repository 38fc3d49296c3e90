"""Payments are credited only on the gateway's own verdict, and once."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.enums import LedgerKind, NotificationKind, PaymentStatus
from domain.problems import PaymentNotFound
from domain.roles import UserRole
from gateways.errors import GatewayError, GatewayInvalidResponse, GatewayRejected, GatewayUnavailable
from models import LedgerEntry, Notification, Payment, User
from resolvers import notifications, payments
from resolvers.app_context import AppContext
from tests.database_state import read_all_rows, read_stored_rows
from tests.fakes import FakePayments, create_user
from tests.resolvers.money_steps import (
    AMOUNT,
    Clock,
    confirm_payment,
    create_paid_payment,
    get_balance,
    get_gateway,
    get_ledger,
    start_payment,
    stop_clock,
)
from tests.rest_compat import reference

pytestmark = pytest.mark.both_databases

MINUTE = timedelta(minutes=1)
SAYINGS = pytest.mark.parametrize(
    ("is_canceled", "unpaid"), [(True, PaymentStatus.CANCELED), (False, PaymentStatus.FAILED)]
)


@pytest.fixture
def gateway(app: AppContext) -> FakePayments:
    return get_gateway(app)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return stop_clock(monkeypatch)


async def test_a_paid_payment_is_credited_with_the_gateways_receipt(
    app: AppContext, gateway: FakePayments, clock: Clock
) -> None:
    payer = await create_user(balance=7)
    payment = await create_paid_payment(app, payer)
    clock.move(MINUTE)

    assert await confirm_payment(app, payment) is PaymentStatus.PAID

    stored, entry = await Payment.get(), await LedgerEntry.get(kind=LedgerKind.PAYMENT)
    assert (stored.reference, stored.card_mask) == ("201", "502229******5995")
    assert (stored.credited_at, stored.updated_at, stored.check_after) == (clock.current, clock.current, None)
    assert (entry.user_id, entry.amount, entry.balance_after) == (payer.id, AMOUNT, AMOUNT + 7)
    assert (entry.cause, entry.payment_id, entry.order_id) == (f"payment:{payment.id}", payment.id, None)
    assert (entry.created_at, await get_balance(payer)) == (clock.current, AMOUNT + 7)


@pytest.mark.parametrize("is_canceled", [True, False])
async def test_a_payment_is_credited_once_whatever_is_reported_afterwards(
    is_canceled: bool, app: AppContext, gateway: FakePayments
) -> None:
    payer = await create_user()
    payment = await create_paid_payment(app, payer)
    await confirm_payment(app, payment)
    before = await read_stored_rows()

    gateway.paid.clear()

    assert await confirm_payment(app, payment, is_canceled=is_canceled) is PaymentStatus.PAID
    assert await read_stored_rows() == before


async def test_confirmations_at_once_credit_once(app: AppContext, gateway: FakePayments) -> None:
    payer = await create_user()
    payment = await create_paid_payment(app, payer)

    statuses = await asyncio.gather(*(confirm_payment(app, payment) for _ in range(10)))

    assert set(statuses) == {PaymentStatus.PAID}
    assert await get_ledger(payer) == [(LedgerKind.PAYMENT, AMOUNT, AMOUNT)]
    assert await Notification.all().count() == 1


@SAYINGS
async def test_an_unpaid_payment_shows_the_payer_s_decision_and_credits_nothing(
    is_canceled: bool, unpaid: PaymentStatus, app: AppContext
) -> None:
    payer = await create_user()
    payment = await start_payment(app, payer)

    assert await confirm_payment(app, payment, is_canceled=is_canceled) is unpaid
    assert (await get_ledger(payer), await Notification.exists()) == ([], False)


@SAYINGS
async def test_a_payment_that_was_not_paid_may_still_be(
    is_canceled: bool, unpaid: PaymentStatus, app: AppContext, gateway: FakePayments
) -> None:
    payer = await create_user()
    payment = await start_payment(app, payer)
    assert await confirm_payment(app, payment, is_canceled=is_canceled) is unpaid

    gateway.pay(payment.authority or "")

    assert await confirm_payment(app, payment) is PaymentStatus.PAID
    assert await get_balance(payer) == AMOUNT


async def test_the_first_status_of_an_unpaid_payment_is_kept(app: AppContext) -> None:
    payment = await start_payment(app, await create_user())
    await confirm_payment(app, payment, is_canceled=True)

    assert await confirm_payment(app, payment, is_canceled=False) is PaymentStatus.CANCELED


@pytest.mark.parametrize("arrived", [1, AMOUNT // 10, AMOUNT - 1, AMOUNT + 1, AMOUNT * 10])
async def test_a_mismatched_amount_is_never_credited_even_if_the_gateway_later_reports_the_right_one(
    arrived: int, app: AppContext, gateway: FakePayments
) -> None:
    payer = await create_user()
    payment = await start_payment(app, payer)
    gateway.paid[payment.authority or ""] = arrived  # type: ignore[assignment]  # Toman

    assert await confirm_payment(app, payment) is PaymentStatus.MISMATCHED
    gateway.pay(payment.authority or "")

    assert await confirm_payment(app, payment) is PaymentStatus.MISMATCHED
    assert (await get_ledger(payer), (await Payment.get()).check_after) == ([], None)


async def test_finance_staff_are_notified_once_of_a_mismatched_amount(
    app: AppContext, gateway: FakePayments
) -> None:
    staff = {role: await create_user() for role in UserRole}
    for role, member in staff.items():
        await User.filter(id=member.id).update(role=role)
    retired = await create_user()
    await User.filter(id=retired.id).update(role=UserRole.OWNER, is_active=False)
    payment = await start_payment(app, staff[UserRole.USER])
    gateway.paid[payment.authority or ""] = AMOUNT - 1  # type: ignore[assignment]  # Toman

    await asyncio.gather(*(confirm_payment(app, payment) for _ in range(3)))

    reported = await Notification.all()
    assert sorted(row.user_id for row in reported) == [staff[UserRole.MANAGER].id, staff[UserRole.OWNER].id]
    assert {row.kind for row in reported} == {NotificationKind.PAYMENT_MISMATCHED}
    assert all(str(payment.id) in row.message and str(AMOUNT) in row.message for row in reported)


@pytest.mark.parametrize(
    "failure",
    [
        GatewayUnavailable("timed out", request_sent=True),
        GatewayInvalidResponse("?"),
        GatewayRejected(-11, "no"),
    ],
    ids=lambda failure: type(failure).__name__,
)
async def test_a_gateway_without_a_result_leaves_the_payment_unchanged(
    failure: GatewayError, app: AppContext, gateway: FakePayments
) -> None:
    payment = await create_paid_payment(app, await create_user())
    before, gateway.fail_next = await read_all_rows(), failure

    assert await confirm_payment(app, payment, is_canceled=True) is PaymentStatus.PENDING
    assert await read_all_rows() == before


async def test_a_payment_at_a_removed_gateway_waits_until_it_is_configured_again(
    app: AppContext, gateway: FakePayments
) -> None:
    payer = await create_user()
    payment = await create_paid_payment(app, payer)

    assert await confirm_payment(replace(app, payments={}), payment) is PaymentStatus.PENDING
    assert await confirm_payment(app, payment) is PaymentStatus.PAID
    assert await get_balance(payer) == AMOUNT


@pytest.mark.parametrize(
    "authority", ["", "S" + "0" * 35, "S" * 65, "S%", "a\x00b", "\ud800"], ids=lambda it: ascii(it[:9])
)
async def test_an_authority_of_no_payment_is_not_found(authority: str, app: AppContext) -> None:
    await start_payment(app, await create_user())

    with pytest.raises(PaymentNotFound):
        await payments.confirm_payment(
            app, gateways=["zarinpal", "sandbox"], authority=authority, is_canceled=False
        )


async def test_an_authority_counts_only_for_gateways_with_that_callback_format(
    app: AppContext, gateway: FakePayments
) -> None:
    payment = await create_paid_payment(app, await create_user())

    with pytest.raises(PaymentNotFound):
        await payments.confirm_payment(
            app, gateways=["zibal"], authority=payment.authority or "", is_canceled=False
        )


async def test_the_payer_gets_the_documented_notification(app: AppContext, gateway: FakePayments) -> None:
    payer = await create_user()
    await User.filter(id=payer.id).update(first_name="Ehsan")

    await confirm_payment(app, await create_paid_payment(app, payer, amount=12_000))

    reported, credited = await Notification.get(), await LedgerEntry.get()
    [documented] = reference.get_answer("GET", "/v1/user/notifications")["notifications"]
    assert (reported.user_id, reported.kind) == (payer.id, NotificationKind.PAYMENT_CREDITED)
    assert (reported.message, reported.created_at) == (documented["message"], credited.created_at)


async def test_a_failing_notification_rolls_back_the_credit_and_the_status(
    app: AppContext, gateway: FakePayments, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = await create_paid_payment(app, await create_user())
    before = await read_stored_rows()

    async def fail(*_: object, **__: object) -> None:
        raise RuntimeError("struck")

    with monkeypatch.context() as broken:
        broken.setattr(notifications, "notify", fail)
        with pytest.raises(RuntimeError):
            await confirm_payment(app, payment)

    assert await read_stored_rows() == before
    assert await confirm_payment(app, payment) is PaymentStatus.PAID
