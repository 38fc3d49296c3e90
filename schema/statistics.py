"""Public statistics."""

from datetime import datetime
from typing import Annotated, Self

import strawberry

from domain import mobiles
from domain.money import Toman
from engine.protection.input_prices import Cost
from resolvers import statistics
from schema.service import Service

Limit = Annotated[
    int | None, strawberry.argument(description="The maximum number of rows, 1 to 10; 10 by default.")
]


@strawberry.type(description="One of the users who spent the most; the mobile number is masked.")
class TopUser:
    """A row of the table of buyers."""

    first_name: str | None = strawberry.field(description="First name.")
    last_name: str | None = strawberry.field(description="Last name.")
    mobile: str | None = strawberry.field(description="Masked, such as 0901****566.")
    order_count: int = strawberry.field(description="The number of orders.")
    custom_rate: int = strawberry.field(description="The user's personal discount, in percent.")
    amount: Toman = strawberry.field(description="The total cost of these orders, in Toman.")

    @classmethod
    def from_model(cls, row: statistics.TopUser) -> Self:
        return cls(
            first_name=row.user.first_name,
            last_name=row.user.last_name,
            mobile=None if row.user.mobile is None else mobiles.mask(row.user.mobile),
            order_count=row.order_count,
            custom_rate=row.user.custom_rate,
            amount=Toman(row.amount),
        )


@strawberry.type(description="One of the most ordered services.")
class TopService:
    """A row of the table of services."""

    service: Service = strawberry.field(description="The service, which may be off sale.")
    order_count: int = strawberry.field(description="The number of orders.")

    @classmethod
    def from_model(cls, row: statistics.TopService) -> Self:
        return cls(service=Service.from_model(row.service), order_count=row.order_count)


def _row_limit(limit: int | None) -> int:
    return statistics.MAX_ROWS if limit is None else limit


@strawberry.type
class StatsQuery:
    @strawberry.field(
        description="The users who spent the most, not counting refunded orders. Errors: `INVALID_INPUT`."
    )
    async def top_users(
        self,
        limit: Limit = None,
        since: Annotated[
            datetime | None,
            strawberry.argument(
                description="Count only orders placed at or after this time; null for all orders.",
                metadata=Cost(200).metadata,
            ),
        ] = None,
    ) -> list[TopUser]:
        return [
            TopUser.from_model(row)
            for row in await statistics.list_top_users(limit=_row_limit(limit), since=since)
        ]

    @strawberry.field(
        description="The most ordered services, not counting refunded orders. Errors: `INVALID_INPUT`."
    )
    async def top_services(self, limit: Limit = None) -> list[TopService]:
        return [
            TopService.from_model(row) for row in await statistics.list_top_services(limit=_row_limit(limit))
        ]
