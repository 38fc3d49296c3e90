"""All users' ledger entries."""

from datetime import datetime
from functools import partial
from typing import Annotated

import strawberry

from domain.money import Toman
from domain.problems import InvalidInput
from models import LedgerEntry as LedgerEntryRow
from resolvers.pagination import PageRequest
from resolvers.staff import order_lists, users
from resolvers.staff.order_lists import LedgerFilter
from schema.admin.enums import AdminLedgerOrderField
from schema.admin.fields import admin_mutation
from schema.admin.record import AdminRecord
from schema.admin.user import AdminUser, load_user
from schema.connections import After, Before, Connection, First, Last, build_connection
from schema.context import Info
from schema.enums import LedgerKind
from schema.fields import column
from schema.filters import DateTimeRange, IdIn, Sorting, Where, ids_of
from schema.ledger import LedgerKindIn
from schema.node import parse_id, to_optional_global_id


@strawberry.type(description="A change to a balance. Entries are never changed or removed.")
class AdminLedgerEntry(AdminRecord[LedgerEntryRow]):
    """An entry of any user's ledger."""

    kind: LedgerKind = column("kind", description="Why the balance changed.")
    amount: Toman = column("amount", description="The amount in Toman; negative for a debit.")
    balance_after: Toman = column("balance_after", description="The balance after this entry, in Toman.")
    order_id: strawberry.ID | None = column(
        "order_id",
        description="The order that was charged or refunded.",
        convert=partial(to_optional_global_id, "AdminOrder"),
    )
    payment_id: strawberry.ID | None = column(
        "payment_id",
        description="The payment that was credited.",
        convert=partial(to_optional_global_id, "AdminPayment"),
    )
    note: str | None = column("note", description="The reason that staff gave for an adjustment.")
    created_at: datetime = column("created_at", description="When the entry was written.")

    @strawberry.field(description="The user whose balance changed. Requires `READ_USERS`.")
    async def user(self, info: Info) -> AdminUser:
        return await load_user(info, self.row.user_id)


@strawberry.input(description="Filter for entries. Omitted or null criteria are ignored.")
class AdminLedgerEntryWhere(Where[LedgerFilter]):
    user: IdIn | None = strawberry.field(
        default=None, description="Filter by user.", metadata=ids_of("AdminUser")
    )
    order: IdIn | None = strawberry.field(
        default=None, description="Filter by order.", metadata=ids_of("AdminOrder")
    )
    payment: IdIn | None = strawberry.field(
        default=None, description="Filter by payment.", metadata=ids_of("AdminPayment")
    )
    kind: LedgerKindIn | None = strawberry.field(default=None, description="Filter by kind.")
    created_at: DateTimeRange | None = strawberry.field(
        default=None, description="Filter by creation time, bounds included."
    )


@strawberry.input(description="Sort order for entries.")
class AdminLedgerEntryOrder(Sorting[AdminLedgerOrderField]):
    pass


@strawberry.type
class AdminLedgerQuery:
    @strawberry.field(
        description="All users' balance changes, newest first by default. Requires `READ_LEDGER`. Errors: "
        "`FORBIDDEN`, `INVALID_INPUT`."
    )
    async def ledger(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        where: Annotated[
            AdminLedgerEntryWhere | None,
            strawberry.argument(description="For example, `{kind: {in: [ADJUSTMENT]}}`."),
        ] = None,
        order_by: Annotated[
            AdminLedgerEntryOrder | None,
            strawberry.argument(description="For example, `{field: AMOUNT, direction: DESC}`."),
        ] = None,
    ) -> Connection[AdminLedgerEntry]:
        order = order_by or AdminLedgerEntryOrder(field=AdminLedgerOrderField.ID)
        page = await order_lists.get_ledger_page(
            info.context.staff,
            page=PageRequest(first=first, after=after, last=last, before=before),
            where=(where or AdminLedgerEntryWhere()).to_filter(),
            order_by=order.field,
            direction=order.direction,
        )
        return build_connection(page, AdminLedgerEntry.from_model)


@strawberry.type
class AdminLedgerMutation:
    @admin_mutation(
        users.adjust_balance,
        InvalidInput,
        description="Credit or debit a user's balance. Repeating the same idempotency key has no further "
        "effect. Requires `ADJUST_BALANCES`.",
    )
    async def adjust_balance(
        self,
        info: Info,
        user_id: Annotated[strawberry.ID, strawberry.argument(description="Global id of an `AdminUser`.")],
        amount: Annotated[
            Toman, strawberry.argument(description="The amount in Toman, such as 25000; negative to debit.")
        ],
        reason: Annotated[
            str, strawberry.argument(description="1 to 500 characters, for the ledger and the audit log.")
        ],
        idempotency_key: Annotated[
            str,
            strawberry.argument(
                description="1 to 255 characters, unique to this operation, such as a UUID that the client "
                "generates."
            ),
        ],
    ) -> AdminLedgerEntry:
        return AdminLedgerEntry.from_model(
            await users.adjust_balance(
                info.context.staff,
                user_id=parse_id(user_id, "AdminUser", field="userId"),
                amount=amount,
                reason=reason,
                idempotency_key=idempotency_key,
            )
        )
