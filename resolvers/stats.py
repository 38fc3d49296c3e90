"""Statistics that anyone may see."""

from dataclasses import dataclass
from datetime import datetime

from domain.problems import InvalidInput, refuses
from models import Service, User
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
    if since is None:
        rows = await tallies.top_user_tallies(limit)
    else:
        rows = await tallies.top_user_tallies_since(since, limit)
    users = await User.in_bulk([user_id for user_id, _, _ in rows], "id")
    return [TopUser(users[user_id], order_count, amount) for user_id, order_count, amount in rows]


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
