"""Adding a provider and putting its services on sale: priced by the margin, each once, the odd ones never."""

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from domain.service_types import ServiceSource, ServiceType
from gateways.provider_results import ProviderService
from models import Category, Provider, Service
from resolvers import provider_sync
from resolvers.app_context import AppContext
from resolvers.provider_sync import InvalidProvider
from tests.fake_providers import FakeProviders
from tests.resolvers.provider_factories import CATALOGUE_ROW, create_provider, import_service

pytestmark = pytest.mark.both_databases


@pytest.fixture
def fake_providers() -> FakeProviders:
    return FakeProviders(catalogue=(CATALOGUE_ROW,))


async def test_an_import_puts_a_service_on_sale_as_the_provider_describes_it(
    app: AppContext, provider: Provider
) -> None:
    report = await provider_sync.sync_provider(app, provider, adds_services=True)

    [service] = await Service.all().select_related("category")
    assert (report.counts, report.skipped) == ({"added": 1}, 0)
    assert (service.name, service.description, service.category.name) == ("Followers", "Fast", "Instagram")
    assert (service.type, service.source) == (ServiceType.DEFAULT, ServiceSource.API)
    assert (service.provider_id, service.provider_service_id) == (provider.id, "77")
    assert (service.min_quantity, service.max_quantity) == (50, 10_000)
    assert (service.can_refill, service.can_cancel, service.drip_feed) == (True, False, False)
    assert service.is_active
    assert service.flag is None
    assert (await Provider.get(id=provider.id)).synced_at is not None


@pytest.mark.parametrize(
    ("rate", "course", "margin", "rounding", "cost", "price"),
    [
        ("0.9", 95_000, 30, 1, 85_500, 111_150),
        ("0.9", 95_000, 30, 1_000, 85_500, 112_000),
        ("0.00001", 95_000, 0, 1, 1, 1),
        ("95200.5", 1, 0, 1, 95_201, 95_201),
        ("0", 95_000, 30, 100, 0, 0),
    ],
)
async def test_an_imported_service_costs_its_rate_plus_the_margin_rounded_up(
    rate: str,
    course: int,
    margin: int,
    rounding: int,
    cost: int,
    price: int,
    app: AppContext,
    fake_providers: FakeProviders,
) -> None:
    provider = await provider_sync.add_provider(
        name="Panel",
        url="https://panel.example/api/v2",
        api_key="k",
        toman_per_unit=course,
        margin_percent=margin,
        rounding=rounding,
        concurrency=10,
    )
    fake_providers.catalogue = (replace(CATALOGUE_ROW, rate=Decimal(rate)),)

    service = await import_service(app, provider)

    assert (service.original_price, service.price, service.provider_rate) == (cost, price, rate)
    # What costs nothing is not given away unseen: staff put it on sale.
    assert bool(service.is_active) == (cost > 0)


async def test_an_import_adds_only_new_services_and_uses_existing_categories(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    await import_service(app, provider)
    fake_providers.catalogue = (
        CATALOGUE_ROW,
        replace(CATALOGUE_ROW, id="78"),
        replace(CATALOGUE_ROW, id="79", category="", name="Likes"),
    )

    report = await provider_sync.sync_provider(app, provider, adds_services=True)

    assert report.counts == {"unchanged": 1, "added": 2}
    assert [category.name for category in await Category.all().order_by("id")] == ["Instagram", "Likes"]


async def test_two_imports_at_once_put_each_service_on_sale_once(
    app: AppContext, provider: Provider, fake_providers: FakeProviders
) -> None:
    fake_providers.catalogue = tuple(replace(CATALOGUE_ROW, id=str(number)) for number in range(30))

    reports = await asyncio.gather(
        *(provider_sync.sync_provider(app, provider, adds_services=True) for _ in range(3))
    )

    assert sum(report.counts.get("added", 0) for report in reports) == 30
    assert await Service.all().count() == 30


async def test_a_sync_without_import_adds_nothing(app: AppContext, provider: Provider) -> None:
    report = await provider_sync.sync_provider(app, provider, adds_services=False)
    assert report.counts == {}
    assert not await Service.exists()


@pytest.mark.parametrize(
    "odd",
    [
        replace(CATALOGUE_ROW, type=None, type_text="Poll"),
        replace(CATALOGUE_ROW, min=None),
        replace(CATALOGUE_ROW, max=None),
        replace(CATALOGUE_ROW, min=10, max=9),
        replace(CATALOGUE_ROW, min=-1),
        replace(CATALOGUE_ROW, min=0, max=0),
        replace(CATALOGUE_ROW, max=2**62),
        replace(CATALOGUE_ROW, rate=Decimal("999999999999999.999")),
        replace(CATALOGUE_ROW, rate=Decimal(94_000_000_000)),
    ],
    ids=[
        "unknown type",
        "no least",
        "no most",
        "most below least",
        "least below nothing",
        "most of nothing",
        "most beyond every quantity",
        "cost too high",
        "price too high",
    ],
)
async def test_unreadable_services_are_counted_and_not_sold(
    odd: ProviderService, app: AppContext, fake_providers: FakeProviders
) -> None:
    provider = await create_provider()
    await Provider.filter(id=provider.id).update(toman_per_unit=95_000)
    fake_providers.catalogue = (odd, replace(CATALOGUE_ROW, id="78"))

    report = await provider_sync.sync_provider(app, await Provider.get(id=provider.id), adds_services=True)

    assert report.counts == {"not understood": 1, "added": 1}
    assert [service.provider_service_id for service in await Service.all()] == ["78"]


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"url": "ftp://panel.example"}, "url"),
        ({"url": "panel.example/api/v2"}, "url"),
        ({"url": f"https://panel.example/{'x' * 500}"}, "url"),
        (
            {"name": "Pan\udcffel", "url": "https://panel.example/\udcff", "api_key": "\udcff"},
            "name, url, key",
        ),
        ({"api_key": ""}, "key"),
        ({"api_key": "x" * 201}, "key"),
        ({"toman_per_unit": 0}, "rate"),
        ({"toman_per_unit": 2**53}, "rate"),
        ({"margin_percent": -1}, "margin"),
        ({"margin_percent": 10_001}, "margin"),
        ({"rounding": 0}, "round"),
        ({"concurrency": 0}, "concurrency"),
        ({"concurrency": 101, "rounding": 0}, "round, concurrency"),
    ],
)
async def test_a_provider_that_could_not_work_is_refused_by_name_before_any_write(
    wrong: dict[str, object], named: str
) -> None:
    right: dict[str, object] = {
        "name": "Panel",
        "url": "https://panel.example/api/v2",
        "api_key": "k",
        "toman_per_unit": 1,
        "margin_percent": 30,
        "rounding": 1,
        "concurrency": 10,
    }
    with pytest.raises(InvalidProvider, match=f"^not acceptable: {named}$"):
        await provider_sync.add_provider(**{**right, **wrong})  # type: ignore[arg-type]  # of each argument's own type
