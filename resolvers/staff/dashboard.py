"""The shop's figures for the staff dashboard."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import database
from domain import calendar_days, permissions
from domain.enums import PaymentStatus, TicketStatus
from domain.order_status import FULLY_REFUNDED, OrderStatus
from domain.permissions import Permission
from domain.problems import Forbidden, InvalidInput, declares_problems
from models import Order, Provider, Ticket, User
from resolvers import queue_stats
from resolvers.queue_stats import QueueStats
from resolvers.sessions import Session
from resolvers.staff.staff_action import require_permission

MAX_DAYS = 366
SLOW_AFTER = timedelta(days=1)
"""An order is slow when it has not changed for this long."""

Row = Mapping[str, int | str]

_EPOCH = date(1970, 1, 1)
_UNDER_WAY = (OrderStatus.PENDING, OrderStatus.PROCESSING, OrderStatus.INPROGRESS)
_OPEN_TICKETS = (TicketStatus.NEW, TicketStatus.PENDING)
_SECONDS_SINCE_1970 = {
    "postgres": "floor(extract(epoch FROM {column}))::bigint",
    "sqlite": "CAST(strftime('%s', {column}) AS INTEGER)",
}
_ORDERS = """
SELECT ({seconds} + {offset}) / 86400 AS day, status, count(*) AS order_count,
  sum(charge - refunded) AS income
FROM orders WHERE created_at >= $1 GROUP BY 1, 2
"""
_DEPOSITS = """
SELECT ({seconds} + {offset}) / 86400 AS day, sum(amount) AS deposits
FROM payments WHERE credited_at >= $1 AND status = $2 AND user_id IS NOT NULL GROUP BY 1
"""


@dataclass(frozen=True, kw_only=True)
class DayFigures:
    """A day in the shop's time zone: orders placed, revenue kept from their charges, and payments received.

    Amounts are whole Toman. Canceled and refunded orders are not counted.
    """

    day: date
    order_count: int
    income: int
    deposits: int


@dataclass(frozen=True, kw_only=True)
class ShopFigures:
    """The state of the shop; `days` are without gaps, oldest first.

    `statuses` counts the orders of these days. `slow` counts orders in progress that have not changed for a
    day, whenever they were placed.
    """

    days: Sequence[DayFigures]
    statuses: Mapping[OrderStatus, int]
    queue: QueueStats
    slow: int
    open_tickets: int
    providers: Sequence[Provider]


@declares_problems(Forbidden, InvalidInput)
async def get_shop_figures(staff: Session, *, days: int = 30) -> ShopFigures:
    """Orders and income by day, and the work waiting for staff.

    Provider balances are as last read, in their units. Providers are omitted for roles that may not read
    them.

    Raises:
        Forbidden: the role lacks the permission.
        InvalidInput: `days` outside 1 to 366.
    """
    if not 1 <= days <= MAX_DAYS:
        raise InvalidInput(field="days")
    actor = await require_permission(staff, Permission.READ_FIGURES)
    now = await database.now()
    window = _Window(now, days)
    rows = await _fetch_grouped(_ORDERS, "created_at", window)
    deposits = await _fetch_grouped(_DEPOSITS, "credited_at", window, PaymentStatus.PAID.value)
    return ShopFigures(
        days=window.fill_days(rows, deposits),
        statuses=_count_by_status(rows),
        queue=await queue_stats.read_queue_stats(),
        slow=await Order.filter(status__in=_UNDER_WAY, updated_at__lt=now - SLOW_AFTER).count(),
        open_tickets=await Ticket.filter(status__in=_OPEN_TICKETS).count(),
        providers=await _list_visible_providers(actor),
    )


class _Window:
    """The shop's last `count` days up to now, oldest first."""

    def __init__(self, now: datetime, count: int) -> None:
        today = calendar_days.to_day(now)
        self.days = [today - timedelta(days=back) for back in reversed(range(count))]
        self.begins_at = calendar_days.start_of_day(self.days[0])
        self._offsets = calendar_days.list_utc_offsets(self.begins_at, now)

    def offset_sql(self, seconds: str) -> str:
        """SQL for the shop's offset from UTC in seconds at a Unix time."""
        (_, first), *changes = self._offsets
        cases = [
            f"WHEN {seconds} >= {int(since.timestamp())} THEN {offset}" for since, offset in reversed(changes)
        ]
        return f"CASE {' '.join(cases)} ELSE {first} END" if cases else str(first)

    def fill_days(self, orders: Sequence[Row], deposits: Sequence[Row]) -> list[DayFigures]:
        """Every day with its figures; days without rows are filled in."""
        counted = [row for row in orders if OrderStatus(str(row["status"])) not in FULLY_REFUNDED]
        paid = _sum_by_day(deposits, "deposits")
        placed, income = _sum_by_day(counted, "order_count"), _sum_by_day(counted, "income")
        return [
            DayFigures(
                day=day,
                order_count=placed.get(number, 0),
                income=income.get(number, 0),
                deposits=paid.get(number, 0),
            )
            for day in self.days
            for number in [(day - _EPOCH).days]
        ]


async def _fetch_grouped(statement: str, column: str, window: _Window, *values: str) -> Sequence[Row]:
    seconds = _SECONDS_SINCE_1970[database.dialect()].format(column=column)
    begins_at = window.begins_at
    # SQLite stores timestamps as text.
    beginning = begins_at if database.dialect() == "postgres" else str(begins_at)
    statement = statement.format(seconds=seconds, offset=window.offset_sql(seconds))
    return await database.fetch(statement, beginning, *values)


def _sum_by_day(rows: Sequence[Row], column: str) -> dict[int, int]:
    sums: dict[int, int] = {}
    for row in rows:
        day = int(row["day"])
        sums[day] = sums.get(day, 0) + int(row[column])
    return sums


def _count_by_status(rows: Sequence[Row]) -> dict[OrderStatus, int]:
    counts = dict.fromkeys(OrderStatus, 0)
    for row in rows:
        counts[OrderStatus(str(row["status"]))] += int(row["order_count"])
    return counts


async def _list_visible_providers(actor: User) -> Sequence[Provider]:
    if not permissions.has_permission(actor.role, Permission.READ_PROVIDERS):
        return []
    return await Provider.filter(is_active=True).order_by("id")
