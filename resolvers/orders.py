"""A user's own orders: placing and reading them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from tortoise.queryset import QuerySet

from domain import ids, links, pricing
from domain.money import LARGEST_AMOUNT, Toman
from domain.order_details import OrderDetails, specify
from domain.order_life import OrderActor
from domain.order_status import OrderSource, OrderStatus
from domain.problems import (
    DuplicateOrder,
    Forbidden,
    IdempotencyKeyReused,
    InsufficientBalance,
    InvalidInput,
    InvalidLink,
    OrderNotFound,
    Problem,
    QuantityOutOfRange,
    ServiceUnavailable,
    refuses,
)
from domain.service_types import ServiceType
from models import Order, OrderEvent, Service, User, database, inserts, placing
from models.rows import EVERYTHING, Records, Rows, Wanted
from resolvers import idempotency, wallet
from resolvers.filters import meeting
from resolvers.idempotency import Attempt
from resolvers.order_life import Change, note_event
from resolvers.pages import Direction, Fixed, Page, PageRequest, read_page
from resolvers.shop import Shop


class OrderOrderField(StrEnum):
    """Columns that orders sort by."""

    ID = "id"
    CHARGE = "charge"
    QUANTITY = "quantity"
    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"


@dataclass(frozen=True, kw_only=True)
class OrderFilter:
    """Which orders; None leaves a criterion out, time bounds are inclusive."""

    statuses: Sequence[OrderStatus] | None = None
    service_ids: Sequence[int] | None = None
    created_gte: datetime | None = None
    created_lte: datetime | None = None
    link_contains: str | None = None

    def apply(self, orders: QuerySet[Order]) -> QuerySet[Order]:
        """`orders` that meet every criterion."""
        criteria: dict[str, object] = {
            "status__in": None if self.statuses is None else list(self.statuses),
            "service_id__in": None
            if self.service_ids is None
            else ids.possible(self.service_ids, field="where"),
            "created_at__gte": self.created_gte,
            "created_at__lte": self.created_lte,
            "link__icontains": self.link_contains,
        }
        return meeting(orders, criteria)


_ALL = OrderFilter()
_ORDERS = Rows.of(Order)
_OWN = "t.user_id = $1"


async def orders_by_id(order_ids: Iterable[int]) -> dict[int, Order]:
    """Orders with these ids, whosever they are."""
    return {order.id: order for order in await _ORDERS.by_key("id", order_ids)}


async def own_orders(user: User, order_ids: Iterable[int]) -> dict[int, Order]:
    """Those of the orders that are the user's, in one statement."""
    possible = list(filter(ids.is_possible, order_ids))
    return {order.id: order for order in await Order.filter(user_id=user.id, id__in=possible)}


async def events_by_order(order_ids: Iterable[int]) -> dict[int, list[OrderEvent]]:
    """What happened to each of these orders, oldest first."""
    history: dict[int, list[OrderEvent]] = {order_id: [] for order_id in order_ids}
    for event in await OrderEvent.filter(order_id__in=list(history)).order_by("id"):
        history[event.order_id].append(event)
    return history


async def list_orders(user: User) -> Records[Order]:
    """All orders of `user`, newest first."""
    return await _ORDERS.read(f"WHERE {_OWN} ORDER BY t.id DESC", user.id)


async def orders_page(
    user: User,
    *,
    page: PageRequest,
    where: OrderFilter,
    order_by: OrderOrderField,
    direction: Direction,
    wanted: Wanted = EVERYTHING,
) -> Page[Order]:
    """A page of the user's orders, with what is wanted of each, or more.

    Raises:
        InvalidInput: a size out of range, or a cursor of another list.
    """

    def matching() -> QuerySet[Order]:
        return where.apply(Order.filter(user_id=user.id))

    fixed = Fixed(_ORDERS, _OWN, (user.id,), wanted) if where == _ALL else None
    return await read_page(matching, page=page, by=order_by.value, direction=direction, fixed=fixed)


@refuses(OrderNotFound, Forbidden)
async def get_order(user: User, *, order_id: int) -> Order:
    """One order of the user's.

    Raises:
        OrderNotFound: there is none with this id.
        Forbidden: it is another user's.
    """
    order = await Order.get_or_none(id=order_id) if ids.is_possible(order_id) else None
    if order is None:
        raise OrderNotFound
    if order.user_id != user.id:
        raise Forbidden
    return order


