"""All users' payments, for staff."""

from datetime import datetime
from typing import Annotated

import strawberry

from domain.money import Toman
from domain.problems import InvalidInput
from models import Payment as PaymentRow
from resolvers.pagination import PageRequest
from resolvers.staff import payments
from resolvers.staff.payments import PaymentFilter
from schema.admin.enums import AdminPaymentOrderField
from schema.admin.fields import admin_mutation
from schema.admin.record import AdminRecord
from schema.admin.user import AdminUser, load_user
from schema.connections import After, Before, Connection, First, Last, build_connection
from schema.context import Info
from schema.enums import PaymentStatus
from schema.fields import column
from schema.filters import DateTimeRange, IdIn, Sorting, TomanRange, Where, ids_of
from schema.node import parse_id
from schema.payment import PaymentStatusIn


@strawberry.type(description="A payment into a wallet.")
class AdminPayment(AdminRecord[PaymentRow]):
    """A payment as staff see it."""

    amount: Toman = column(
        "amount", description="The requested amount in Toman; for a settled payment, the credited amount."
    )
    status: PaymentStatus = column(
        "status", description="The status reported by the gateway or set by staff."
    )
    gateway: str = column("gateway", description="The payment gateway, such as `zarinpal`.")
    authority: str | None = column("authority", description="The gateway's token for this payment.")
    reference: str | None = column("reference", description="The gateway's reference number.")
    card_mask: str | None = column("card_mask", description="The payer's card, such as `603799******0000`.")
    note: str | None = column("note", description="The reason that staff gave.")
    credited_at: datetime | None = column(
        "credited_at", description="When it was credited to the wallet; null until then."
    )
    created_at: datetime = column("created_at", description="When it was created.")
    updated_at: datetime = column("updated_at", description="When it was last updated.")

    @strawberry.field(description="The payer; null for a test payment. Requires `READ_USERS`.")
    async def user(self, info: Info) -> AdminUser | None:
        return None if self.row.user_id is None else await load_user(info, self.row.user_id)


@strawberry.input(description="Filter for payments. Omitted or null criteria are ignored.")
class AdminPaymentWhere(Where[PaymentFilter]):
    id: IdIn | None = strawberry.field(
        default=None, description="Filter by payment.", metadata=ids_of("AdminPayment")
    )
    user: IdIn | None = strawberry.field(
        default=None, description="Filter by user.", metadata=ids_of("AdminUser")
    )
    status: PaymentStatusIn | None = strawberry.field(default=None, description="Filter by status.")
    amount: TomanRange | None = strawberry.field(default=None, description="Filter by amount.")
    created_at: DateTimeRange | None = strawberry.field(
        default=None, description="Filter by creation time, bounds included."
    )


@strawberry.input(description="Sort order for payments.")
class AdminPaymentOrder(Sorting[AdminPaymentOrderField]):
    pass


@strawberry.type
class AdminPaymentQuery:
    @strawberry.field(
        description="All users' payments, newest first by default. Requires `READ_PAYMENTS`. Errors: "
        "`FORBIDDEN`, `INVALID_INPUT`."
    )
    async def payments(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        where: Annotated[
            AdminPaymentWhere | None,
            strawberry.argument(description="For example, `{status: {in: [MISMATCHED]}}`."),
        ] = None,
        order_by: Annotated[
            AdminPaymentOrder | None, strawberry.argument(description="For example, `{field: AMOUNT}`.")
        ] = None,
    ) -> Connection[AdminPayment]:
        order = order_by or AdminPaymentOrder(field=AdminPaymentOrderField.ID)
        page = await payments.get_payments_page(
            info.context.staff,
            page=PageRequest(first=first, after=after, last=last, before=before),
            where=(where or AdminPaymentWhere()).to_filter(),
            order_by=order.field,
            direction=order.direction,
        )
        return build_connection(page, AdminPayment.from_model)


@strawberry.type
class AdminPaymentMutation:
    @admin_mutation(
        payments.settle_payment,
        InvalidInput,
        description="Credit a mismatched or unverified payment with the amount that was actually paid. A "
        "payment can be settled only once. Requires `SETTLE_PAYMENTS`.",
    )
    async def settle_payment(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Global id of an `AdminPayment`.")],  # noqa: A002 - Relay's name
        amount: Annotated[
            Toman,
            strawberry.argument(
                description="The amount actually paid, in Toman, such as 20000; becomes the payment's amount."
            ),
        ],
        reason: Annotated[str, strawberry.argument(description="1 to 500 characters.")],
    ) -> AdminPayment:
        return AdminPayment.from_model(
            await payments.settle_payment(
                info.context.staff,
                payment_id=parse_id(id, "AdminPayment", field="id"),
                amount=amount,
                reason=reason,
            )
        )

    @admin_mutation(
        payments.reject_payment,
        InvalidInput,
        description="Close a mismatched or unverified payment without crediting it. Requires "
        "`SETTLE_PAYMENTS`.",
    )
    async def reject_payment(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Global id of an `AdminPayment`.")],  # noqa: A002 - Relay's name
        reason: Annotated[str, strawberry.argument(description="1 to 500 characters.")],
    ) -> AdminPayment:
        return AdminPayment.from_model(
            await payments.reject_payment(
                info.context.staff, payment_id=parse_id(id, "AdminPayment", field="id"), reason=reason
            )
        )
