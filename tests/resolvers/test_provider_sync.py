"""Syncs with providers' catalogues: which prices follow their cost, and what goes off sale."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

import database
from domain.service_types import ServiceFlag, ServiceSource
from gateways.errors import GatewayInvalidResponse, GatewayRejected, GatewayUnavailable
from gateways.provider_results import ProviderService
from models import Provider, Service
from resolvers import provider_sync
from resolvers.app_context import AppContext
from resolvers.provider_sync import CatalogueUnreadable, SyncReport
from tests.database_state import read_stored_rows, record_statements
from tests.fake_providers import FakeProviders
from tests.fakes import TIMESTAMP, RecordingSms, build_app
from tests.resolvers.provider_factories import CATALOGUE_ROW, create_provider, import_service

pytestmark = pytest.mark.both_databases


@pytest.fixture
def fake_providers() -> FakeProviders:
    return FakeProviders(catalogue=(CATALOGUE_ROW,))


async def sync(
    app: AppContext, provider: Provider, fake_providers: FakeProviders, *rows: ProviderService
) -> SyncReport:
    """The report of a sync with a catalogue of `rows`."""
    fake_providers.catalogue = rows
    return await provider_sync.sync_provider(app, provider, adds_services=False)


@pytest.mark.parametrize(("rate", "price"), [("1200", 1_560), ("800", 1_040), ("1000.1", 1_302)])
async def test_a_margin_based_price_follows_the_cost_within_the_bound(
    rate: str, price: int, app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    service = await import_service(app, provider)

    report = await sync(app, provider, fake_providers, replace(CATALOGUE_ROW, rate=Decimal(rate)))

    await service.refresh_from_db()
    assert report.counts == {"repriced": 1}
    assert (service.price, service.is_active) == (price, True)
    assert service.flag is None


@pytest.mark.parametrize(
    ("rate", "flag", "is_active"),
    [
        ("1201", ServiceFlag.PRICE_MOVED, True),
        ("799", ServiceFlag.PRICE_MOVED, True),
        ("1300", ServiceFlag.PRICE_MOVED, True),
        ("1301", ServiceFlag.BELOW_COST, False),
    ],
)
async def test_a_cost_that_moves_beyond_the_bound_flags_the_service_and_keeps_its_price(
    rate: str,
    flag: ServiceFlag,
    is_active: bool,
    app: AppContext,
    provider: Provider,
    fake_providers: FakeProviders,
) -> None:
    service = await import_service(app, provider)

    report = await sync(app, provider, fake_providers, replace(CATALOGUE_ROW, rate=Decimal(rate)))

    await service.refresh_from_db()
    assert report.counts == {flag.value: 1}
    assert (service.price, service.original_price) == (1_300, int(rate))
    assert (service.flag, service.is_active) == (flag, is_active)
    assert service.flagged_at is not None


@pytest.mark.parametrize("rate", ["9007199254740992", "9007199254740991"], ids=["its cost", "its price"])
async def test_a_service_that_costs_more_than_every_amount_goes_off_sale(
    rate: str, app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    service = await import_service(app, provider)

    report = await sync(app, provider, fake_providers, replace(CATALOGUE_ROW, rate=Decimal(rate)))

    await service.refresh_from_db()
    assert report.counts == {"below_cost": 1}
    assert (service.price, service.flag, service.is_active) == (1_300, ServiceFlag.BELOW_COST, False)


async def test_a_service_that_cost_nothing_is_flagged_when_it_costs_something(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    fake_providers.catalogue = (replace(CATALOGUE_ROW, rate=Decimal(0)),)
    service = await import_service(app, provider)

    report = await sync(app, provider, fake_providers, CATALOGUE_ROW)

    await service.refresh_from_db()
    assert report.counts == {"below_cost": 1}
    assert (service.price, service.original_price, service.is_active) == (0, 1_000, False)


async def test_a_flagged_service_keeps_its_price_and_flag_in_the_next_sync_too(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    service = await import_service(app, provider)
    dearer = replace(CATALOGUE_ROW, rate=Decimal(1_250))
    await sync(app, provider, fake_providers, dearer)

    report = await sync(app, provider, fake_providers, dearer)

    await service.refresh_from_db()
    assert report.counts == {"unchanged": 1}
    assert (service.price, service.flag, service.is_active) == (1_300, ServiceFlag.PRICE_MOVED, True)


@pytest.mark.parametrize(
    ("price", "rate", "outcome", "is_active"),
    [
        (1_999, "1100", "unchanged", True),
        (1_100, "1100", "unchanged", True),
        (1_099, "1100", "below_cost", False),
    ],
)
async def test_a_price_set_by_hand_is_kept_and_off_sale_only_at_a_loss(
    price: int,
    rate: str,
    outcome: str,
    is_active: bool,
    app: AppContext,
    provider: Provider,
    fake_providers: FakeProviders,
) -> None:
    service = await import_service(app, provider)
    await Service.filter(id=service.id).update(price=price)

    report = await sync(app, provider, fake_providers, replace(CATALOGUE_ROW, rate=Decimal(rate)))

    await service.refresh_from_db()
    assert report.counts == {outcome: 1}
    assert (service.price, service.original_price, service.is_active) == (price, 1_100, is_active)


async def test_a_service_removed_by_its_provider_goes_off_sale_and_stays_off_when_it_returns(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    service = await import_service(app, provider)

    report = await sync(app, provider, fake_providers, replace(CATALOGUE_ROW, id="78"))

    await service.refresh_from_db()
    assert report.counts == {"vanished": 1}
    assert (service.flag, service.is_active) == (ServiceFlag.VANISHED, False)
    assert (await sync(app, provider, fake_providers, CATALOGUE_ROW)).counts == {"unchanged": 1}
    await service.refresh_from_db()
    assert (service.flag, service.is_active) == (ServiceFlag.VANISHED, False)


async def test_a_service_that_the_shop_sells_twice_stays_on_sale_twice(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    service = await import_service(app, provider)
    twin = service.clone()
    twin.name = "Followers, for friends"
    await twin.save()

    report = await sync(app, provider, fake_providers, replace(CATALOGUE_ROW, rate=Decimal(1_100)))

    assert report.counts == {"repriced": 2}
    assert [(row.price, row.is_active) for row in await Service.all()] == [(1_430, True)] * 2


@pytest.mark.parametrize(
    "failure",
    [
        GatewayUnavailable("panel.example unavailable", request_sent=True),
        GatewayInvalidResponse("HTTP 200 with no list of services"),
        GatewayRejected(200, "Invalid API key"),
        None,
    ],
    ids=["away", "nonsense", "refused", "empty catalogue"],
)
async def test_a_catalogue_that_cannot_be_read_changes_nothing(
    failure: Exception | None, app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    await import_service(app, provider)
    before = await read_stored_rows()
    fake_providers.fail_next, fake_providers.catalogue = [failure] if failure else [], ()  # type: ignore[list-item]  # each is one

    with pytest.raises(CatalogueUnreadable):
        await provider_sync.sync_provider(app, provider, adds_services=True)

    assert await read_stored_rows() == before


async def test_services_of_staff_and_of_other_providers_are_left_alone(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    service = await import_service(app, provider)
    other = await create_provider()
    await Service.filter(id=service.id).update(source=ServiceSource.MANUAL)

    reports = [
        await sync(app, panel, fake_providers, replace(CATALOGUE_ROW, id="1")) for panel in (provider, other)
    ]

    assert [report.counts for report in reports] == [{}, {}]
    assert (await Service.get(id=service.id)).is_active


async def test_other_values_of_the_catalogue_are_updated(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    service = await import_service(app, provider)

    await sync(
        app,
        provider,
        fake_providers,
        replace(CATALOGUE_ROW, min=10, max=20, refill=False, cancel=True, drip_feed=True),
    )

    await service.refresh_from_db()
    assert (service.min_quantity, service.max_quantity) == (10, 20)
    assert (service.can_refill, service.can_cancel) == (False, True)
    # Whether the shop offers drip-feed is its own choice; who runs it is the provider's.
    assert (service.provider_drip_feed, service.drip_feed) == (True, False)


@pytest.mark.parametrize(
    ("minimum", "maximum", "limits"),
    [
        (None, None, (50, 10_000)),
        (100, None, (100, 10_000)),
        (None, 200, (50, 200)),
        (0, 200, (0, 200)),
        # Some panels write nothing as 0.
        (100, 0, (100, 10_000)),
        (-1, 200, (50, 10_000)),
        (200, 100, (50, 10_000)),
        (20_000, None, (50, 10_000)),
        (100, -1, (50, 10_000)),
        (100, 2**62, (50, 10_000)),
    ],
)
async def test_implausible_limits_leave_the_old_ones(
    minimum: int | None,
    maximum: int | None,
    limits: tuple[int, int],
    app: AppContext,
    provider: Provider,
    fake_providers: FakeProviders,
) -> None:
    service = await import_service(app, provider)

    report = await sync(app, provider, fake_providers, replace(CATALOGUE_ROW, min=minimum, max=maximum))

    await service.refresh_from_db()
    assert report.counts == {"unchanged": 1}
    assert (service.min_quantity, service.max_quantity) == limits


async def test_only_changed_services_are_written_and_dated(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    service = await import_service(app, provider)

    with record_statements() as unchanged:
        await sync(app, provider, fake_providers, CATALOGUE_ROW)
    dates = [(await Service.get(id=service.id)).updated_at]
    await sync(app, provider, fake_providers, replace(CATALOGUE_ROW, rate=Decimal(1_100)))
    dates.append((await Service.get(id=service.id)).updated_at)

    assert dates[0] == TIMESTAMP < dates[1]
    assert not [statement for statement in unchanged if "services" in statement and "UPDATE" in statement]


async def test_staff_changes_during_a_sync_are_kept(app: AppContext, provider: Provider) -> None:
    service = await import_service(app, provider)
    shown = await Service.get(id=service.id)
    await Service.filter(id=service.id).update(name="Followers, real")

    await provider_sync._update(
        app, provider, shown, replace(CATALOGUE_ROW, rate=Decimal(1_100)), await database.now()
    )

    await service.refresh_from_db()
    assert (service.name, service.price) == ("Followers, real", 1_430)


async def test_due_providers_are_synced_once_by_several_workers_and_then_rest(
    app: AppContext, provider: Provider, fake_providers: FakeProviders, sms: RecordingSms
) -> None:
    await import_service(app, provider)
    fake_providers.calls.clear()
    workers = [build_app(app.settings, sms, providers=fake_providers, worker_name=name) for name in "abc"]

    counts = await asyncio.gather(*map(provider_sync.sync_due_providers, workers))

    assert sorted(counts) == [0, 0, 1]
    assert await provider_sync.sync_due_providers(app) == 0
    assert fake_providers.calls == ["services", "balance"]
    known = await Provider.get(id=provider.id)
    assert (known.balance, known.currency) == ("100.84292", "USD")
    assert known.sync_due_at is not None
    assert known.synced_at is not None
    assert known.sync_due_at - known.synced_at >= app.settings.provider_sync_interval - timedelta(minutes=1)


async def test_an_unreachable_provider_is_retried_before_the_next_interval(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    fake_providers.fail_next = [GatewayUnavailable("panel.example unavailable", request_sent=False)]

    await provider_sync.sync_due_providers(app)

    known = await Provider.get(id=provider.id)
    assert known.synced_at is None
    assert known.sync_due_at is not None
    assert known.sync_due_at <= await database.now() + timedelta(minutes=15)


@pytest.mark.parametrize("column", ["is_sandbox", "is_active"])
async def test_sandbox_providers_and_those_that_are_off_are_not_synced(
    column: str, app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    await Provider.filter(id=provider.id).update(**{column: column == "is_sandbox"})
    assert await provider_sync.sync_due_providers(app) == 0
    assert fake_providers.calls == []
