"""Payments into the wallet."""

from datetime import datetime
from typing import Annotated, Self

import strawberry

from domain.money import Toman
from models import Payment as PaymentRow
from resolvers import payments
from resolvers.filters import OneOf
from resolvers.pagination import PageRequest
from resolvers.payments import PaymentFilter
from schema.arguments import IdempotencyKey
from schema.connections import After, Before, Connection, First, Last, build_connection
from schema.context import Info
from schema.enums import PaymentOrderField, PaymentStatus
from schema.fields import View, column
from schema.filters import DateTimeRange, Sorting, TomanRange, Where
from schema.node import Node, id_field
from schema.problem_unions import MONEY_MUTATION_COST, mutation_field


@strawberry.type(description="A payment into the viewer's wallet.")
class Payment(Node, View[PaymentRow]):
    """A payment as its payer sees it."""

    id: strawberry.ID = id_field("Payment")
    amount: Toman = column("amount", description="The amount in Toman.")
    status: PaymentStatus = column("status", description="The status reported by the gateway.")
    url: str | None = column(
        "url", description="The gateway's payment page; null if the payment could not be opened."
    )
    gateway: str = column("gateway", description="The payment gateway, such as `zarinpal`.")
    reference: str | None = column(
        "reference", description="The gateway's reference number; null until it is paid."
    )
    card_mask: str | None = column("card_mask", description="The payer's card, such as `603799******0000`.")
    created_at: datetime = column("created_at", description="When it was started.")
    credited_at: datetime | None = column(
        "credited_at", description="When it was credited to the wallet; null until then."
    )

    @classmethod
    async def find(cls, info: Info, key: int) -> Self | None:
        found = await payments.get_payment(info.context.user, payment_id=key)
        return cls.from_model(found) if found else None


@strawberry.input(description="Matches any of several states.")
class PaymentStatusIn(OneOf[PaymentStatus]):
    """Payments by state."""

    any_of: list[PaymentStatus] = strawberry.field(
        name="in", description="States to match; an empty list matches nothing."
    )


@strawberry.input(description="Filter for payments. Omitted or null criteria are ignored.")
class PaymentWhere(Where[PaymentFilter]):
    status: PaymentStatusIn | None = strawberry.field(default=None, description="Filter by status.")
    amount: TomanRange | None = strawberry.field(default=None, description="Filter by amount, in Toman.")
    created_at: DateTimeRange | None = strawberry.field(
        default=None, description="Filter by the time it was started, bounds included."
    )


@strawberry.input(description="Sort order for payments.")
class PaymentOrder(Sorting[PaymentOrderField]):
    pass


@strawberry.type
class PaymentQuery:
    @strawberry.field(
        description="The viewer's payments, newest first by default. Requires authentication. Errors: "
        "`INVALID_INPUT`."
    )
    async def payments(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        where: Annotated[
            PaymentWhere | None, strawberry.argument(description="For example, `{status: {in: [PAID]}}`.")
        ] = None,
        order_by: Annotated[
            PaymentOrder | None, strawberry.argument(description="For example, `{field: AMOUNT}`.")
        ] = None,
    ) -> Connection[Payment]:
        order = order_by or PaymentOrder(field=PaymentOrderField.ID)
        page = await payments.get_payments_page(
            info.context.user,
            page=PageRequest(first=first, after=after, last=last, before=before),
            where=(where or PaymentWhere()).to_filter(),
            order_by=order.field,
            direction=order.direction,
        )
        return build_connection(page, Payment.from_model)


@strawberry.type
class PaymentMutation:
    @mutation_field(
        payments.start_payment,
        cost=MONEY_MUTATION_COST,
        description="Start a payment at the gateway. Redirect the payer to its `url`. Requires "
        "authentication.",
    )
    async def start_payment(
        self,
        info: Info,
        amount: Annotated[
            Toman, strawberry.argument(description="The amount in Toman, such as 50000; at least 1000.")
        ],
        idempotency_key: IdempotencyKey = None,
    ) -> Payment:
        row = await payments.start_payment(
            info.context.app, info.context.user, amount=amount, idempotency_key=idempotency_key
        )
        return Payment.from_model(row)
