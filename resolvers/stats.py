"""Statistics that anyone may see."""

from dataclasses import dataclass
from datetime import datetime

from tortoise.functions import Count, Sum

from domain.order_status import GIVEN_BACK
from domain.problems import InvalidInput, refuses
from models import Order, Service, User

LONGEST_TABLE = 10


@dataclass(frozen=True)
class TopUser:
    """A user with what they ordered; `amount` is whole Toman."""

    user: User
    order_count: int
    amount: int


@dataclass(frozen=True)
class TopService:
    """A service with how often it was ordered."""

    service: Service
    order_count: int


@refuses(InvalidInput)
async def top_users(*, limit: int = LONGEST_TABLE, since: datetime | None = None) -> list[TopUser]:
    """Who spent most on orders placed at `since` or later. Canceled and refunded orders do not count.

    Raises:
        InvalidInput: `limit` outside 1 to 10.
    """
    _check_limit(limit)
    orders = Order.exclude(status__in=GIVEN_BACK)
    if since is not None:
        orders = orders.filter(created_at__gte=since)
    rows = (
        await orders.annotate(order_count=Count("id"), amount=Sum("charge"))
        .group_by("user_id")
        .order_by("-amount", "user_id")
        .limit(limit)
        .values("user_id", "order_count", "amount")
    )
    users = await User.in_bulk([row["user_id"] for row in rows], "id")
    return [TopUser(users[row["user_id"]], int(row["order_count"]), int(row["amount"])) for row in rows]


@refuses(InvalidInput)
async def top_services(*, limit: int = LONGEST_TABLE) -> list[TopService]:
    """What is ordered most often. Canceled and refunded orders do not count.

    Raises:
        InvalidInput: `limit` outside 1 to 10.
    """
    _check_limit(limit)
    rows = (
        await Order.exclude(status__in=GIVEN_BACK)
        .annotate(order_count=Count("id"))
        .group_by("service_id")
        .order_by("-order_count", "service_id")
        .limit(limit)
        .values("service_id", "order_count")
    )
    services = await Service.in_bulk([row["service_id"] for row in rows], "id")
    return [TopService(services[row["service_id"]], int(row["order_count"])) for row in rows]


def _check_limit(limit: int) -> None:
    if not 1 <= limit <= LONGEST_TABLE:
        raise InvalidInput(field="limit")
