"""The wallet: balances, and the ledger that explains them."""

import asyncio
from datetime import timedelta

import pytest
from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

import database
from domain.enums import LedgerKind
from domain.money import MAX_AMOUNT, Toman
from domain.problems import InsufficientBalance
from models import LedgerEntry, User
from resolvers import wallet
from resolvers.filters import OneOf, Range
from resolvers.ledger_audit import audit_ledger
from resolvers.pagination import Direction, PageRequest
from resolvers.wallet import BalanceTooLarge, LedgerFilter
from tests.database_state import read_stored_rows
from tests.fakes import TIMESTAMP, create_user
from tests.resolvers.factories import create_order, create_service
from tests.resolvers.money_steps import SECOND, get_balance, get_ledger

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("db")]


async def credit(user: User, amount: int, *, cause: str, kind: LedgerKind = LedgerKind.ADJUSTMENT) -> None:
    async with in_transaction():
        await wallet.credit(user.id, Toman(amount), kind=kind, cause=cause, now=TIMESTAMP)


async def charge(user: User, amount: int) -> None:
    """Spend `amount` for an order of its own."""
    order = await create_order(user, await create_service(), charge=amount)
    async with in_transaction():
        spending = await wallet.spend(user.id, Toman(amount))
        await spending.record(order=order)


async def find_entry_ids(user: User, where: LedgerFilter, direction: Direction = Direction.ASC) -> list[int]:
    """Ids of the user's entries that match `where`."""
    page = await wallet.get_ledger_page(user, page=PageRequest(), where=where, direction=direction)
    assert await page.total_count() == len(page.nodes)
    return [entry.amount for entry in page.nodes]


async def test_a_spend_lowers_the_balance_and_is_recorded_as_the_charge_of_its_order() -> None:
    user = await create_user(balance=1_000)
    order = await create_order(user, await create_service(), charge=300, created_at=TIMESTAMP + SECOND)

    spending = await wallet.spend(user.id, Toman(300))
    await spending.record(order=order)

    entry = await LedgerEntry.get(kind=LedgerKind.ORDER_CHARGE)
    assert await get_balance(user) == 700
    assert (entry.user_id, entry.amount, entry.balance_after) == (user.id, -300, 700)
    assert (entry.cause, entry.order_id, entry.payment_id) == (f"order:{order.id}", order.id, None)
    assert entry.created_at == order.created_at


async def test_the_whole_balance_can_be_spent_and_not_a_toman_more() -> None:
    user = await create_user(balance=1_000)
    before = await read_stored_rows()

    with pytest.raises(InsufficientBalance) as refusal:
        await wallet.spend(user.id, Toman(1_001))
    assert (refusal.value.balance, refusal.value.charge) == (1_000, 1_001)
    assert await read_stored_rows() == before

    assert (await wallet.spend(user.id, Toman(1_000))).balance_after == 0


async def test_a_spend_counts_with_the_balance_of_the_database_and_not_of_a_copy() -> None:
    user = await create_user(balance=1_000)
    await credit(user, 500, cause="gift")

    assert (await wallet.spend(user.id, Toman(1_200))).balance_after == 300


async def test_a_spend_leaves_the_wallets_of_others_alone() -> None:
    user, other = await create_user(balance=1_000), await create_user(balance=50)

    await charge(user, 400)

    assert (await get_balance(other), await get_ledger(other)) == (50, [(LedgerKind.OPENING, 50, 50)])


async def test_a_spend_of_nothing_enters_nothing() -> None:
    user = await create_user()

    await charge(user, 0)

    assert (await get_balance(user), await get_ledger(user)) == (0, [])


async def test_spends_at_once_never_take_more_than_there_is() -> None:
    user = await create_user(balance=500)

    outcomes = await asyncio.gather(*(charge(user, 100) for _ in range(8)), return_exceptions=True)

    assert sum(isinstance(outcome, InsufficientBalance) for outcome in outcomes) == 3
    assert await get_balance(user) == 0
    assert [after for _, _, after in await get_ledger(user)] == [500, 400, 300, 200, 100, 0]


async def test_an_order_cannot_be_charged_twice() -> None:
    user = await create_user(balance=1_000)
    order = await create_order(user, await create_service())
    await (await wallet.spend(user.id, Toman(300))).record(order=order)

    with pytest.raises(IntegrityError):
        async with in_transaction():
            await (await wallet.spend(user.id, Toman(300))).record(order=order)

    assert await get_balance(user) == 700


