"""Dataloaders: the rows that the fields of one request need, each kind in one statement."""

from collections.abc import Awaitable, Callable, Iterable
from functools import cached_property, partial
from typing import TypeVar

from strawberry.dataloader import DataLoader

from models import Category, Order, OrderEvent, Payment, Refill, Service, Ticket, TicketMessage, User
from models.rows import read_along
from resolvers import catalogue, orders, payments, refills, tickets
from resolvers.sessions import SignedIn
from resolvers.staff import users

Row = TypeVar("Row")


def _by_id(
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
        return _by_id(catalogue.categories_by_id)

    @cached_property
    def service(self) -> DataLoader[int, Service]:
        return _by_id(catalogue.services_by_id)

    @cached_property
    def order(self) -> DataLoader[int, Order]:
        return _by_id(orders.orders_by_id, cache=False)

    @cached_property
    def payment(self) -> DataLoader[int, Payment]:
        return _by_id(payments.payments_by_id, cache=False)

    @cached_property
    def ticket(self) -> DataLoader[int, Ticket]:
        return _by_id(tickets.tickets_by_id, cache=False)

    # Not remembered, these and the above three: a mutation may add one between two reads of one document.
    @cached_property
    def messages(self) -> DataLoader[int, list[TicketMessage]]:
        return _by_id(tickets.messages_by_ticket, cache=False)

    @cached_property
    def events(self) -> DataLoader[int, list[OrderEvent]]:
        return _by_id(orders.events_by_order, cache=False)

    @cached_property
    def refills(self) -> DataLoader[int, list[Refill]]:
        return _by_id(refills.refills_by_order, cache=False)

    def staff_users(self, staff: SignedIn) -> DataLoader[int, User]:
        """Anybody's record, for staff who may read it; not remembered either."""
        if self._staff_users is None:
            self._staff_users = _by_id(partial(users.users_by_id, staff), cache=False)
        return self._staff_users

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
