"""The audit finds what the ledger does not explain, and nothing in a sound shop."""

import pytest
from tortoise.transactions import in_transaction

import database
from domain.enums import LedgerKind, PaymentStatus
from domain.money import Toman
from domain.order_status import OrderStatus
from models import LedgerEntry, Order, Payment, User
from resolvers import free_credit, gifts, wallet, wheel
from resolvers.app_context import AppContext
from resolvers.ledger_audit import Difference, audit_ledger, audit_wallets
from tests.append_only import allow_row_changes
from tests.fakes import TIMESTAMP, create_user
from tests.resolvers import factories
from tests.resolvers.factories import create_gift, create_service
from tests.resolvers.money_steps import (
    AMOUNT,
    LINK,
    confirm_payment,
    create_paid_payment,
    place_order_for,
    start_payment,
)

pytestmark = pytest.mark.both_databases

BALANCE = "balance is the sum of the ledger"
RUNNING_SUM = "balance after each entry is the running sum"
CHARGED = "order was charged once"
REFUNDED = "order gave back what its ledger says"
CREDITED = "payment was credited once, if it was paid"
_ALL_USERS = {"first_user_id": 0, "last_user_id": 2**31 - 1}
REFERENCED = "charges, refunds and payments name what they belong to"


@pytest.fixture
async def buyer(app: AppContext) -> User:
    """A user who paid, ordered and got a partial refund: every kind of figure that the audit checks."""
    user = await create_user(balance=1_000)
    await confirm_payment(app, await create_paid_payment(app, user))
    order = await place_order_for(app, user, await create_service(price=1_000))
    await wallet.credit(
        user.id, Toman(40), kind=LedgerKind.REFUND, cause=f"order:{order.id}", order=order, now=TIMESTAMP
    )
    await Order.filter(id=order.id).update(refunded=40, status=OrderStatus.PARTIAL)
    return user


async def find_differences() -> list[tuple[str, str, int, int]]:
    return [(found.check, found.record, found.expected, found.actual) for found in await audit_ledger()]


async def get_entry(kind: LedgerKind) -> LedgerEntry:
    return await LedgerEntry.get(kind=kind)


async def test_an_empty_shop_has_no_difference(db: str) -> None:
    assert await audit_ledger() == []


async def test_a_sound_shop_has_no_difference(app: AppContext, buyer: User) -> None:
    other = await create_user()
    await start_payment(app, other)
    await free_credit.claim_free_credit(app, other)
    await create_gift(await create_service(price=0))
    won = await wheel.spin_wheel(app, other)
    await gifts.use_gift(other, user_gift_id=won.id, link=LINK)
    await place_order_for(app, other, won.gift.service)

    assert await audit_ledger() == []


@pytest.mark.parametrize("fault", [-1, 1])
async def test_a_balance_that_its_ledger_does_not_explain_is_found(fault: int, buyer: User) -> None:
    sum_of_entries = 1_000 + AMOUNT - 100 + 40
    await User.filter(id=buyer.id).update(balance=sum_of_entries + fault)

    assert await find_differences() == [(BALANCE, f"user {buyer.id}", sum_of_entries, sum_of_entries + fault)]


async def test_a_balance_without_any_ledger_is_found(db: str) -> None:
    user = await create_user()
    await User.filter(id=user.id).update(balance=5)

    assert await audit_ledger() == [Difference(check=BALANCE, record=f"user {user.id}", expected=0, actual=5)]


async def test_an_entry_with_a_wrong_balance_is_found(buyer: User) -> None:
    entry = await get_entry(LedgerKind.ORDER_CHARGE)
    reported = entry.balance_after
    async with allow_row_changes():
        await LedgerEntry.filter(id=entry.id).update(balance_after=reported + 1)

    assert await find_differences() == [(RUNNING_SUM, f"ledger entry {entry.id}", reported, reported + 1)]


async def test_an_order_whose_charge_differs_from_the_ledger_is_found(buyer: User) -> None:
    order = await Order.get()
    await Order.filter(id=order.id).update(charge=101)

    assert await find_differences() == [(CHARGED, f"order {order.id}", 101, 100)]


async def test_an_order_that_was_never_charged_is_found(buyer: User) -> None:
    order = await factories.create_order(buyer, await create_service(), charge=70)

    assert await find_differences() == [(CHARGED, f"order {order.id}", 70, 0)]


async def test_an_order_that_was_charged_twice_is_found(buyer: User) -> None:
    order = await Order.get()
    spending = await wallet.spend(buyer.id, Toman(100))
    await LedgerEntry.create(
        user=buyer,
        kind=LedgerKind.ORDER_CHARGE,
        amount=-100,
        balance_after=spending.balance_after,
        cause="order:again",
        order=order,
        created_at=TIMESTAMP,
    )

    assert await find_differences() == [(CHARGED, f"order {order.id}", 100, 200)]


@pytest.mark.parametrize("refunded", [0, 39, 41, 100])
async def test_an_order_whose_refund_differs_from_the_ledger_is_found(refunded: int, buyer: User) -> None:
    order = await Order.get()
    await Order.filter(id=order.id).update(refunded=refunded)

    assert await find_differences() == [(REFUNDED, f"order {order.id}", 40, refunded)]


async def test_a_payment_that_was_paid_and_not_credited_is_found(app: AppContext, buyer: User) -> None:
    payment = await start_payment(app, buyer)
    await Payment.filter(id=payment.id).update(status=PaymentStatus.PAID)

    assert await find_differences() == [(CREDITED, f"payment {payment.id}", AMOUNT, 0)]


