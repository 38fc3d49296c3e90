"""Every connection of Query with each of its orders, read out of the schema, and makers of their rows."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLObjectType, get_named_type

import schema
from domain.enums import LedgerKind, NotificationKind, PaymentStatus
from domain.order_status import OrderSource
from domain.service_types import ServiceSource
from models import Category, LedgerEntry, Notification, Order, Payment, Service, Ticket, User
from tests.fakes import TIMESTAMP
from tests.resolvers.factories import create_category, create_service

_PAGE = "edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
_ARGUMENTS = "first: $first, after: $after, last: $last, before: $before, orderBy: $order"


def _timestamp(number: int) -> Any:
    return TIMESTAMP + timedelta(seconds=number)


async def _add_service(_: User, number: int) -> None:
    category = await Category.first() or await create_category()
    await Service.create(
        category=category,
        name=f"s{number}",
        price=number,
        min_quantity=number,
        max_quantity=number,
        source=ServiceSource.MANUAL,
        created_at=_timestamp(number),
        updated_at=_timestamp(number),
    )


async def _add_order(user: User, number: int) -> None:
    service = await Service.first() or await create_service()
    await Order.create(
        user=user,
        service=service,
        category_id=service.category_id,
        source=OrderSource.GRAPHQL,
        service_type=service.type,
        link="https://example.com/p/1",
        quantity=number,
        charge=number,
        created_at=_timestamp(number),
        updated_at=_timestamp(number),
    )


async def _add_ticket(user: User, number: int) -> None:
    timestamp = _timestamp(number)
    await Ticket.create(user=user, subject="s", description="d", created_at=timestamp, updated_at=timestamp)


async def _add_notification(user: User, number: int) -> None:
    timestamp = _timestamp(number)
    await Notification.create(user=user, kind=NotificationKind.GIFT_WON, message="m", created_at=timestamp)


async def _add_entry(user: User, number: int) -> None:
    count = await LedgerEntry.filter(user_id=user.id).count()
    await LedgerEntry.create(
        user=user,
        kind=LedgerKind.ADJUSTMENT,
        amount=number,
        balance_after=number,
        cause=f"user:{user.id}:{count}",
        created_at=_timestamp(number),
    )


async def _add_payment(user: User, number: int) -> None:
    timestamp = _timestamp(number)
    await Payment.create(
        user=user,
        gateway="sandbox",
        amount=number,
        status=PaymentStatus.PENDING,
        created_at=timestamp,
        updated_at=timestamp,
    )


Add = Callable[[User, int], Awaitable[None]]
ADD: Mapping[str, Add] = {
    "services": _add_service,
    "orders": _add_order,
    "tickets": _add_ticket,
    "notifications": _add_notification,
    "ledger": _add_entry,
    "payments": _add_payment,
}
"""Adds a row to the user's list; every sortable column but the id rises with the number, from 1 on."""


def connections() -> dict[str, tuple[str, list[str]]]:
    """The connections of Query: each with the type of its `orderBy`, and what that sorts by."""
    query = schema.schema._schema.query_type
    assert query is not None
    found = {}
    for name, field in query.fields.items():
        shown = get_named_type(field.type)
        if isinstance(shown, GraphQLObjectType) and shown.name.endswith("Connection"):
            order = get_named_type(field.args["orderBy"].type)
            assert isinstance(order, GraphQLInputObjectType)
            column = get_named_type(order.fields["field"].type)
            assert isinstance(column, GraphQLEnumType)
            found[name] = (order.name, list(column.values))
    return found


@dataclass(frozen=True)
class ListReader:
    """Reads pages of one list as a client does."""

    client: httpx.AsyncClient
    headers: dict[str, str]
    name: str
    order: dict[str, str]

    async def page(self, **arguments: object) -> Any:
        """The connection that the arguments ask for."""
        type_name, _ = connections()[self.name]
        head = f"query ($first: Int, $after: String, $last: Int, $before: String, $order: {type_name})"
        document = f"{head} {{ list: {self.name}({_ARGUMENTS}) {{ totalCount {_PAGE} }} }}"
        variables = {**arguments, "order": self.order}
        answer = await self.client.post(
            "/graphql", json={"query": document, "variables": variables}, headers=self.headers
        )
        return answer.json()["data"]["list"]
