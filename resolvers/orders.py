"""A user's own orders: placing and reading them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from tortoise.queryset import QuerySet

from auth.tokens import Claims
from database.row_layout import ALL_COLUMNS, Projection
from database.rows import RowSet, TableReader
from domain import ids, text_cleaning
from domain.order_details import OrderDetails
from domain.order_status import OrderSource, OrderStatus
from domain.problems import (
    DuplicateOrder,
    Forbidden,
    IdempotencyKeyReused,
    InsufficientBalance,
    InvalidInput,
    InvalidLink,
    OrderNotFound,
    QuantityOutOfRange,
    ServiceUnavailable,
    declares_problems,
)
from models import Order, OrderEvent, Service, User
from resolvers import idempotency, pagination, sessions
from resolvers.app_context import AppContext
from resolvers.authorization import raise_forbidden
from resolvers.filters import Contains, Filter, Ids, OnColumn, OneOf, Range, columns_of
from resolvers.order_placement.placement import NotAttempted, Placement
from resolvers.pagination import Direction, FastPath, Page, PageRequest, read_page


@columns_of(Order)
class OrderOrderField(StrEnum):
    ID = "id"
    CHARGE = "charge"
    QUANTITY = "quantity"
    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"


@dataclass(frozen=True, kw_only=True)
class OrderFilter(Filter[Order]):
    """Criteria for orders."""

    status: OneOf[OrderStatus] | None = None
    service: Annotated[Ids | None, OnColumn("service_id")] = None
    link: Contains | None = None
    created_at: Range[datetime] | None = None


_ALL = OrderFilter()
_ORDERS = TableReader.for_model(Order)
_OWN = "t.user_id = $1"
_WITH_SESSION = f"t.user_id = {sessions.SESSION_COLUMNS}"


async def get_orders_by_id(order_ids: Iterable[int]) -> dict[int, Order]:
    """Orders with these ids, of any user."""
    return {order.id: order for order in await _ORDERS.fetch_by_values("id", order_ids)}


async def get_own_orders(user: User, order_ids: Iterable[int]) -> dict[int, Order]:
    """Those of the orders that belong to the user, in one statement."""
    possible = list(filter(ids.is_possible, order_ids))
    return {order.id: order for order in await Order.filter(user_id=user.id, id__in=possible)}


async def get_events_by_order(order_ids: Iterable[int]) -> dict[int, list[OrderEvent]]:
    """The history of each of these orders, oldest first."""
    history: dict[int, list[OrderEvent]] = {order_id: [] for order_id in order_ids}
    for event in await OrderEvent.filter(order_id__in=list(history)).order_by("id"):
        history[event.order_id].append(event)
    return history


async def list_orders(user: User, *, projection: Projection = ALL_COLUMNS) -> RowSet[Order]:
    """The newest orders of `user`, up to `CHUNK_SIZE`, with the requested columns."""
    return await _ORDERS.read(_first_rows_sql(_OWN), user.id, projection=projection)


async def list_older_orders(
    user_id: int, *, than: RowSet[Order], projection: Projection = ALL_COLUMNS
) -> RowSet[Order]:
    """The next `CHUNK_SIZE` orders of a user after those already read; a shorter result is the last one."""
    return await _ORDERS.read(
        _first_rows_sql(f"{_OWN} AND t.id < $2"), user_id, than.last_key, projection=projection
    )


async def list_orders_with_session(
    claims: Claims, *, projection: Projection = ALL_COLUMNS
) -> RowSet[Order] | None:
    """The first chunk of `list_orders`, together with the token's session, in one statement.

    None if it found nothing: there are no orders, or the token is not valid.
    """
    found = await _ORDERS.read(
        _first_rows_sql(_WITH_SESSION), claims.token_id, claims.user_id, projection=projection
    )
    return found if found.values else None


def _first_rows_sql(condition: str) -> str:
    # A literal rather than a parameter, so that the planner sees how few rows are needed.
    return f"WHERE {condition} ORDER BY t.id DESC LIMIT {pagination.CHUNK_SIZE}"


async def get_orders_page(
    user: User,
    *,
    page: PageRequest,
    where: OrderFilter | None,
    order_by: OrderOrderField,
    direction: Direction,
    projection: Projection = ALL_COLUMNS,
) -> Page[Order]:
    """A page of the user's orders, with at least the requested columns of each.

    Raises:
        InvalidInput: a size out of range, or a cursor of another list.
    """

    def build_query() -> QuerySet[Order]:
        return (where or _ALL).apply(Order.filter(user_id=user.id))

    fixed = FastPath(_ORDERS, _OWN, (user.id,), projection) if where is None or where == _ALL else None
    return await read_page(build_query, page=page, by=order_by.value, direction=direction, fast_path=fixed)


@declares_problems(OrderNotFound, Forbidden)
async def get_order(user: User, *, order_id: int) -> Order:
    """One of the user's orders.

    Raises:
        OrderNotFound: there is none with this id.
        Forbidden: it belongs to another user.
    """
    order = await Order.get_or_none(id=order_id) if ids.is_possible(order_id) else None
    if order is None:
        raise OrderNotFound
    if order.user_id != user.id:
        raise_forbidden(user.id, permission="others_orders", owner_id=order.user_id)
    return order


@declares_problems(
    InvalidInput,
    ServiceUnavailable,
    InvalidLink,
    QuantityOutOfRange,
    InsufficientBalance,
    DuplicateOrder,
    IdempotencyKeyReused,
)
async def create_order(
    app: AppContext,
    buyer: User,
    *,
    service_id: int,
    link: str | None,
    details: OrderDetails,
    source: OrderSource,
    category_id: int | None = None,
    idempotency_key: str | None = None,
) -> Order:
    """Charge the buyer and queue an order for the worker to submit.

    Charge, ledger entry and order commit together or not at all. The provider is not called here. A given
    `category_id` has to be the service's own.

    Raises:
        InvalidInput: a value that the service's type needs is missing or malformed, or the key is malformed.
        ServiceUnavailable: unknown, switched off, or of another category.
        InvalidLink: neither an http(s) address nor a page name; only subscriptions need no link.
        QuantityOutOfRange: outside the service's limits.
        InsufficientBalance: the balance is below the charge.
        DuplicateOrder: an unfinished order for the link exists, and the shop or the service refuses that.
        IdempotencyKeyReused: the key was used for a different request.
    """
    settings = await app.get_settings()
    placement = Placement(
        buyer=buyer,
        service_id=service_id,
        category_id=category_id,
        link=link,
        details=details,
        source=source,
        refuses_duplicates=settings.refuse_duplicate_orders,
    )
    attempt = idempotency.request_for(
        create_order,
        {**locals(), "link": text_cleaning.strip(link or ""), "details": details.to_fingerprint()},
        user=buyer,
        key=idempotency_key,
        # The API that was used is not part of the request.
        excluded={"source"},
        respell=lambda: _normalize_category(service_id, category_id),
    )
    placed = await placement.try_fast_path(attempt)
    if isinstance(placed, NotAttempted):
        return await idempotency.run_once(
            attempt, placement.place_step_by_step, load_result=Order.get_as_placed
        )
    return placed


async def _normalize_category(service_id: int, category_id: int | None) -> dict[str, object] | None:
    """The service's own category if none is given: a REST order names it, a GraphQL order does not."""
    if not ids.is_possible(service_id):
        return None
    service = await Service.get_or_none(id=service_id)
    if service is None or category_id not in (None, service.category_id):
        return None
    return {"category_id": service.category_id if category_id is None else None}
