"""Synchronizing providers' catalogues and balances."""

import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.expressions import Q
from tortoise.transactions import in_transaction

import database
from domain import html_cleaning, links, provider_pricing, text_cleaning
from domain.money import MAX_AMOUNT, Toman
from domain.order_details import MAX_QUANTITY
from domain.service_types import ServiceFlag, ServiceSource
from gateways.errors import GatewayError
from gateways.provider_results import ProviderService
from models import Category, Provider, Service
from resolvers import job_isolation
from resolvers.app_context import AppContext

logger = logging.getLogger("vitrin.sync")

_MAX_NAME_LENGTH = 300
_MAX_CATEGORY_LENGTH = 200
_RETRY = timedelta(minutes=15)
_JOB = "sync providers"


class CatalogueUnreadable(Exception):
    """The provider's catalogue is empty or unreadable; nothing was changed."""


@dataclass(frozen=True)
class SyncReport:
    """The result of a sync: services by outcome (`added`, `unchanged`, `repriced`, or a flag)."""

    counts: Mapping[str, int]
    skipped: int


class InvalidProvider(Exception):
    """Invalid values for a provider; the message names the value."""


async def add_provider(
    *,
    name: str,
    url: str,
    api_key: str,
    toman_per_unit: int,
    margin_percent: int,
    rounding: int,
    concurrency: int,
    needs_https: bool = False,
) -> Provider:
    """Add a provider; its services come with the first sync. `needs_https` protects its key in transit.

    Raises:
        InvalidProvider: an invalid address, or a number out of range.
    """
    provider = Provider(
        name=name,
        url=url,
        api_key=api_key,
        toman_per_unit=toman_per_unit,
        margin_percent=margin_percent,
        rounding=rounding,
        concurrency=concurrency,
    )
    clean_texts(provider)
    if wrong := find_invalid_values(provider, needs_https=needs_https):
        raise InvalidProvider(f"not acceptable: {', '.join(wrong)}")
    provider.created_at = provider.updated_at = await database.now()
    await provider.save()
    return provider


async def find_provider(provider_id: int) -> Provider | None:
    """The provider with this number."""
    return await Provider.get_or_none(id=provider_id)


async def list_providers() -> list[Provider]:
    """All providers by number."""
    return await Provider.all().order_by("id")


def clean_texts(provider: Provider) -> None:
    """Remove invisible characters that pasting added to the provider's texts."""
    provider.name = text_cleaning.clean_name(provider.name)
    provider.url = text_cleaning.strip(provider.url)
    provider.api_key = text_cleaning.clean_key(provider.api_key)


def find_invalid_values(provider: Provider, *, needs_https: bool = False) -> list[str]:
    """The invalid values of `provider`, described for the command line."""
    is_private = provider.url.lower().startswith("https://") or not needs_https
    checks = {
        "name": 1 <= len(provider.name) <= 100 and text_cleaning.is_storable(provider.name),
        "url": links.is_address(provider.url)
        and is_private
        and len(provider.url) <= 500
        and text_cleaning.is_storable(provider.url),
        "key": 1 <= len(provider.api_key) <= 200 and text_cleaning.is_storable(provider.api_key),
        "rate": 1 <= provider.toman_per_unit <= MAX_AMOUNT,
        "margin": 0 <= provider.margin_percent <= 10_000,
        "round": 1 <= provider.rounding <= MAX_AMOUNT,
        "concurrency": 1 <= provider.concurrency <= 100,
    }
    return [what for what, is_right in checks.items() if not is_right]


