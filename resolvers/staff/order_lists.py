"""Lists of all orders and all ledger entries."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from domain.enums import LedgerKind
from domain.order_state_machine import Dispatch
from domain.order_status import OrderStatus
from domain.permissions import Permission
from domain.problems import Forbidden, InvalidInput, declares_problems
from models import LedgerEntry, Order
from resolvers.filters import Contains, Filter, Ids, OnColumn, OneOf, Range, columns_of
from resolvers.orders import OrderOrderField
from resolvers.pagination import Direction, Page, PageRequest, read_page
from resolvers.sessions import Session
from resolvers.staff.staff_action import require_permission


@columns_of(LedgerEntry)
class LedgerOrderField(StrEnum):
    ID = "id"
    AMOUNT = "amount"
    CREATED_AT = "created_at"


@dataclass(frozen=True, kw_only=True)
class OrderFilter(Filter[Order]):
    """Criteria for orders."""

    id: Ids | None = None
    user: Annotated[Ids | None, OnColumn("user_id")] = None
    service: Annotated[Ids | None, OnColumn("service_id")] = None
    provider: Annotated[Ids | None, OnColumn("provider_id")] = None
    status: OneOf[OrderStatus] | None = None
    dispatch: OneOf[Dispatch] | None = None
    link: Contains | None = None
    created_at: Range[datetime] | None = None


@dataclass(frozen=True, kw_only=True)
class LedgerFilter(Filter[LedgerEntry]):
    """Criteria for entries."""

    user: Annotated[Ids | None, OnColumn("user_id")] = None
    order: Annotated[Ids | None, OnColumn("order_id")] = None
    payment: Annotated[Ids | None, OnColumn("payment_id")] = None
    kind: OneOf[LedgerKind] | None = None
    created_at: Range[datetime] | None = None


@declares_problems(Forbidden, InvalidInput)
async def get_orders_page(
    staff: Session, *, page: PageRequest, where: OrderFilter, order_by: OrderOrderField, direction: Direction
) -> Page[Order]:
    """A page of all users' orders.

    Raises:
        Forbidden: the role may not read other users' records.
        InvalidInput: a size out of range, or a cursor of another list.
    """
    await require_permission(staff, Permission.READ_ORDERS)
    return await read_page(
        lambda: where.apply(Order.all()), page=page, by=order_by.value, direction=direction
    )


@declares_problems(Forbidden, InvalidInput)
async def get_ledger_page(
    staff: Session,
    *,
    page: PageRequest,
    where: LedgerFilter,
    order_by: LedgerOrderField,
    direction: Direction,
) -> Page[LedgerEntry]:
    """A page of all users' ledger entries.

    Raises:
        Forbidden: the role may not read other users' records.
        InvalidInput: a size out of range, or a cursor of another list.
    """
    await require_permission(staff, Permission.READ_LEDGER)
    entries = where.apply(LedgerEntry.all())
    return await read_page(lambda: entries, page=page, by=order_by.value, direction=direction)
