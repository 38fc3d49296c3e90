"""Placing an order: by a single statement where the database supports it, else step by step."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import database
from database import inserts
from database.clock import CLOCK
from domain import calendar_days, links, pricing
from domain.money import MAX_AMOUNT, Toman
from domain.order_details import OrderDetails, specify
from domain.order_state_machine import OrderActor
from domain.order_status import OrderSource
from domain.problems import DuplicateOrder, InvalidInput, Problem, ServiceUnavailable
from domain.service_types import ServiceType
from models import Order, Service, User
from resolvers import wallet
from resolvers.idempotency import IdempotentRequest
from resolvers.order_placement import batched_insert, service_cache
from resolvers.order_transitions import Change, record_event


class NotAttempted(StrEnum):
    """Why the fast path left an order to the step-by-step path, which places or refuses it."""

    NOT_SUPPORTED = "not supported"
    """SQLite, a transaction, or a shop that refuses duplicates."""
    MAY_BE_REFUSED = "may be refused"
    """The cached service, which may be outdated, does not allow it or needs checks inside the transaction."""
    CHANGED_MEANWHILE = "changed meanwhile"
    """Service, discount, balance or key are not as the statement expects them; it changed nothing."""


@dataclass(frozen=True, kw_only=True)
class Placement:
    """A buyer's order request. With `refuses_duplicates` the shop accepts one unfinished order per link."""

    buyer: User
    service_id: int
    category_id: int | None
    link: str | None
    details: OrderDetails
    source: OrderSource
    refuses_duplicates: bool

    async def try_fast_path(self, request: IdempotentRequest | None) -> Order | NotAttempted:
        """The placed order, or why nothing was done.

        The statement detects a discount or service that changed since it was read, and a used key. Daily
        limits and every refusal are left to `place_step_by_step`.
        """
        client = batched_insert.get_batch_client()
        if self.refuses_duplicates or client is None:
            return NotAttempted.NOT_SUPPORTED
        cached_service = await service_cache.get(self.service_id, client=client)
        if cached_service is None:
            return NotAttempted.MAY_BE_REFUSED
        discount = self.buyer.custom_rate
        order = self._build_cached_order(cached_service.service, discount_percent=discount)
        if order is None:
            # The service may have changed, and be on sale now.
            service_cache.invalidate(self.service_id, client=client)
            return NotAttempted.MAY_BE_REFUSED
        is_placed = await batched_insert.place(
            order, cached_service=cached_service, discount_percent=discount, request=request, client=client
        )
        return order if is_placed else NotAttempted.CHANGED_MEANWHILE

    async def place_step_by_step(self) -> Order:
        """Place the order in the caller's transaction.

        Raises:
            Problem: the order cannot be placed.
        """
        service = await self._get_service()
        discount, now = await self._read_discount()
        order = self._build_order(service, discount_percent=discount, now=now)
        if self.refuses_duplicates or service.refuses_duplicates:
            await self._reject_duplicate(service, order.link)
        spending = await wallet.spend(self.buyer.id, Toman(order.charge))
        await inserts.save(order)
        await record_event(order, Change(to=order.status, actor=OrderActor.BUYER), before=None, now=now)
        await spending.record(order=order)
        return order

    def _build_cached_order(self, service: Service, *, discount_percent: int) -> Order | None:
        """The order built from a cached, possibly outdated service; None if the fast path does not apply."""
        if service.refuses_duplicates or service.type is ServiceType.SUBSCRIPTIONS:
            return None
        try:
            return self._build_order(service, discount_percent=discount_percent, now=CLOCK.estimate())
        except Problem:
            return None

    async def _get_service(self) -> Service:
        service = await Service.get_on_sale(self.service_id)
        if service is None:
            raise ServiceUnavailable
        return service

    def _build_order(self, service: Service, *, discount_percent: int, now: datetime) -> Order:
        if self.category_id not in (None, service.category_id):
            raise ServiceUnavailable
        specification = specify(
            service.type, self.details, limits=service.limits, today=calendar_days.to_day(now)
        )
        return Order.build(
            buyer=self.buyer,
            service=service,
            link=_resolve_target(service, self.link, username=specification.username),
            specification=specification,
            charge=_compute_charge(service, specification.units, discount_percent=discount_percent),
            source=self.source,
            now=now,
        )

    async def _read_discount(self) -> tuple[int, datetime]:
        """The buyer's discount in percent and the database's clock, in one statement.

        Re-read because the request's own copy may be older than a change of the discount.
        """
        statement = f"SELECT custom_rate, {database.now_sql()} AS seconds FROM users WHERE id = $1"  # noqa: S608 - a constant
        (row,) = await database.fetch(statement, self.buyer.id)
        return int(row["custom_rate"]), datetime.fromtimestamp(int(row["seconds"]), UTC)

    async def _reject_duplicate(self, service: Service, link: str) -> None:
        # Locked, so that of two concurrent duplicates the second sees the first.
        await User.filter(id=self.buyer.id).select_for_update(no_key=True).get()
        if await Order.has_unfinished(buyer=self.buyer, service=service, link=link):
            raise DuplicateOrder


def _resolve_target(service: Service, link: str | None, *, username: str | None) -> str:
    """Where the order is delivered: its link, or the subscribed user if no link is given."""
    if link is None and service.type is ServiceType.SUBSCRIPTIONS and username is not None:
        return username
    return links.parse(link or "")


def _compute_charge(service: Service, units: int, *, discount_percent: int) -> Toman:
    charge = pricing.compute_charge(
        Toman(service.price), units, type=service.type, discount_percent=discount_percent
    )
    if charge > MAX_AMOUNT:
        raise InvalidInput(field="quantity")
    return charge
