"""The viewer's wallet, entry by entry."""

from datetime import datetime
from typing import Annotated, Self

import strawberry

from domain.money import Toman
from models import LedgerEntry as LedgerEntryRow
from resolvers import free_credit, wallet
from resolvers.filters import OneOf
from resolvers.pagination import PageRequest
from resolvers.wallet import LedgerFilter
from schema.arguments import IdempotencyKey
from schema.connections import After, Before, Connection, First, Last, build_connection
from schema.context import Info
from schema.enums import LedgerKind, LedgerOrderField
from schema.fields import View, column
from schema.filters import DateTimeRange, Sorting, TomanRange, Where
from schema.node import Node, id_field
from schema.order import Order
from schema.payment import Payment
from schema.problem_unions import MONEY_MUTATION_COST, mutation_field


@strawberry.type(description="A change to the viewer's balance. Entries are never changed or removed.")
class LedgerEntry(Node, View[LedgerEntryRow]):
    """An entry of the ledger."""

    id: strawberry.ID = id_field("LedgerEntry")
    kind: LedgerKind = column("kind", description="Why the balance changed.")
    amount: Toman = column("amount", description="The amount in Toman; negative for spending.")
    balance_after: Toman = column("balance_after", description="The balance after this entry, in Toman.")
    created_at: datetime = column("created_at", description="When the entry was written.")

    @strawberry.field(
        description="The order that was charged or refunded; null if the change has another cause."
    )
    async def order(self, info: Info) -> Order | None:
        if self.row.order_id is None:
            return None
        return Order.from_model(await info.context.loaders.order.load(self.row.order_id))

    @strawberry.field(description="The payment that was credited; null if the change has another cause.")
    async def payment(self, info: Info) -> Payment | None:
        if self.row.payment_id is None:
            return None
        return Payment.from_model(await info.context.loaders.payment.load(self.row.payment_id))

    @classmethod
    async def find(cls, info: Info, key: int) -> Self | None:
        found = await wallet.get_entry(info.context.user, entry_id=key)
        return cls.from_model(found) if found else None


@strawberry.input(description="Matches any of several kinds.")
class LedgerKindIn(OneOf[LedgerKind]):
    """Entries by kind."""

    any_of: list[LedgerKind] = strawberry.field(
        name="in", description="Kinds to match; an empty list matches nothing."
    )


@strawberry.input(description="Filter for entries. Omitted or null criteria are ignored.")
class LedgerWhere(Where[LedgerFilter]):
    kind: LedgerKindIn | None = strawberry.field(default=None, description="Filter by kind.")
    amount: TomanRange | None = strawberry.field(
        default=None, description="Filter by amount in Toman; spending is negative."
    )
    created_at: DateTimeRange | None = strawberry.field(
        default=None, description="Filter by the time of the entry, bounds included."
    )


@strawberry.input(description="Sort order for ledger entries.")
class LedgerOrder(Sorting[LedgerOrderField]):
    pass


@strawberry.type
class LedgerQuery:
    @strawberry.field(
        description="All changes to the viewer's balance, newest first by default. Requires authentication. "
        "Errors: `INVALID_INPUT`."
    )
    async def ledger(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        where: Annotated[
            LedgerWhere | None,
            strawberry.argument(description="For example, `{kind: {in: [PAYMENT, REFUND]}}`."),
        ] = None,
        order_by: Annotated[
            LedgerOrder | None,
            strawberry.argument(description="For example, `{field: AMOUNT, direction: ASC}`."),
        ] = None,
    ) -> Connection[LedgerEntry]:
        order = order_by or LedgerOrder(field=LedgerOrderField.ID)
        page = await wallet.get_ledger_page(
            info.context.user,
            page=PageRequest(first=first, after=after, last=last, before=before),
            where=(where or LedgerWhere()).to_filter(),
            order_by=order.field,
            direction=order.direction,
        )
        return build_connection(page, LedgerEntry.from_model)


@strawberry.type
class LedgerMutation:
    @mutation_field(
        free_credit.claim_free_credit,
        cost=MONEY_MUTATION_COST,
        description="Claim a small random amount of free credit, available at intervals. Returns its ledger "
        "entry. Requires authentication.",
    )
    async def claim_free_credit(self, info: Info, idempotency_key: IdempotencyKey = None) -> LedgerEntry:
        row = await free_credit.claim_free_credit(
            info.context.app, info.context.user, idempotency_key=idempotency_key
        )
        return LedgerEntry.from_model(row)
