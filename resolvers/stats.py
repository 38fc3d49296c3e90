"""Statistics that anyone may see."""

from dataclasses import dataclass
from datetime import datetime

from tortoise.functions import Count, Sum

from domain.order_status import GIVEN_BACK
from domain.problems import InvalidInput, refuses
from models import Order, Service, User
from resolvers import tallies

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
    rows = await (tallies.top_user_tallies(limit) if since is None else _spent_since(since, limit))
    users = await User.in_bulk([user_id for user_id, _, _ in rows], "id")
    return [TopUser(users[user_id], order_count, amount) for user_id, order_count, amount in rows]


async def _spent_since(since: datetime, limit: int) -> list[tuple[int, int, int]]:
    orders = Order.exclude(status__in=GIVEN_BACK).filter(created_at__gte=since)
    rows = (
        await orders.annotate(order_count=Count("id"), amount=Sum("charge"))
        .group_by("user_id")
        .order_by("-amount", "user_id")
        .limit(limit)
        .values_list("user_id", "order_count", "amount")
    )
    return [(int(user_id), int(order_count), int(amount)) for user_id, order_count, amount in rows]


@refuses(InvalidInput)
async def top_services(*, limit: int = LONGEST_TABLE) -> list[TopService]:
    """What is ordered most often. Canceled and refunded orders do not count.

    Raises:
        InvalidInput: `limit` outside 1 to 10.
    """
    _check_limit(limit)
    rows = await tallies.top_service_tallies(limit)
    services = await Service.in_bulk([service_id for service_id, _ in rows], "id")
    return [TopService(services[service_id], order_count) for service_id, order_count in rows]


def _check_limit(limit: int) -> None:
    if not 1 <= limit <= LONGEST_TABLE:
        raise InvalidInput(field="limit")