@pytest.mark.parametrize("status", [status for status in PaymentStatus if status is not PaymentStatus.PAID])
async def test_a_payment_that_was_credited_and_not_paid_is_found(status: PaymentStatus, buyer: User) -> None:
    payment = await Payment.get()
    await Payment.filter(id=payment.id).update(status=status)

    assert await find_differences() == [(CREDITED, f"payment {payment.id}", 0, AMOUNT)]


async def test_a_payment_that_was_credited_with_another_amount_is_found(buyer: User) -> None:
    payment = await Payment.get()
    await Payment.filter(id=payment.id).update(amount=AMOUNT * 10)

    assert await find_differences() == [(CREDITED, f"payment {payment.id}", AMOUNT * 10, AMOUNT)]


@pytest.mark.parametrize("kind", [LedgerKind.REFUND, LedgerKind.PAYMENT])
async def test_a_credit_without_a_reference_is_found(kind: LedgerKind, buyer: User) -> None:
    entry = await wallet.credit(buyer.id, Toman(9), kind=kind, cause="unknown", now=TIMESTAMP)

    assert await find_differences() == [(REFERENCED, f"ledger entry {entry.id}", 0, 9)]


async def test_a_charge_without_an_order_is_found(buyer: User) -> None:
    spending = await wallet.spend(buyer.id, Toman(9))
    entry = await LedgerEntry.create(
        user=buyer,
        kind=LedgerKind.ORDER_CHARGE,
        amount=-9,
        balance_after=spending.balance_after,
        cause="unknown",
        created_at=TIMESTAMP,
    )

    assert await find_differences() == [(REFERENCED, f"ledger entry {entry.id}", 0, -9)]


async def test_imported_orders_and_test_payments_are_left_out(app: AppContext, buyer: User) -> None:
    order = await factories.create_order(buyer, await create_service(), charge=70)
    await Order.filter(id=order.id).update(is_imported=True, refunded=70)
    payment = await start_payment(app, buyer)
    await Payment.filter(id=payment.id).update(user_id=None, status=PaymentStatus.PAID)

    assert await audit_ledger() == []


async def test_differences_of_several_records_are_all_reported(buyer: User) -> None:
    order, payment = await Order.get(), await Payment.get()
    await Order.filter(id=order.id).update(refunded=0)
    await Payment.filter(id=payment.id).update(status=PaymentStatus.FAILED)

    assert {(check, record) for check, record, _, _ in await find_differences()} == {
        (REFUNDED, f"order {order.id}"),
        (CREDITED, f"payment {payment.id}"),
    }


async def test_a_charge_taken_from_another_user_is_found(buyer: User) -> None:
    order = await Order.get()
    await Order.filter(id=order.id).update(user_id=(await create_user()).id)

    assert await find_differences() != []


async def test_a_payment_credited_to_another_user_is_found(buyer: User) -> None:
    payment = await Payment.get()
    await Payment.filter(id=payment.id).update(user_id=(await create_user()).id)

    assert await find_differences() != []


async def test_a_test_payment_that_was_credited_is_found(buyer: User) -> None:
    payment = await Payment.get()
    await Payment.filter(id=payment.id).update(user_id=None)

    assert await find_differences() != []


# What writes past the operations could leave, each found by its own check.
_PLANTED = {
    "canceled or refunded order gave its whole charge back": "UPDATE orders SET status = 'canceled'",
    "order has the quantity that was charged": "UPDATE orders SET quantity = quantity * 10",
    "record of the old panel has no entry": "UPDATE orders SET is_imported = TRUE",
    "adjustment is in the log of staff's actions": (
        "INSERT INTO ledger_entries (user_id, kind, amount, balance_after, cause, created_at) "
        "SELECT id, 'adjustment', 5000, balance + 5000, 'adjustment:x', created_at FROM users"
    ),
    "opening balance is a wallet's first entry": (
        "INSERT INTO ledger_entries (user_id, kind, amount, balance_after, cause, created_at) "
        "SELECT id, 'opening', 5000, balance + 5000, 'opening:user:0', created_at FROM users"
    ),
    "free credit is no later than the user's last turn": (
        "INSERT INTO ledger_entries (user_id, kind, amount, balance_after, cause, created_at) "
        "SELECT id, 'free_credit', 5000, balance + 5000, 'free_credit:0:0', created_at FROM users"
    ),
}


async def test_changes_that_bypass_the_operations_are_found(
    app: AppContext, buyer: User, subtests: pytest.Subtests
) -> None:
    for check, statement in _PLANTED.items():
        with subtests.test(check):
            async with in_transaction() as transaction:
                await transaction.execute_query(statement)
                if statement.startswith("INSERT"):
                    await transaction.execute_query("UPDATE users SET balance = balance + 5000")
                found = {difference.check for difference in await audit_wallets(**_ALL_USERS)}
                await transaction.rollback()
            assert check in found
    assert await audit_ledger() == []


async def test_records_of_deleted_users_are_found(app: AppContext, buyer: User) -> None:
    if database.dialect() == "postgres":
        async with in_transaction() as transaction:
            await transaction.execute_query("SET LOCAL session_replication_role = replica")
            await transaction.execute_query(f"DELETE FROM users WHERE id = {buyer.id}")
    else:
        # SQLite ignores the switch inside a transaction.
        await database.fetch("PRAGMA foreign_keys = OFF")
        await database.fetch(f"DELETE FROM users WHERE id = {buyer.id}")
        await database.fetch("PRAGMA foreign_keys = ON")

    found = {difference.check for difference in await audit_wallets(**_ALL_USERS)}

    assert {"order belongs to a user", "payment belongs to a user", "entry belongs to a user"} <= found
