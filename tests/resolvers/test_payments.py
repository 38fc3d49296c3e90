"""Payments are opened at the gateway, once for each request."""

import pytest

import database
from config.settings import PaymentGatewayName
from domain.enums import LedgerKind, PaymentStatus
from domain.problems import (
    AmountOutOfRange,
    IdempotencyKeyInProgress,
    InvalidInput,
    PaymentGatewayUnavailable,
)
from gateways.errors import GatewayError, GatewayInvalidResponse, GatewayRejected, GatewayUnavailable
from models import LedgerEntry, Notification, Payment
from resolvers import payments
from resolvers.app_context import AppContext
from resolvers.filters import OneOf
from resolvers.pagination import Direction, PageRequest
from resolvers.payments import PaymentFilter
from tests.database_state import read_all_rows
from tests.fakes import FakePayments, create_user
from tests.resolvers.logins import with_settings
from tests.resolvers.money_steps import (
    AMOUNT,
    SECOND,
    Clock,
    InterleavedPayments,
    confirm_payment,
    get_columns,
    get_gateway,
    get_ledger,
    set_gateway,
    start_payment,
    stop_clock,
)

pytestmark = pytest.mark.both_databases


@pytest.fixture
def gateway(app: AppContext) -> FakePayments:
    return get_gateway(app)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return stop_clock(monkeypatch)


async def test_a_payment_is_opened_at_the_gateway_and_waits_for_its_payer(
    app: AppContext, gateway: FakePayments
) -> None:
    payer = await create_user()

    payment = await start_payment(app, payer)

    stored = await Payment.get()
    assert get_columns(payment) == get_columns(stored)
    assert (stored.user_id, stored.gateway, stored.amount) == (payer.id, "sandbox", AMOUNT)
    assert (stored.status, stored.credited_at, stored.reference) == (PaymentStatus.PENDING, None, None)
    assert gateway.opened == {stored.authority: AMOUNT}
    assert stored.url == f"https://bank.example/{stored.authority}"
    assert await get_ledger(payer) == []


@pytest.mark.parametrize("amount", [-(10**30), -1, 0, 999, 2_001, 10**30])
async def test_an_amount_out_of_range_is_refused_with_the_range_and_stores_nothing(
    amount: int, app: AppContext, gateway: FakePayments
) -> None:
    small_shop, payer = with_settings(app, payment_max=2_000), await create_user()
    before = await read_all_rows()

    with pytest.raises(AmountOutOfRange) as refusal:
        await start_payment(small_shop, payer, amount=amount, key="k")

    assert (refusal.value.min, refusal.value.max) == (1_000, 2_000)
    assert (await read_all_rows(), gateway.opened) == (before, {})


@pytest.mark.parametrize("amount", [1_000, 2_000])
async def test_the_bounds_themselves_may_be_paid(amount: int, app: AppContext) -> None:
    small_shop = with_settings(app, payment_max=2_000)

    assert (await start_payment(small_shop, await create_user(), amount=amount)).amount == amount


async def test_a_malformed_key_opens_nothing(app: AppContext, gateway: FakePayments) -> None:
    with pytest.raises(InvalidInput):
        await start_payment(app, await create_user(), key=" ")

    assert (await Payment.exists(), gateway.opened) == (False, {})


async def test_the_same_key_opens_one_payment(app: AppContext, gateway: FakePayments) -> None:
    payer = await create_user()

    first, again = await start_payment(app, payer, key="k"), await start_payment(app, payer, key="k")

    assert get_columns(again) == get_columns(first)
    assert (await Payment.all().count(), len(gateway.opened)) == (1, 1)


@pytest.mark.parametrize("is_paid", [True, False])
async def test_the_same_key_returns_the_payment_as_first_answered(
    is_paid: bool, app: AppContext, gateway: FakePayments
) -> None:
    payer = await create_user()
    first = await start_payment(app, payer, key="k")
    if is_paid:
        gateway.pay(first.authority or "")
    await confirm_payment(app, first)

    again = await start_payment(app, payer, key="k")

    shown = ("id", "amount", "status", "url", "gateway", "reference", "card_mask", "credited_at")
    assert [getattr(again, name) for name in shown] == [getattr(first, name) for name in shown]


