"""Dataloaders: the rows that the fields of one request need, each kind in one statement."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from strawberry.dataloader import DataLoader

from models import Category, Order, OrderEvent, Payment, Refill, Service, TicketMessage
from models.rows import read_along
from resolvers import catalogue, orders, payments, refills, tickets

Row = TypeVar("Row")


def _by_id(
    read: Callable[[Iterable[int]], Awaitable[dict[int, Row]]], *, cache: bool = True
) -> DataLoader[int, Row]:
    async def load(keys: list[int]) -> list[Row | BaseException]:
        rows = await read(keys)
        return [rows.get(key, KeyError(key)) for key in keys]

    return DataLoader(load, cache=cache)


@dataclass
class Loaders:
    """The loaders of one request; they must not outlive it, because they remember."""

    category: DataLoader[int, Category] = field(default_factory=lambda: _by_id(catalogue.categories_by_id))
    service: DataLoader[int, Service] = field(default_factory=lambda: _by_id(catalogue.services_by_id))
    order: DataLoader[int, Order] = field(default_factory=lambda: _by_id(orders.orders_by_id, cache=False))
    payment: DataLoader[int, Payment] = field(
        default_factory=lambda: _by_id(payments.payments_by_id, cache=False)
    )
    # Not remembered, these and the following: a mutation may add one between two reads of one document.
    messages: DataLoader[int, list[TicketMessage]] = field(
        default_factory=lambda: _by_id(tickets.messages_by_ticket, cache=False)
    )
    events: DataLoader[int, list[OrderEvent]] = field(
        default_factory=lambda: _by_id(orders.events_by_order, cache=False)
    )
    refills: DataLoader[int, list[Refill]] = field(
        default_factory=lambda: _by_id(refills.refills_by_order, cache=False)
    )

    async def category_of(self, row: Service | Order) -> Category:
        """The category that `row` refers to."""
        try:
            category: Category = read_along(row, "category")
        except KeyError:
            return await self.category.load(row.category_id)
        return category

    async def service_of(self, row: Order) -> Service:
        """The service that `row` refers to."""
        try:
            service: Service = read_along(row, "service")
        except KeyError:
            return await self.service.load(row.service_id)
        return service
