"""Dataloaders: load the rows that a request's fields need, one statement per kind."""

from collections.abc import Awaitable, Callable, Iterable
from functools import cached_property, partial
from typing import TypeVar

from strawberry.dataloader import DataLoader

from database.rows import get_prefetched
from models import Category, Order, OrderEvent, Payment, Refill, Service, Ticket, TicketMessage, User
from resolvers import catalogue, orders, payments, refills, tickets
from resolvers.sessions import Session
from resolvers.staff import users

Row = TypeVar("Row")


def _create_loader(
    read: Callable[[Iterable[int]], Awaitable[dict[int, Row]]], *, cache: bool = True
) -> DataLoader[int, Row]:
    async def load(keys: list[int]) -> list[Row | BaseException]:
        rows = await read(keys)
        return [rows.get(key, KeyError(key)) for key in keys]

    return DataLoader(load, cache=cache)


class Loaders:
    """The loaders of one request, made when they are needed; they must not outlive it, as they remember."""

    _staff_users: DataLoader[int, User] | None = None

    @cached_property
    def category(self) -> DataLoader[int, Category]:
        return _create_loader(catalogue.get_categories_by_id)

    @cached_property
    def service(self) -> DataLoader[int, Service]:
        return _create_loader(catalogue.get_services_by_id)

    @cached_property
    def order(self) -> DataLoader[int, Order]:
        return _create_loader(orders.get_orders_by_id, cache=False)

    @cached_property
    def payment(self) -> DataLoader[int, Payment]:
        return _create_loader(payments.get_payments_by_id, cache=False)

    @cached_property
    def ticket(self) -> DataLoader[int, Ticket]:
        return _create_loader(tickets.get_tickets_by_id, cache=False)

    # These and the three above are not cached: a mutation may add a row between two reads of one document.
    @cached_property
    def messages(self) -> DataLoader[int, list[TicketMessage]]:
        return _create_loader(tickets.get_messages_by_ticket, cache=False)

    @cached_property
    def events(self) -> DataLoader[int, list[OrderEvent]]:
        return _create_loader(orders.get_events_by_order, cache=False)

    @cached_property
    def refills(self) -> DataLoader[int, list[Refill]]:
        return _create_loader(refills.get_refills_by_order, cache=False)

    def staff_users(self, staff: Session) -> DataLoader[int, User]:
        """Any user's record, for staff who may read it; not cached either."""
        if self._staff_users is None:
            self._staff_users = _create_loader(partial(users.get_users_by_id, staff), cache=False)
        return self._staff_users

    async def load_category(self, row: Service | Order) -> Category:
        """The category that `row` refers to."""
        try:
            category: Category = get_prefetched(row, "category")
        except KeyError:
            return await self.category.load(row.category_id)
        return category

    async def load_service(self, row: Order) -> Service:
        """The service that `row` refers to."""
        try:
            service: Service = get_prefetched(row, "service")
        except KeyError:
            return await self.service.load(row.service_id)
        return service
