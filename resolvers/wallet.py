"""The wallet: every change of a balance, and the ledger entry that explains it.

The functions that move money run in their caller's transaction and lock the user's row from their UPDATE to
its end.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import database
from database import inserts
from domain import ids
from domain.enums import LedgerKind
from domain.money import MAX_AMOUNT, Toman
from domain.problems import InsufficientBalance
from models import LedgerEntry, Order, Payment, User
from resolvers.filters import Filter, OneOf, Range, columns_of
from resolvers.pagination import Direction, Page, PageRequest, read_page

# Guarded, not checked beforehand: of two concurrent charges, the second sees the balance left by the first.
_SPEND = "UPDATE users SET balance = balance - $1 WHERE id = $2 AND balance >= $1 RETURNING balance"
_CREDIT = "UPDATE users SET balance = balance + $1 WHERE id = $2 AND balance + $1 <= $3 RETURNING balance"


class BalanceTooLarge(Exception):
    """A credit would raise a balance above the largest amount, which no setting of the shop permits."""


@columns_of(LedgerEntry)
class LedgerOrderField(StrEnum):
    ID = "id"
    AMOUNT = "amount"
    CREATED_AT = "created_at"


@dataclass(frozen=True, kw_only=True)
class LedgerFilter(Filter[LedgerEntry]):
    """Criteria for entries. Amounts are Toman."""

    kind: OneOf[LedgerKind] | None = None
    amount: Range[int] | None = None
    created_at: Range[datetime] | None = None


async def get_ledger_page(
    user: User,
    *,
    page: PageRequest,
    where: LedgerFilter,
    order_by: LedgerOrderField = LedgerOrderField.ID,
    direction: Direction,
) -> Page[LedgerEntry]:
    """A page of the user's ledger.

    Raises:
        InvalidInput: a size out of range, or a cursor of another list.
    """
    entries = where.apply(LedgerEntry.filter(user_id=user.id))
    return await read_page(lambda: entries, page=page, by=order_by.value, direction=direction)


async def get_entry(user: User, *, entry_id: int) -> LedgerEntry | None:
    """One entry of the user's ledger, or None."""
    return await LedgerEntry.get_or_none(id=entry_id, user_id=user.id) if ids.is_possible(entry_id) else None


@dataclass(frozen=True, kw_only=True)
class Spending:
    """Money taken from a balance; `record` it in the same transaction."""

    user_id: int
    amount: Toman
    balance_after: Toman

    async def record(self, *, order: Order) -> None:
        """Add it to the ledger as the charge of `order`. A charge of 0 has no entry."""
        if self.amount:
            values: dict[str, object] = {
                "user_id": self.user_id,
                "kind": LedgerKind.ORDER_CHARGE,
                "amount": -self.amount,
                "balance_after": self.balance_after,
                "cause": f"order:{order.id}",
                "order_id": order.id,
                "units": order.quantity,
                "created_at": order.created_at,
            }
            await inserts.create(LedgerEntry, values)


async def spend(user_id: int, amount: Toman) -> Spending:
    """Take `amount` from the balance; the ledger entry follows once the order exists.

    Raises:
        InsufficientBalance: the balance is lower; nothing was written.
    """
    rows = await database.fetch(_SPEND, amount, user_id)
    if not rows:
        balance = await User.get(id=user_id).values_list("balance", flat=True)
        raise InsufficientBalance(balance=Toman(int(str(balance))), charge=amount)
    return Spending(user_id=user_id, amount=amount, balance_after=Toman(rows[0]["balance"]))


async def credit(
    user_id: int,
    amount: Toman,
    *,
    kind: LedgerKind,
    cause: str,
    now: datetime,
    order: Order | None = None,
    payment: Payment | None = None,
    note: str | None = None,
) -> LedgerEntry:
    """Add `amount`, above 0, to the balance and the ledger.

    Raises:
        BalanceTooLarge: the balance would exceed the largest amount.
        IntegrityError: the ledger has an entry of this kind for this cause.
    """
    rows = await database.fetch(_CREDIT, amount, user_id, MAX_AMOUNT)
    if not rows:
        raise BalanceTooLarge(f"user {user_id}, {cause}")
    return await LedgerEntry.create(
        user_id=user_id,
        kind=kind,
        amount=amount,
        balance_after=rows[0]["balance"],
        cause=cause,
        order_id=order and order.id,
        payment_id=payment and payment.id,
        note=note,
        created_at=now,
    )


async def adjust(user_id: int, amount: Toman, *, cause: str, note: str, now: datetime) -> LedgerEntry:
    """Change a balance by `amount`, not 0, for a reason given by staff, and add it to the ledger.

    Raises:
        InsufficientBalance: the balance is lower than the amount to be taken.
        BalanceTooLarge: the balance would exceed the largest amount.
        IntegrityError: the ledger has an adjustment for this cause.
    """
    if amount > 0:
        return await credit(user_id, amount, kind=LedgerKind.ADJUSTMENT, cause=cause, now=now, note=note)
    spending = await spend(user_id, Toman(-amount))
    return await LedgerEntry.create(
        user_id=user_id,
        kind=LedgerKind.ADJUSTMENT,
        amount=amount,
        balance_after=spending.balance_after,
        cause=cause,
        note=note,
        created_at=now,
    )