async def test_a_credit_raises_the_balance_and_records_its_reference() -> None:
    user = await create_user(balance=200)
    order = await create_order(user, await create_service())

    entry = await wallet.credit(
        user.id, Toman(50), kind=LedgerKind.REFUND, cause=f"order:{order.id}", order=order, now=TIMESTAMP
    )

    stored = await LedgerEntry.get(id=entry.id)
    assert await get_balance(user) == 250
    assert (stored.user_id, stored.kind, stored.amount) == (user.id, LedgerKind.REFUND, 50)
    assert (stored.balance_after, stored.order_id, stored.payment_id) == (250, order.id, None)
    assert stored.created_at == TIMESTAMP


async def test_a_cause_is_credited_once_a_kind_and_a_second_time_changes_nothing() -> None:
    user = await create_user()
    await credit(user, 10, cause="payment:7", kind=LedgerKind.PAYMENT)
    before = await read_stored_rows()

    with pytest.raises(IntegrityError):
        await credit(user, 10, cause="payment:7", kind=LedgerKind.PAYMENT)
    assert await read_stored_rows() == before

    await credit(user, 5, cause="payment:7", kind=LedgerKind.ADJUSTMENT)
    assert await get_balance(user) == 15


async def test_a_balance_may_reach_the_largest_amount_and_not_pass_it() -> None:
    user = await create_user(balance=1)
    await credit(user, MAX_AMOUNT - 1, cause="much")
    before = await read_stored_rows()

    with pytest.raises(BalanceTooLarge):
        await credit(user, 1, cause="more")

    assert await get_balance(user) == MAX_AMOUNT
    assert await read_stored_rows() == before


async def test_the_largest_balance_can_be_spent_at_once() -> None:
    user = await create_user(balance=MAX_AMOUNT)

    await charge(user, MAX_AMOUNT)

    assert await get_balance(user) == 0


async def test_the_database_itself_refuses_a_negative_balance() -> None:
    user = await create_user(balance=10)

    with pytest.raises(IntegrityError):
        await database.fetch("UPDATE users SET balance = balance - 11 WHERE id = $1 RETURNING id", user.id)

    assert await get_balance(user) == 10


async def test_a_refused_change_leaves_the_connection_in_order() -> None:
    user = await create_user(balance=10)
    with pytest.raises(IntegrityError):
        await User.filter(id=user.id).update(balance=-1)

    await charge(user, 10)

    assert await audit_ledger() == []


async def test_a_ledger_page_holds_the_users_own_entries_in_either_direction() -> None:
    user, other = await create_user(balance=100), await create_user(balance=7)
    await credit(other, 8, cause="other")
    await credit(user, 5, cause="mine")

    assert await find_entry_ids(user, LedgerFilter()) == [100, 5]
    assert await find_entry_ids(user, LedgerFilter(), Direction.DESC) == [5, 100]


async def test_entries_are_found_by_kind() -> None:
    user = await create_user(balance=100)
    await credit(user, 5, cause="mine")
    await charge(user, 60)

    kinds = [LedgerKind.ORDER_CHARGE, LedgerKind.ADJUSTMENT]
    assert await find_entry_ids(user, LedgerFilter(kind=OneOf(kinds))) == [5, -60]
    assert await find_entry_ids(user, LedgerFilter(kind=OneOf([LedgerKind.REFUND]))) == []
    assert await find_entry_ids(user, LedgerFilter(kind=OneOf([]))) == []


async def test_time_bounds_of_entries_are_inclusive() -> None:
    user = await create_user()
    for number in range(3):
        await wallet.credit(
            user.id,
            Toman(number + 1),
            kind=LedgerKind.ADJUSTMENT,
            cause=str(number),
            now=TIMESTAMP + timedelta(seconds=number),
        )

    assert await find_entry_ids(user, LedgerFilter(created_at=Range(gte=TIMESTAMP + SECOND))) == [2, 3]
    assert await find_entry_ids(user, LedgerFilter(created_at=Range(lte=TIMESTAMP + SECOND))) == [1, 2]


async def test_get_entry_finds_the_user_s_own_entries_only() -> None:
    user, other = await create_user(balance=100), await create_user(balance=7)
    entry = await LedgerEntry.get(user_id=user.id)

    mine, foreign = [await wallet.get_entry(reader, entry_id=entry.id) for reader in (user, other)]

    assert mine is not None
    assert mine.amount == 100
    assert foreign is None


@pytest.mark.parametrize("entry_id", [0, -1, 999_999, 2**31, 10**30])
async def test_an_id_of_no_entry_gives_none(entry_id: int) -> None:
    assert await wallet.get_entry(await create_user(balance=100), entry_id=entry_id) is None
