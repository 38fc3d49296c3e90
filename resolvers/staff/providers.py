"""Management of upstream providers."""

from dataclasses import asdict, dataclass, replace
from enum import StrEnum

import database
from domain import ids
from domain.permissions import Permission, StaffAct, StaffSubject
from domain.problems import Forbidden, InvalidInput, declares_problems
from domain.staff_problems import FreshCodeRequired, ProviderCatalogueUnreadable, ProviderNotFound
from models import Provider
from resolvers import provider_sync
from resolvers.app_context import AppContext
from resolvers.filters import Contains, Filter, Ids, columns_of
from resolvers.pagination import Direction, Page, PageRequest, read_page
from resolvers.provider_health import CLEARED_PAUSE
from resolvers.provider_sync import CatalogueUnreadable, SyncReport
from resolvers.sessions import Session
from resolvers.staff.staff_action import (
    get_columns,
    get_staff_action,
    lock_row,
    require_permission,
    staff_transaction,
)

_FIELDS = {
    "key": "apiKey",
    "rate": "tomanPerUnit",
    "margin": "marginPercent",
    "round": "rounding",
}


@columns_of(Provider)
class ProviderOrderField(StrEnum):
    ID = "id"
    NAME = "name"
    CREATED_AT = "created_at"


@dataclass(frozen=True, kw_only=True)
class ProviderFilter(Filter[Provider]):
    """Criteria for providers."""

    id: Ids | None = None
    is_active: bool | None = None
    name: Contains | None = None


@dataclass(frozen=True, kw_only=True)
class ProviderValues:
    """Values of a provider; None leaves a value unchanged, see `models.Provider`."""

    name: str | None = None
    url: str | None = None
    api_key: str | None = None
    toman_per_unit: int | None = None
    margin_percent: int | None = None
    rounding: int | None = None
    concurrency: int | None = None

    def get_changes(self) -> dict[str, object]:
        return {name: value for name, value in asdict(self).items() if value is not None}


@declares_problems(Forbidden, InvalidInput)
async def get_providers_page(
    staff: Session,
    *,
    page: PageRequest,
    where: ProviderFilter,
    order_by: ProviderOrderField,
    direction: Direction,
) -> Page[Provider]:
    """A page of the providers.

    Raises:
        Forbidden: the role lacks the permission.
        InvalidInput: a size out of range, or a cursor of another list.
    """
    await require_permission(staff, Permission.READ_PROVIDERS)
    return await read_page(
        lambda: where.apply(Provider.all()), page=page, by=order_by.value, direction=direction
    )


@declares_problems(Forbidden, FreshCodeRequired, InvalidInput)
async def add_provider(staff: Session, *, values: ProviderValues, needs_https: bool = False) -> Provider:
    """Add an active provider; its services come with the first sync.

    With `needs_https` its URL must use https, so that the shop's key is never sent in clear text.

    Raises:
        Forbidden: the role lacks the permission.
        FreshCodeRequired: the session was not confirmed recently.
        InvalidInput: a missing or invalid value.
    """
    async with staff_transaction(staff, Permission.CHANGE_PROVIDERS) as duty:
        provider = Provider(**{"name": "", "url": "", "api_key": "", **values.get_changes()})
        _check(provider, needs_https=needs_https)
        provider.created_at = provider.updated_at = duty.now
        await provider.save()
        return await duty.record_change(StaffAct.ADD_PROVIDER, provider, before={})


@declares_problems(Forbidden, FreshCodeRequired, InvalidInput, ProviderNotFound)
async def update_provider(
    staff: Session, *, provider_id: int, values: ProviderValues, needs_https: bool = False
) -> Provider:
    """Change the given values and leave the rest; prices follow the new terms with the next sync.

    A new URL requires the key again. A new URL or key ends a pause.

    Raises:
        Forbidden: the role lacks the permission.
        FreshCodeRequired: the session was not confirmed recently.
        InvalidInput: an invalid value.
        ProviderNotFound: there is none with this id.
    """
    async with staff_transaction(staff, Permission.CHANGE_PROVIDERS) as duty:
        provider = await lock_row(Provider, provider_id, missing=ProviderNotFound)
        before = get_columns(provider)
        url = provider.url
        provider.update_from_dict(values.get_changes())
        if values.url not in (None, url) and values.api_key is None:
            # The stored key must never be sent to an address other than the one it was entered for.
            raise InvalidInput(field="apiKey")
        changes = values.get_changes()
        if values.url is not None or values.api_key is not None:
            changes |= {**CLEARED_PAUSE, "reports_singly": False}
            provider.update_from_dict(changes)
        _check(provider, needs_https=needs_https and values.url not in (None, url))
        provider.updated_at = duty.now
        await provider.save(update_fields=[*changes, "updated_at"])
        return await duty.record_change(StaffAct.UPDATE_PROVIDER, provider, before=before)


@declares_problems(Forbidden, ProviderNotFound)
async def set_provider_active(staff: Session, *, provider_id: int, is_active: bool) -> Provider:
    """Switch a provider on or off; while it is off, nothing is sent to it and its orders wait.

    Raises:
        Forbidden: the role lacks the permission.
        ProviderNotFound: there is none with this id.
    """
    async with staff_transaction(staff, Permission.SWITCH_PROVIDERS) as duty:
        provider = await lock_row(Provider, provider_id, missing=ProviderNotFound)
        before = get_columns(provider)
        # Switching it on also ends its pause.
        provider.update_from_dict({"is_active": is_active, "updated_at": duty.now, **CLEARED_PAUSE})
        await provider.save(update_fields=["is_active", "updated_at", *CLEARED_PAUSE])
        return await duty.record_change(StaffAct.SET_PROVIDER_ACTIVE, provider, before=before)


@declares_problems(Forbidden, ProviderNotFound, ProviderCatalogueUnreadable)
async def sync_provider(
    app: AppContext, staff: Session, *, provider_id: int, adds_services: bool = False
) -> SyncReport:
    """Sync the provider's services with its catalogue now, as `provider_sync.sync_provider` does.

    The provider is called outside any transaction; the audit log is written with the services.

    Raises:
        Forbidden: the role lacks the permission.
        ProviderNotFound: there is none with this id.
        ProviderCatalogueUnreadable: no answer, or an empty catalogue.
    """
    permitted = await get_staff_action(staff, Permission.SYNC_PROVIDERS, now=await database.now())
    provider = await Provider.get_or_none(id=provider_id) if ids.is_possible(provider_id) else None
    if provider is None:
        raise ProviderNotFound

    async def record(report: SyncReport) -> None:
        duty = replace(permitted, now=await database.now())
        after = {"synced_at": duty.now, **report.counts}
        before = {"synced_at": provider.synced_at}
        await duty.record(
            StaffAct.SYNC_PROVIDER, StaffSubject.PROVIDER, provider.id, before=before, after=after
        )

    try:
        return await provider_sync.sync_provider(app, provider, adds_services=adds_services, record=record)
    except CatalogueUnreadable as error:
        raise ProviderCatalogueUnreadable from error


def _check(provider: Provider, *, needs_https: bool) -> None:
    provider_sync.clean_texts(provider)
    if wrong := next(iter(provider_sync.find_invalid_values(provider, needs_https=needs_https)), None):
        raise InvalidInput(field=_FIELDS.get(wrong, wrong))
