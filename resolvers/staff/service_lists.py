"""Lists of all services, and bulk price changes."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from domain import provider_pricing
from domain.money import Toman
from domain.permissions import Permission, StaffAct, StaffSubject
from domain.problems import Forbidden, InvalidInput, declares_problems
from domain.service_types import ServiceFlag, ServiceType
from models import Service
from resolvers.filters import Contains, Filter, Ids, OnColumn, OneOf, Range, columns_of
from resolvers.pagination import Direction, Page, PageRequest, read_page
from resolvers.sessions import Session
from resolvers.staff.staff_action import require_permission, staff_transaction

_PERCENTS = range(-99, 1_001)
_MAX_ROUNDING = 1_000_000


@columns_of(Service)
class ServiceOrderField(StrEnum):
    ID = "id"
    NAME = "name"
    PRICE = "price"
    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"


@dataclass(frozen=True, kw_only=True)
class ServiceFilter(Filter[Service]):
    """Criteria for services. Prices are Toman."""

    id: Ids | None = None
    category: Annotated[Ids | None, OnColumn("category_id")] = None
    provider: Annotated[Ids | None, OnColumn("provider_id")] = None
    type: OneOf[ServiceType] | None = None
    flag: OneOf[ServiceFlag] | None = None
    is_active: bool | None = None
    name: Contains | None = None
    price: Range[int] | None = None


@declares_problems(Forbidden, InvalidInput)
async def get_services_page(
    staff: Session,
    *,
    page: PageRequest,
    where: ServiceFilter,
    order_by: ServiceOrderField,
    direction: Direction,
) -> Page[Service]:
    """A page of all services, on sale or not, with their cost to the shop.

    Raises:
        Forbidden: the role lacks the permission.
        InvalidInput: a size out of range, or a cursor of another list.
    """
    await require_permission(staff, Permission.READ_CATALOGUE)
    return await read_page(
        lambda: where.apply(Service.all()), page=page, by=order_by.value, direction=direction
    )


@declares_problems(Forbidden, InvalidInput)
async def reprice_services(staff: Session, *, percent: int, rounding: int, where: ServiceFilter) -> int:
    """Change the price of every service that matches `where`; returns how many changed.

    `percent` is added to each price, or subtracted if negative: -99 to 1,000. The result is rounded up to a
    multiple of `rounding` Toman, 1 to 1,000,000. All change or none, with an audit log entry for each.

    Raises:
        Forbidden: the role lacks the permission.
        InvalidInput: a percentage or a rounding out of range, or a price above the largest amount.
    """
    if percent not in _PERCENTS:
        raise InvalidInput(field="percent")
    if not 1 <= rounding <= _MAX_ROUNDING:
        raise InvalidInput(field="rounding")
    async with staff_transaction(staff, Permission.REPRICE_SERVICES) as duty:
        changed: list[Service] = []
        before: dict[int, int] = {}
        for service in await where.apply(Service.all()).select_for_update(no_key=True).order_by("id"):
            price = provider_pricing.compute_price(
                Toman(service.price), margin_percent=percent, rounding=Toman(rounding)
            )
            if price is None:
                raise InvalidInput(field="percent")
            if price != service.price:
                before[service.id] = service.price
                service.price, service.updated_at = price, duty.now
                changed.append(service)
        if changed:
            await Service.bulk_update(changed, fields=["price", "updated_at"], batch_size=200)
        await duty.record_all(
            StaffAct.REPRICE_SERVICES,
            StaffSubject.SERVICE,
            {row.id: ({"price": before[row.id]}, {"price": row.price}) for row in changed},
        )
        return len(changed)