async def sync_provider(
    app: AppContext,
    provider: Provider,
    *,
    adds_services: bool,
    record: Callable[[SyncReport], Awaitable[None]] | None = None,
) -> SyncReport:
    """Update the provider's services from its catalogue; `adds_services` puts new ones on sale.

    A price derived from the provider's margin follows the cost within the limit. Beyond it the service is
    flagged and keeps its price; if it then sells at a loss it is taken off sale. Services no longer listed
    are taken off sale and flagged. `record` is awaited in the transaction that changes the services.

    Raises:
        CatalogueUnreadable: no answer, or an empty catalogue.
    """
    try:
        catalogue = await app.get_provider_api(provider).services(app.get_provider_account(provider))
    except (GatewayError, ValueError) as error:
        raise CatalogueUnreadable(str(error)) from error
    if not catalogue.services:
        # An empty list is more often an error than the end of the provider's business.
        raise CatalogueUnreadable("the catalogue is empty")
    listed = {service.id: service for service in catalogue.services}
    counts: Counter[str] = Counter()
    # Serialized: two concurrent imports would both consider a service new.
    async with database.exclusive_transaction(f"sync of provider {provider.id}"):
        now = await database.now()
        known = await Service.filter(provider_id=provider.id, source=ServiceSource.API)
        for service in known:
            row = listed.get(service.provider_service_id or "")
            counts[await _update_isolated(app, provider, service, row, now)] += 1
        if adds_services:
            sold = {service.provider_service_id for service in known}
            new = [row for row in listed.values() if row.id not in sold]
            counts.update(await _add_services(provider, new, now=now))
        await Provider.filter(id=provider.id).update(synced_at=now)
        report = SyncReport(counts=dict(counts), skipped=catalogue.skipped)
        if record is not None:
            await record(report)
    return report


async def sync_due_providers(app: AppContext) -> int:
    """Sync each provider that is due, including its balance; returns how many.

    The sandbox is skipped: it accepts any service.
    """
    now = await database.now()
    due = Provider.filter(Q(sync_due_at=None) | Q(sync_due_at__lte=now), is_active=True, is_sandbox=False)
    synced = 0
    for provider in await due:
        if await _claim(app, provider, now=now):
            synced += await job_isolation.run_isolated(
                _JOB, f"provider {provider.id}", _sync_logging_errors(app, provider)
            )
    return synced


async def _claim(app: AppContext, provider: Provider, *, now: datetime) -> bool:
    mine = Provider.filter(id=provider.id, sync_due_at=provider.sync_due_at)
    return await mine.update(sync_due_at=now + app.settings.provider_sync_interval) == 1


async def _sync_logging_errors(app: AppContext, provider: Provider) -> None:
    try:
        report = await sync_provider(app, provider, adds_services=False)
        balance = await app.get_provider_api(provider).balance(app.get_provider_account(provider))
        await Provider.filter(id=provider.id).update(balance=balance.amount, currency=balance.currency)
        logger.info("provider synced: provider=%d counts=%s", provider.id, report.counts)
        if app.settings.is_production and not provider.url.lower().startswith("https://"):
            logger.warning("API key sent unencrypted, provider URL is not https: provider=%d", provider.id)
    except (CatalogueUnreadable, GatewayError) as error:
        logger.warning("provider sync failed: provider=%d error=%s", provider.id, error)
        await Provider.filter(id=provider.id).update(sync_due_at=await database.now() + _RETRY)


async def _update_isolated(
    app: AppContext, provider: Provider, service: Service, row: ProviderService | None, now: datetime
) -> str:
    outcome = "failed"

    async def update() -> None:
        nonlocal outcome
        outcome = await _update(app, provider, service, row, now)

    await job_isolation.run_isolated(_JOB, f"service {service.id}", update())
    return outcome


async def _update(
    app: AppContext, provider: Provider, service: Service, row: ProviderService | None, now: datetime
) -> str:
    """Update one service from its catalogue entry; returns the outcome.

    Only differences are written: staff may change other columns meanwhile, and most entries have not changed.
    """
    outcome, columns = _compare(app, provider, service, row)
    changed = {name: value for name, value in columns.items() if getattr(service, name) != value}
    if "flag" in changed:
        changed["flagged_at"] = now
    if changed:
        async with in_transaction():
            await Service.filter(id=service.id).update(**changed, updated_at=now)
    return outcome


