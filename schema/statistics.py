"""Statistics that anyone may see."""

from datetime import datetime
from typing import Annotated, Self

import strawberry

from domain import mobiles
from domain.money import Toman
from resolvers import statistics
from schema.fields import query_field
from schema.service import Service

Limit = Annotated[int | None, strawberry.argument(description="At most so many rows, 1 to 10; 10, if null.")]


@strawberry.type(description="A user among those who spent most; the mobile is masked.")
class TopUser:
    """A row of the table of buyers."""

    first_name: str | None = strawberry.field(description="Given name.")
    last_name: str | None = strawberry.field(description="Family name.")
    mobile: str | None = strawberry.field(description="Masked, such as 0901****566.")
    order_count: int = strawberry.field(description="How many orders.")
    custom_rate: int = strawberry.field(description="The user's own discount, in percent.")
    amount: Toman = strawberry.field(description="What these orders cost, in Toman.")

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


@strawberry.type(description="A service among those ordered most often.")
class TopService:
    """A row of the table of services."""

    service: Service = strawberry.field(description="What was ordered; on sale or not.")
    order_count: int = strawberry.field(description="How many orders.")

    @classmethod
    def from_model(cls, row: statistics.TopService) -> Self:
        return cls(service=Service.from_model(row.service), order_count=row.order_count)


def _row_limit(limit: int | None) -> int:
    return statistics.MAX_ROWS if limit is None else limit


@strawberry.type
class StatsQuery:
    """The public tables."""

    @query_field(description="Who spent most; orders given back do not count. Bad limit: `INVALID_INPUT`.")
    async def top_users(
        self,
        limit: Limit = None,
        since: Annotated[
            datetime | None,
            strawberry.argument(
                description="Only orders placed at this moment or later; all, if null.",
                metadata={"cost": 200},
            ),
        ] = None,
    ) -> list[TopUser]:
        return [
            TopUser.from_model(row)
            for row in await statistics.list_top_users(limit=_row_limit(limit), since=since)
        ]

    @query_field(
        description="What is ordered most; orders given back do not count. Bad limit: `INVALID_INPUT`."
    )
    async def top_services(self, limit: Limit = None) -> list[TopService]:
        return [
            TopService.from_model(row) for row in await statistics.list_top_services(limit=_row_limit(limit))
        ]
