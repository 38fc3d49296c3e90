"""Management of the wheel's gifts."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from domain import ids
from domain.order_details import MAX_QUANTITY
from domain.permissions import Permission, StaffAct
from domain.problems import Forbidden, InvalidInput, declares_problems
from domain.staff_problems import ServiceNotFound, WheelGiftNotFound
from models import Gift, Service
from resolvers.filters import Filter, Ids, OnColumn, columns_of
from resolvers.pagination import Direction, Page, PageRequest, read_page
from resolvers.sessions import Session
from resolvers.staff.staff_action import get_columns, lock_row, require_permission, staff_transaction


@columns_of(Gift)
class GiftOrderField(StrEnum):
    ID = "id"
    CREATED_AT = "created_at"


@dataclass(frozen=True, kw_only=True)
class GiftFilter(Filter[Gift]):
    """Criteria for gifts."""

    id: Ids | None = None
    service: Annotated[Ids | None, OnColumn("service_id")] = None
    is_active: bool | None = None


@declares_problems(Forbidden, InvalidInput)
async def get_gifts_page(
    staff: Session, *, page: PageRequest, where: GiftFilter, order_by: GiftOrderField, direction: Direction
) -> Page[Gift]:
    """A page of the wheel's gifts, active or not.

    Raises:
        Forbidden: the role lacks the permission.
        InvalidInput: a size out of range, or a cursor of another list.
    """
    await require_permission(staff, Permission.READ_GIFTS)
    return await read_page(lambda: where.apply(Gift.all()), page=page, by=order_by.value, direction=direction)


@declares_problems(Forbidden, InvalidInput, ServiceNotFound)
async def create_gift(staff: Session, *, service_id: int, min_quantity: int, max_quantity: int) -> Gift:
    """Add a service to the wheel, to be won in a quantity between the two bounds, in units.

    Raises:
        Forbidden: the role lacks the permission.
        InvalidInput: the bounds allow no quantity, or the service is a drip-feed.
        ServiceNotFound: there is no such service.
    """
    async with staff_transaction(staff, Permission.CHANGE_GIFTS) as duty:
        service = await Service.get_or_none(id=service_id) if ids.is_possible(service_id) else None
        if service is None:
            raise ServiceNotFound
        if service.drip_feed:
            raise InvalidInput(field="service")
        _check_range(min_quantity, max_quantity)
        gift = await Gift.create(
            service_id=service_id,
            min_quantity=min_quantity,
            max_quantity=max_quantity,
            created_at=duty.now,
            updated_at=duty.now,
        )
        return await duty.record_change(StaffAct.CREATE_GIFT, gift, before={})


@declares_problems(Forbidden, InvalidInput, WheelGiftNotFound)
async def update_gift(
    staff: Session,
    *,
    gift_id: int,
    min_quantity: int | None = None,
    max_quantity: int | None = None,
    is_active: bool | None = None,
) -> Gift:
    """Change the given values and leave the rest; gifts already won stay unchanged.

    Raises:
        Forbidden: the role lacks the permission.
        InvalidInput: the bounds would allow no quantity.
        WheelGiftNotFound: there is none with this id.
    """
    async with staff_transaction(staff, Permission.CHANGE_GIFTS) as duty:
        gift = await lock_row(Gift, gift_id, missing=WheelGiftNotFound)
        before = get_columns(gift)
        gift.min_quantity = gift.min_quantity if min_quantity is None else min_quantity
        gift.max_quantity = gift.max_quantity if max_quantity is None else max_quantity
        gift.is_active = gift.is_active if is_active is None else is_active
        _check_range(gift.min_quantity, gift.max_quantity)
        gift.updated_at = duty.now
        await gift.save(update_fields=["min_quantity", "max_quantity", "is_active", "updated_at"])
        return await duty.record_change(StaffAct.UPDATE_GIFT, gift, before=before)


def _check_range(lower: int, upper: int) -> None:
    if not 1 <= lower <= MAX_QUANTITY:
        raise InvalidInput(field="min")
    if not lower <= upper <= MAX_QUANTITY:
        raise InvalidInput(field="max")
