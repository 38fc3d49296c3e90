"""The catalogue as buyers see it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from tortoise.queryset import QuerySet

from database.row_layout import ALL_COLUMNS, Projection
from database.rows import TableReader
from domain import ids
from domain.service_types import ServiceType
from models import Category, Service
from models.service import ON_SALE
from resolvers.filters import Contains, Filter, Ids, OnColumn, OneOf, Range, columns_of
from resolvers.pagination import (
    Direction,
    FastPath,
    Page,
    PageRequest,
    order_by_columns,
    read_chunk,
    read_page,
)


@columns_of(Category)
class CategoryOrderField(StrEnum):
    ID = "id"
    NAME = "name"
    DESCRIPTION = "description"
    IMAGE = "image"
    POSITION = "position"
    IS_ACTIVE = "is_active"
    UPDATED_AT = "updated_at"
    CREATED_AT = "created_at"


@columns_of(Service)
class ServiceOrderField(StrEnum):
    ID = "id"
    CATEGORY_ID = "category_id"
    NAME = "name"
    DESCRIPTION = "description"
    PRICE = "price"
    ORIGINAL_PRICE = "original_price"
    MIN_QUANTITY = "min_quantity"
    MAX_QUANTITY = "max_quantity"
    DRIP_FEED = "drip_feed"
    IS_ACTIVE = "is_active"
    UPDATED_AT = "updated_at"
    CREATED_AT = "created_at"


@dataclass(frozen=True, kw_only=True)
class ServiceFilter(Filter[Service]):
    """Criteria for services. Prices are Toman."""

    category: Annotated[Ids | None, OnColumn("category_id")] = None
    type: OneOf[ServiceType] | None = None
    drip_feed: bool | None = None
    refill: Annotated[bool | None, OnColumn("can_refill")] = None
    cancel: Annotated[bool | None, OnColumn("can_cancel")] = None
    name: Contains | None = None
    price: Range[int] | None = None


_ALL = ServiceFilter()
_CATEGORIES, _SERVICES = TableReader.for_model(Category), TableReader.for_model(Service)


async def list_categories(
    *,
    order_by: CategoryOrderField = CategoryOrderField.ID,
    direction: Direction = Direction.DESC,
    is_active: bool | None = True,
) -> list[Category]:
    """Categories on sale (all if `is_active` is None), newest id first by default."""
    categories = Category.all() if is_active is None else Category.filter(is_active=is_active)
    return await categories.order_by(*order_by_columns(order_by, direction))


async def list_services(
    *,
    category_id: int | None = None,
    is_active: bool | None = True,
    order_by: ServiceOrderField = ServiceOrderField.ID,
    direction: Direction = Direction.DESC,
    after: Service | None = None,
) -> list[Service]:
    """Up to `CHUNK_SIZE` services of a category, or of all, starting after a given service.

    Newest id first by default; a shorter result is the last one. As in the reference, services are listed
    whether or not their category is on sale.
    """
    services = Service.all() if is_active is None else Service.filter(is_active=is_active)
    if category_id is not None:
        services = services.filter(category_id=category_id if ids.is_possible(category_id) else 0)
    return await read_chunk(services, by=order_by.value, direction=direction, after=after)


async def list_services_for_resale() -> list[Service]:
    """All services that can be ordered, oldest id first, each with its category."""
    on_sale = Service.filter(is_active=True, category__is_active=True)
    return await on_sale.select_related("category").order_by("id")


async def get_services_page(
    *,
    page: PageRequest,
    where: ServiceFilter | None,
    order_by: ServiceOrderField,
    direction: Direction,
    projection: Projection = ALL_COLUMNS,
) -> Page[Service]:
    """A page of the services on sale, with at least the requested columns of each.

    `order_by` must be a not-null column.

    Raises:
        InvalidInput: a size out of range, or a cursor of another list.
    """

    def build_query() -> QuerySet[Service]:
        return (where or _ALL).apply(Service.filter(is_active=True, category__is_active=True))

    fixed = FastPath(_SERVICES, ON_SALE, (), projection) if where is None or where == _ALL else None
    return await read_page(build_query, page=page, by=order_by.value, direction=direction, fast_path=fixed)


async def get_category(category_id: int) -> Category | None:
    """A category that is on sale, or None."""
    if not ids.is_possible(category_id):
        return None
    return await Category.get_or_none(id=category_id, is_active=True)


async def get_service(service_id: int) -> Service | None:
    """A service that is on sale, or None."""
    return await Service.get_on_sale(service_id)


async def get_categories_by_id(category_ids: Iterable[int]) -> dict[int, Category]:
    """Categories with these ids, whether on sale or not."""
    return {category.id: category for category in await _CATEGORIES.fetch_by_values("id", category_ids)}


async def get_services_by_id(service_ids: Iterable[int]) -> dict[int, Service]:
    """Services with these ids, whether on sale or not."""
    return {service.id: service for service in await _SERVICES.fetch_by_values("id", service_ids)}
