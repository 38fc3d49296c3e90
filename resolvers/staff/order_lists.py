"""Lists of all orders and all ledger entries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tortoise.queryset import QuerySet

from domain.enums import LedgerKind
from domain.order_state_machine import Dispatch
from domain.order_status import OrderStatus
from domain.permissions import Permission
from domain.problems import Forbidden, InvalidInput, declares_problems
from models import LedgerEntry, Order
from resolvers.filters import apply_criteria, as_list, possible_ids
from resolvers.orders import OrderOrderField
from resolvers.pagination import Direction, Page, PageRequest, read_page
from resolvers.sessions import Session
from resolvers.staff.staff_action import require_permission


class LedgerOrderField(StrEnum):
    ID = "id"
    AMOUNT = "amount"
    CREATED_AT = "created_at"


@dataclass(frozen=True, kw_only=True)
class OrderFilter:
    """Criteria for orders; None ignores a criterion, time bounds are inclusive."""

    ids: Sequence[int] | None = None
    user_ids: Sequence[int] | None = None
    service_ids: Sequence[int] | None = None
    provider_ids: Sequence[int] | None = None
    statuses: Sequence[OrderStatus] | None = None
    dispatches: Sequence[Dispatch] | None = None
    link_contains: str | None = None
    created_gte: datetime | None = None
    created_lte: datetime | None = None

    def apply(self, orders: QuerySet[Order]) -> QuerySet[Order]:
        criteria: dict[str, object] = {
            "id__in": possible_ids(self.ids),
            "user_id__in": possible_ids(self.user_ids),
            "service_id__in": possible_ids(self.service_ids),
            "provider_id__in": possible_ids(self.provider_ids),
            "status__in": as_list(self.statuses),
            "dispatch__in": as_list(self.dispatches),
            "link__has_part": self.link_contains,
            "created_at__gte": self.created_gte,
            "created_at__lte": self.created_lte,
        }
        return apply_criteria(orders, criteria)


@dataclass(frozen=True, kw_only=True)
class LedgerFilter:
    """Criteria for entries; None ignores a criterion, time bounds are inclusive."""

    user_ids: Sequence[int] | None = None
    order_ids: Sequence[int] | None = None
    payment_ids: Sequence[int] | None = None
    kinds: Sequence[LedgerKind] | None = None
    created_gte: datetime | None = None
    created_lte: datetime | None = None

    def apply(self, entries: QuerySet[LedgerEntry]) -> QuerySet[LedgerEntry]:
        criteria: dict[str, object] = {
            "user_id__in": possible_ids(self.user_ids),
            "order_id__in": possible_ids(self.order_ids),
            "payment_id__in": possible_ids(self.payment_ids),
            "kind__in": as_list(self.kinds),
            "created_at__gte": self.created_gte,
            "created_at__lte": self.created_lte,
        }
        return apply_criteria(entries, criteria)


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
