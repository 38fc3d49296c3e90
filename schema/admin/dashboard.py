"""The shop's figures for staff."""

from typing import Annotated, Self

import strawberry

from domain.money import Toman
from engine.protection.input_prices import Cost
from resolvers.staff import dashboard
from resolvers.staff.dashboard import DayFigures, ShopFigures
from schema.admin.provider import AdminProvider
from schema.context import Info
from schema.enums import OrderStatus
from schema.scalars import Count


@strawberry.type(
    description="Figures for one day in the shop's time zone. Canceled and refunded orders are not counted."
)
class AdminDay:
    """A day's figures."""

    day: str = strawberry.field(description="The day, as YYYY-MM-DD.")
    order_count: Count = strawberry.field(description="The number of orders placed.")
    income: Toman = strawberry.field(description="Revenue: the orders' charges minus refunds.")
    deposits: Toman = strawberry.field(description="The total paid into wallets.")

    @classmethod
    def from_model(cls, row: DayFigures) -> Self:
        return cls(
            day=row.day.isoformat(),
            order_count=Count(row.order_count),
            income=Toman(row.income),
            deposits=Toman(row.deposits),
        )


@strawberry.type(description="The number of orders with a status.")
class AdminStatusCount:
    """How many orders of a status were placed."""

    status: OrderStatus = strawberry.field(description="The status.")
    count: Count = strawberry.field(description="The number of orders of these days that have it now.")


@strawberry.type(description="The shop's current figures.")
class AdminFigures:
    """What staff look at every morning."""

    days: list[AdminDay] = strawberry.field(description="One entry per day without gaps, oldest first.")
    statuses: list[AdminStatusCount] = strawberry.field(
        description="The number of orders of these days by status."
    )
    queued: Count = strawberry.field(description="Orders waiting to be sent to their provider.")
    oldest_due_seconds: Count = strawberry.field(
        description="How long the most overdue order has been waiting, in seconds."
    )
    awaiting: Count = strawberry.field(description="Orders that have an unknown outcome or are on hold.")
    slow: Count = strawberry.field(description="Orders in progress without an update for a day.")
    open_tickets: Count = strawberry.field(description="Tickets waiting for an answer.")
    providers: list[AdminProvider] = strawberry.field(
        description="Active providers with their balances; empty without `READ_PROVIDERS`."
    )

    @classmethod
    def from_model(cls, found: ShopFigures) -> Self:
        return cls(
            days=[AdminDay.from_model(day) for day in found.days],
            statuses=[
                AdminStatusCount(status=status, count=Count(count))
                for status, count in found.statuses.items()
            ],
            queued=Count(found.queue.queued),
            oldest_due_seconds=Count(int(found.queue.oldest_due.total_seconds())),
            awaiting=Count(found.queue.awaiting),
            slow=Count(found.slow),
            open_tickets=Count(found.open_tickets),
            providers=[AdminProvider.from_model(provider) for provider in found.providers],
        )


@strawberry.type
class AdminFiguresQuery:
    @strawberry.field(
        description="Daily orders and revenue, and pending work. Requires `READ_FIGURES`. Errors: "
        "`FORBIDDEN`, `INVALID_INPUT`.",
        metadata=Cost(500).metadata,
    )
    async def figures(
        self,
        info: Info,
        days: Annotated[
            int, strawberry.argument(description="The number of days up to today, 1 to 366, such as 30.")
        ] = 30,
    ) -> AdminFigures:
        return AdminFigures.from_model(await dashboard.get_shop_figures(info.context.staff, days=days))
