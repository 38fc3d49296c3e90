"""Management of services."""

from dataclasses import asdict, dataclass

from domain import html_cleaning, ids, text_cleaning
from domain.money import MAX_AMOUNT
from domain.order_details import MAX_QUANTITY
from domain.permissions import Permission, StaffAct
from domain.problems import Forbidden, InvalidInput, declares_problems
from domain.service_types import ServiceSource, ServiceType
from domain.staff_problems import CategoryNotFound, ProviderNotFound, ServiceNotFound
from models import Category, Provider, Service
from resolvers.sessions import Session
from resolvers.staff.staff_action import get_columns, lock_row, staff_transaction

_MAX_NAME_LENGTH = 300
_MAX_DESCRIPTION_LENGTH = 20_000
_MAX_PROVIDER_SERVICE_LENGTH = 64
_REQUIRED_COLUMNS = ("category_id", "name", "price", "min_quantity", "max_quantity")
_FIELDS = {"category_id": "category", "min_quantity": "min", "max_quantity": "max"}


@dataclass(frozen=True, kw_only=True)
class ServiceValues:
    """Values of a service; None leaves a value unchanged.

    `price` is Toman per 1,000 units, or per order for packages. A service of source `api` is submitted to its
    provider as `provider_service_id`; a `manual` one is delivered by staff.
    """

    category_id: int | None = None
    name: str | None = None
    description: str | None = None
    price: int | None = None
    min_quantity: int | None = None
    max_quantity: int | None = None
    type: ServiceType | None = None
    source: ServiceSource | None = None
    provider_id: int | None = None
    provider_service_id: str | None = None
    drip_feed: bool | None = None
    can_refill: bool | None = None
    can_cancel: bool | None = None
    refuses_duplicates: bool | None = None

    def get_changes(self) -> dict[str, object]:
        return {name: value for name, value in asdict(self).items() if value is not None}


@declares_problems(Forbidden, InvalidInput, CategoryNotFound, ProviderNotFound)
async def create_service(staff: Session, *, values: ServiceValues) -> Service:
    """Create a service that is on sale.

    Raises:
        Forbidden: the role lacks the permission.
        InvalidInput: a value is missing or out of range.
        CategoryNotFound: there is no such category.
        ProviderNotFound: there is no such provider.
    """
    async with staff_transaction(staff, Permission.CHANGE_CATALOGUE) as duty:
        columns = await _validate(values)
        if missing := next((name for name in _REQUIRED_COLUMNS if name not in columns), None):
            raise InvalidInput(field=_FIELDS.get(missing, missing))
        service = Service(
            **{"source": ServiceSource.MANUAL, **columns},
            added_by_id=duty.actor.id,
            created_at=duty.now,
            updated_at=duty.now,
        )
        _check_consistency(service)
        await service.save()
        return await duty.record_change(StaffAct.CREATE_SERVICE, service, before={})


@declares_problems(Forbidden, InvalidInput, ServiceNotFound, CategoryNotFound, ProviderNotFound)
async def update_service(staff: Session, *, service_id: int, values: ServiceValues) -> Service:
    """Change the given values and leave the rest; existing orders keep the values they were placed with.

    After a change of the provider's service its cost is unknown until the next sync.

    Raises:
        Forbidden: the role lacks the permission.
        InvalidInput: a value is out of range, or an `api` service would have no provider.
        ServiceNotFound: there is none with this id.
        CategoryNotFound: there is no such category.
        ProviderNotFound: there is no such provider.
    """
    async with staff_transaction(staff, Permission.CHANGE_CATALOGUE) as duty:
        service = await lock_row(Service, service_id, missing=ServiceNotFound)
        before = get_columns(service)
        service.update_from_dict(await _validate(values))
        _check_consistency(service)
        after = get_columns(service)
        if any(before[name] != after[name] for name in ("provider_id", "provider_service_id")):
            service.update_from_dict({"original_price": None, "provider_rate": None})
        service.updated_at = duty.now
        await service.save()
        return await duty.record_change(StaffAct.UPDATE_SERVICE, service, before=before)


@declares_problems(Forbidden, ServiceNotFound)
async def set_service_active(staff: Session, *, service_id: int, is_active: bool) -> Service:
    """Put a service on sale or take it off; putting it on sale clears the flag set by a sync.

    Raises:
        Forbidden: the role lacks the permission.
        ServiceNotFound: there is none with this id.
    """
    async with staff_transaction(staff, Permission.CHANGE_CATALOGUE) as duty:
        service = await lock_row(Service, service_id, missing=ServiceNotFound)
        before = get_columns(service)
        service.is_active, service.updated_at = is_active, duty.now
        if is_active:
            service.update_from_dict({"flag": None, "flagged_at": None})
        await service.save(update_fields=["is_active", "flag", "flagged_at", "updated_at"])
        return await duty.record_change(StaffAct.SET_SERVICE_ACTIVE, service, before=before)


async def _validate(values: ServiceValues) -> dict[str, object]:
    """The columns to change, each validated by itself."""
    if values.category_id is not None and not await _exists(Category, values.category_id):
        raise CategoryNotFound
    if values.provider_id is not None and not await _exists(Provider, values.provider_id):
        raise ProviderNotFound
    columns = values.get_changes()
    if values.name is not None:
        columns["name"] = text_cleaning.clean_bounded_line(
            values.name, field="name", max_length=_MAX_NAME_LENGTH
        )
    if values.description is not None:
        columns["description"] = text_cleaning.clean_bounded_paragraph(
            html_cleaning.clean(values.description),
            field="description",
            max_length=_MAX_DESCRIPTION_LENGTH,
            min_length=0,
        )
    if values.provider_service_id is not None:
        columns["provider_service_id"] = text_cleaning.clean_bounded_line(
            values.provider_service_id, field="providerServiceId", max_length=_MAX_PROVIDER_SERVICE_LENGTH
        )
    return columns


async def _exists(model: type[Category] | type[Provider], key: int) -> bool:
    return ids.is_possible(key) and await model.exists(id=key)


def _check_consistency(service: Service) -> None:
    """Raises InvalidInput for values that are inconsistent with each other."""
    if not 0 <= service.price <= MAX_AMOUNT:
        raise InvalidInput(field="price")
    if not 0 <= service.min_quantity <= MAX_QUANTITY:
        raise InvalidInput(field="min")
    if not max(service.min_quantity, 1) <= service.max_quantity <= MAX_QUANTITY:
        raise InvalidInput(field="max")
    if service.source is ServiceSource.API and not (service.provider_id and service.provider_service_id):
        raise InvalidInput(field="provider")