@refuses(
    InvalidInput,
    ServiceUnavailable,
    InvalidLink,
    QuantityOutOfRange,
    InsufficientBalance,
    DuplicateOrder,
    IdempotencyKeyReused,
)
async def create_order(
    shop: Shop,
    buyer: User,
    *,
    service_id: int,
    link: str | None,
    details: OrderDetails,
    source: OrderSource,
    category_id: int | None = None,
    idempotency_key: str | None = None,
) -> Order:
    """Charge the buyer and leave an order for the worker to submit.

    Charge, ledger entry and order commit together or not at all. The provider is not called here.
    Where `category_id` is given it has to be the service's own.

    Raises:
        InvalidInput: something that the service's type needs is missing or malformed, or the key is.
        ServiceUnavailable: unknown, switched off, or of another category.
        InvalidLink: no http(s) address and no page's name; only subscriptions do without a link.
        QuantityOutOfRange: outside the service's limits.
        InsufficientBalance: the balance is below the charge.
        DuplicateOrder: an earlier one for the link is not finished, where shop or service refuse that.
        IdempotencyKeyReused: the key was used for something else.
    """

    settings = await shop.current_settings()
    refuses_duplicates = settings.refuse_duplicate_orders

    def offered(terms: _Terms) -> Order:
        service = terms.service
        specification = specify(service.type, details, limits=service.limits, today=terms.now.date())
        return Order.placed(
            buyer=buyer,
            service=service,
            link=_target(service, link, username=specification.username),
            specification=specification,
            charge=_charge(service, specification.units, discount_percent=terms.discount_percent),
            source=source,
            now=terms.now,
        )

    async def place() -> Order:
        terms = await _terms_now(buyer, service_id, category_id)
        order = offered(terms)
        if refuses_duplicates or terms.service.refuses_duplicates:
            await _refuse_duplicate(buyer, terms.service, order.link)
        spending = await wallet.spend(buyer.id, Toman(order.charge))
        await inserts.save(order)
        await note_event(order, Change(to=order.status, actor=OrderActor.BUYER), before=None, now=terms.now)
        await spending.record(order=order)
        return order

    attempt = idempotency.attempt(
        buyer,
        key=idempotency_key,
        operation="create_order",
        service_id=service_id,
        link=(link or "").strip(),
        details=details.asked_for(),
    )
    if placing.can_place() and not refuses_duplicates:
        order = await _placed_at_once(buyer, service_id, category_id, offered, attempt)
        if order is not None:
            return order
    return await idempotency.once(attempt, place, recall=Order.get_as_placed)


@dataclass(frozen=True, kw_only=True)
class _Terms:
    service: Service
    discount_percent: int
    now: datetime


async def _terms_now(buyer: User, service_id: int, category_id: int | None) -> _Terms:
    service = await _orderable(service_id, category_id)
    discount, now = await _discount_now(buyer)
    return _Terms(service=service, discount_percent=discount, now=now)


async def _placed_at_once(
    buyer: User,
    service_id: int,
    category_id: int | None,
    offered: Callable[[_Terms], Order],
    attempt: Attempt | None,
) -> Order | None:
    """The order where nothing stands in its way; None, and nothing done, where anything might.

    A discount that changed since the buyer was recognised is noticed, and so is a used key. What depends on
    the day, and every refusal, is left to the operation.
    """
    try:
        service = await _orderable(service_id, category_id)
        if service.refuses_duplicates or service.type is ServiceType.SUBSCRIPTIONS:
            return None
        terms = _Terms(service=service, discount_percent=buyer.custom_rate, now=datetime.now(UTC))
        order = offered(terms)
    except Problem:
        return None
    claim = None if attempt is None else idempotency.claim_of(attempt)
    is_placed = await placing.place(order, discount_percent=buyer.custom_rate, claim=claim)
    return order if is_placed else None


async def _orderable(service_id: int, category_id: int | None) -> Service:
    service = await Service.get_on_sale(service_id)
    if service is None or category_id not in (None, service.category_id):
        raise ServiceUnavailable
    return service


def _target(service: Service, link: str | None, *, username: str | None) -> str:
    """What the order is delivered to: its link, or the subscribed user where no link is given."""
    if link is None and service.type is ServiceType.SUBSCRIPTIONS and username is not None:
        return username
    return links.parse(link or "")


async def _discount_now(buyer: User) -> tuple[int, datetime]:
    """The buyer's discount in percent and the database's clock, by one statement.

    Read anew: the request's own copy may be older than a change of the discount.
    """
    statement = f"SELECT custom_rate, {database.clock()} AS seconds FROM users WHERE id = $1"  # noqa: S608
    (row,) = await database.fetch(statement, buyer.id)
    return int(row["custom_rate"]), datetime.fromtimestamp(int(row["seconds"]), UTC)


def _charge(service: Service, units: int, *, discount_percent: int) -> Toman:
    charge = pricing.charge(Toman(service.price), units, type=service.type, discount_percent=discount_percent)
    if charge > LARGEST_AMOUNT:
        raise InvalidInput(field="quantity")
    return charge


async def _refuse_duplicate(buyer: User, service: Service, link: str) -> None:
    # Locked, so that of two twins at once the second sees the first.
    await User.filter(id=buyer.id).select_for_update().get()
    if await Order.has_unfinished(buyer=buyer, service=service, link=link):
        raise DuplicateOrder