@pytest.mark.parametrize(
    "failure",
    [GatewayUnavailable("down", request_sent=False), GatewayInvalidResponse("?"), GatewayRejected(-9, "no")],
    ids=lambda failure: type(failure).__name__,
)
async def test_a_failed_opening_is_reported_and_retried_for_the_same_payment(
    failure: GatewayError, app: AppContext, gateway: FakePayments
) -> None:
    payer, gateway.fail_next = await create_user(), failure
    with pytest.raises(PaymentGatewayUnavailable):
        await start_payment(app, payer, key="k")
    refused = await Payment.get()
    assert (refused.status, refused.url) == (PaymentStatus.FAILED, None)

    payment = await start_payment(app, payer, key="k")

    assert (payment.id, payment.status) == (refused.id, PaymentStatus.PENDING)
    assert get_columns(await Payment.get()) == get_columns(payment)


async def test_a_repeated_authority_opens_only_the_first_payment(app: AppContext) -> None:
    payer, other = await create_user(), await create_user()
    first = await start_payment(app, payer)
    await Payment.filter(id=first.id).update(authority=f"S{first.id + 1:035d}")

    with pytest.raises(PaymentGatewayUnavailable):
        await start_payment(app, other)

    assert (await Payment.get(user_id=other.id)).authority is None


async def test_a_duplicate_is_refused_while_the_first_is_at_the_gateway(app: AppContext) -> None:
    payer = await create_user()

    async def twin() -> None:
        with pytest.raises(IdempotencyKeyInProgress):
            await start_payment(app, payer, key="k")

    gateway = InterleavedPayments(twin)
    first = await start_payment(set_gateway(app, gateway), payer, key="k")

    assert get_columns(await start_payment(app, payer, key="k")) == get_columns(first)
    assert (await Payment.all().count(), len(gateway.opened)) == (1, 1)


async def test_a_start_that_died_at_the_gateway_is_over_after_twice_the_gateways_time(
    app: AppContext, clock: Clock
) -> None:
    payer = await create_user()

    async def die() -> None:
        raise RuntimeError("struck")

    with pytest.raises(RuntimeError):
        await start_payment(set_gateway(app, InterleavedPayments(die)), payer, key="k")
    clock.move(2 * app.settings.gateway_total_timeout - SECOND)
    with pytest.raises(IdempotencyKeyInProgress):
        await start_payment(app, payer, key="k")
    clock.move(SECOND)

    payment = await start_payment(app, payer, key="k")

    assert get_columns(await Payment.get()) == get_columns(payment)


async def test_the_gateway_is_never_called_inside_a_transaction(app: AppContext) -> None:
    outside = database.connection()
    seen: list[object] = []

    async def look() -> None:
        seen.append(database.connection())

    attended = set_gateway(app, InterleavedPayments(look))
    payment = await start_payment(attended, await create_user(), key="k")
    await confirm_payment(attended, payment)

    assert [connection is outside for connection in seen] == [True, True]


async def test_a_test_payment_can_be_completed_and_credits_no_wallet(
    app: AppContext, gateway: FakePayments
) -> None:
    bystander = await create_user(balance=5)

    payment = await payments.start_test_payment(app)

    assert payment is not None
    gateway.pay(payment.authority or "")
    assert await confirm_payment(app, payment) is PaymentStatus.PAID
    assert (await get_ledger(bystander), payment.user_id) == ([(LedgerKind.OPENING, 5, 5)], None)
    assert (await LedgerEntry.all().count(), await Notification.exists()) == (1, False)


async def test_a_shop_that_takes_real_money_has_no_test_payments(app: AppContext) -> None:
    real = with_settings(app, payment_gateway=PaymentGatewayName.ZARINPAL)

    assert await payments.start_test_payment(real) is None
    assert not await Payment.exists()


async def test_a_page_of_payments_holds_the_users_own_by_status(app: AppContext) -> None:
    payer, other = await create_user(), await create_user()
    pending, failed = await start_payment(app, payer), await start_payment(app, payer)
    await confirm_payment(app, failed)
    await start_payment(app, other)

    async def found(where: PaymentFilter) -> list[int]:
        page = await payments.get_payments_page(
            payer, page=PageRequest(), where=where, direction=Direction.ASC
        )
        return [payment.id for payment in page.nodes]

    assert await found(PaymentFilter()) == [pending.id, failed.id]
    assert await found(PaymentFilter(status=OneOf([PaymentStatus.FAILED]))) == [failed.id]
    assert await payments.get_payment(other, payment_id=pending.id) is None


@pytest.mark.parametrize("payment_id", [0, -1, 999_999, 2**31, 10**30])
async def test_an_id_of_no_payment_gives_none(payment_id: int, app: AppContext) -> None:
    payer = await create_user()
    await start_payment(app, payer)

    assert await payments.get_payment(payer, payment_id=payment_id) is None
