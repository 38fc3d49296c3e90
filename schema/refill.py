"""Refills: delivering again what dropped."""

from datetime import datetime
from typing import Annotated, Self

import strawberry

from domain import public_reasons
from domain.problems import InvalidInput
from models import Refill as RefillRow
from resolvers import refills
from schema.context import Info
from schema.enums import PublicReason, RefillStatus
from schema.fields import View, column
from schema.node import Node, id_field, parse_id
from schema.problem_unions import MONEY_MUTATION_COST, mutation_field


@strawberry.type(description="A request to replace units that dropped from a completed order.")
class Refill(Node, View[RefillRow]):
    """A refill as the order's buyer sees it."""

    id: strawberry.ID = id_field("Refill")
    status: RefillStatus = column("status", description="The current status.")
    note: str | None = column("note", description="A note from staff to the buyer.")
    public_reason: PublicReason | None = column(
        "status", description="Why it was rejected or is waiting.", convert=public_reasons.reason_for_refill
    )
    created_at: datetime = column("created_at", description="When it was requested.")
    updated_at: datetime = column("updated_at", description="When it was last updated.")

    @classmethod
    async def find(cls, info: Info, key: int) -> Self | None:
        found = (await refills.get_own_refills(info.context.user, [key])).get(key)
        return cls.from_model(found) if found else None


@strawberry.type
class RefillMutation:
    @mutation_field(
        refills.request_refill,
        InvalidInput,
        cost=MONEY_MUTATION_COST,
        description="Request a refill for units that dropped from a completed order, at most once a day and "
        "only if the service supports `refill`. Requires authentication.",
    )
    async def request_refill(
        self,
        info: Info,
        order_id: Annotated[strawberry.ID, strawberry.argument(description="Global id of an `Order`.")],
    ) -> Refill:
        user = info.context.user
        row = await refills.request_refill(user, order_id=parse_id(order_id, "Order", field="orderId"))
        return Refill.from_model(row)