def _compare(
    app: AppContext, provider: Provider, service: Service, row: ProviderService | None
) -> tuple[str, Mapping[str, object]]:
    """The outcome for a service, and the columns that its catalogue entry changes."""
    if row is None:
        return _flag_columns(ServiceFlag.VANISHED, is_active=False)
    cost = provider_pricing.compute_cost(row.rate, toman_per_unit=Toman(provider.toman_per_unit))
    by_margin = None if cost is None else _compute_price(provider, cost)
    if cost is None or by_margin is None:
        # A cost beyond the largest amount also exceeds the shop's price.
        return _flag_columns(ServiceFlag.BELOW_COST, is_active=False)
    before, columns = service.original_price, {**_catalogue_columns(service, row), "original_price": cost}
    bound = app.settings.provider_price_bound
    if before is not None and provider_pricing.has_moved_beyond(Toman(before), cost, percent=bound):
        flag = ServiceFlag.BELOW_COST if service.price < cost else ServiceFlag.PRICE_MOVED
        return _flag_columns(flag, is_active=service.is_active and service.price >= cost, **columns)
    if before is not None and service.price == _compute_price(provider, Toman(before)):
        return "unchanged" if service.price == by_margin else "repriced", {**columns, "price": by_margin}
    if service.price < cost:
        return _flag_columns(ServiceFlag.BELOW_COST, is_active=False, **columns)
    return "unchanged", columns


def _flag_columns(
    flag: ServiceFlag, *, is_active: bool, **columns: object
) -> tuple[str, Mapping[str, object]]:
    return flag.value, {**columns, "flag": flag, "is_active": is_active}


def _catalogue_columns(service: Service, row: ProviderService) -> dict[str, object]:
    """The columns of a catalogue entry besides the price; implausible limits are ignored."""
    lower = service.min_quantity if row.min is None else row.min
    upper = row.max or service.max_quantity
    if not _is_valid_range(lower, upper):
        lower, upper = service.min_quantity, service.max_quantity
    return {
        "can_refill": row.refill,
        "can_cancel": row.cancel,
        "provider_drip_feed": row.drip_feed,
        "provider_rate": str(row.rate),
        "min_quantity": lower,
        "max_quantity": upper,
    }


def _is_valid_range(lower: int | None, upper: int | None) -> bool:
    """Whether an order can have any quantity within these limits."""
    if lower is None or upper is None:
        return False
    return 0 <= lower <= upper and 1 <= upper <= MAX_QUANTITY


def _compute_price(provider: Provider, cost: Toman) -> Toman | None:
    return provider_pricing.compute_price(
        cost, margin_percent=provider.margin_percent, rounding=Toman(max(provider.rounding, 1))
    )


async def _add_services(provider: Provider, rows: list[ProviderService], *, now: datetime) -> Counter[str]:
    counts: Counter[str] = Counter()
    categories: dict[str, Category] = {}
    for row in rows:
        cost = provider_pricing.compute_cost(row.rate, toman_per_unit=Toman(provider.toman_per_unit))
        price = None if cost is None else _compute_price(provider, cost)
        if row.type is None or price is None or not _is_valid_range(row.min, row.max):
            counts["not understood"] += 1
            continue
        added = _add_service(provider, row, cost=cost, price=price, categories=categories, now=now)
        is_added = await job_isolation.run_isolated(
            _JOB, f"service {row.id} of provider {provider.id}", added
        )
        counts["added" if is_added else "failed"] += 1
    return counts


async def _add_service(
    provider: Provider,
    row: ProviderService,
    *,
    cost: Toman | None,
    price: Toman,
    categories: dict[str, Category],
    now: datetime,
) -> None:
    name = (row.category or row.name)[:_MAX_CATEGORY_LENGTH]
    async with in_transaction():
        category = categories.get(name) or await _get_or_create_category(name, now=now)
        await Service.create(
            category=category,
            name=row.name[:_MAX_NAME_LENGTH],
            description=html_cleaning.clean(row.description),
            price=price,
            original_price=cost,
            # A rate of 0 is an error or a sample: sold for nothing, it would be ordered without limit.
            is_active=bool(cost),
            provider_rate=str(row.rate),
            min_quantity=row.min,
            max_quantity=row.max,
            source=ServiceSource.API,
            type=row.type,
            provider=provider,
            provider_service_id=row.id,
            provider_drip_feed=row.drip_feed,
            drip_feed=row.drip_feed,
            can_refill=row.refill,
            can_cancel=row.cancel,
            created_at=now,
            updated_at=now,
        )
    categories[name] = category


async def _get_or_create_category(name: str, *, now: datetime) -> Category:
    found = await Category.filter(name=name).first()
    return found or await Category.create(name=name, created_at=now, updated_at=now)
