"""Public statistics."""

from dataclasses import dataclass
from datetime import datetime

from domain.problems import InvalidInput, declares_problems
from models import Service, User
from resolvers import order_totals

MAX_ROWS = 10


@dataclass(frozen=True)
class TopUser:
    """A user with their number of orders; `amount` is whole Toman."""

    user: User
    order_count: int
    amount: int


@dataclass(frozen=True)
class TopService:
    """A service with its number of orders."""

    service: Service
    order_count: int


@declares_problems(InvalidInput)
async def list_top_users(*, limit: int = MAX_ROWS, since: datetime | None = None) -> list[TopUser]:
    """The users who spent most on orders placed since `since`. Canceled and refunded orders do not count.

    Raises:
        InvalidInput: `limit` outside 1 to 10.
    """
    _check_limit(limit)
    if since is None:
        rows = await order_totals.list_top_user_totals(limit)
    else:
        rows = await order_totals.list_top_user_totals_since(since, limit)
    users = await User.in_bulk([user_id for user_id, _, _ in rows], "id")
    return [TopUser(users[user_id], order_count, amount) for user_id, order_count, amount in rows]


@declares_problems(InvalidInput)
async def list_top_services(*, limit: int = MAX_ROWS) -> list[TopService]:
    """The most ordered services. Canceled and refunded orders do not count.

    Raises:
        InvalidInput: `limit` outside 1 to 10.
    """
    _check_limit(limit)
    rows = await order_totals.list_top_service_totals(limit)
    services = await Service.in_bulk([service_id for service_id, _ in rows], "id")
    return [TopService(services[service_id], order_count) for service_id, order_count in rows]


def _check_limit(limit: int) -> None:
    if not 1 <= limit <= MAX_ROWS:
        raise InvalidInput(field="limit")
