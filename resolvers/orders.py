"""A user's own orders."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tortoise.queryset import QuerySet

from domain import ids
from domain.order_status import OrderStatus
from domain.problems import Forbidden, OrderNotFound, refuses
from models import Order, User
from resolvers.filters import meeting
from resolvers.pages import Direction, Page, PageRequest, read_page


class OrderOrderField(StrEnum):
    """Columns that orders sort by."""

    ID = "id"
    CHARGE = "charge"
    QUANTITY = "quantity"
    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"


@dataclass(frozen=True, kw_only=True)
class OrderFilter:
    """Which orders; None leaves a criterion out, time bounds are inclusive."""

    statuses: Sequence[OrderStatus] | None = None
    service_ids: Sequence[int] | None = None
    created_gte: datetime | None = None
    created_lte: datetime | None = None
    link_contains: str | None = None

    def apply(self, orders: QuerySet[Order]) -> QuerySet[Order]:
        """`orders` that meet every criterion."""
        criteria: dict[str, object] = {
            "status__in": None if self.statuses is None else list(self.statuses),
            "service_id__in": None
            if self.service_ids is None
            else ids.possible(self.service_ids, field="where"),
            "created_at__gte": self.created_gte,
            "created_at__lte": self.created_lte,
            "link__icontains": self.link_contains,
        }
        return meeting(orders, criteria)


async def list_orders(user: User) -> list[Order]:
    """All orders of `user`, newest first."""
    return await Order.filter(user_id=user.id).order_by("-id")


async def orders_page(
    user: User, *, page: PageRequest, where: OrderFilter, order_by: OrderOrderField, direction: Direction
) -> Page[Order]:
    """A page of the user's orders.

    Raises:
        InvalidInput: a size out of range, or a cursor of another list.
    """
    orders = where.apply(Order.filter(user_id=user.id))
    return await read_page(orders, page=page, by=order_by.value, direction=direction)


@refuses(OrderNotFound, Forbidden)
async def get_order(user: User, *, order_id: int) -> Order:
    """One order of the user's.

    Raises:
        OrderNotFound: there is none with this id.
        Forbidden: it is another user's.
    """
    order = await Order.get_or_none(id=order_id) if ids.is_possible(order_id) else None
    if order is None:
        raise OrderNotFound
    if order.user_id != user.id:
        raise Forbidden
    return order
