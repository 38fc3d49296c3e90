"""Providers' catalogues: what is put on sale, what follows its cost, and what goes off sale."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from domain.service_types import ServiceFlag, ServiceSource, ServiceType
from gateways.errors import GatewayAnsweredNonsense, GatewayRefused, GatewayUnavailable
from gateways.provider_results import ProviderService
from models import Category, Provider, Service, database
from resolvers import provider_sync
from resolvers.provider_sync import CatalogueUnreadable, InvalidProvider, SyncReport
from resolvers.shop import Shop
from tests.database_state import all_rows, recorded_statements
from tests.fake_providers import FakeProviders
from tests.fakes import MOMENT, RecordingSms, new_shop
from tests.resolvers.provider_records import create_provider

ROW = ProviderService(
    id="77",
    name="Followers",
    category="Instagram",
    type=ServiceType.DEFAULT,
    type_text="Default",
    rate=Decimal(1000),
    min=50,
    max=10_000,
    drip_feed=False,
    refill=True,
    cancel=False,
    description="Fast",
)


@pytest.fixture
def panels() -> FakeProviders:
    return FakeProviders(catalogue=(ROW,))


async def imported(shop: Shop, provider: Provider) -> Service:
    """The service of `ROW`, put on sale by the first sync."""
    await provider_sync.sync_provider(shop, provider, adds_services=True)
    service = await Service.get(provider_id=provider.id)
    await Service.filter(id=service.id).update(updated_at=MOMENT)
    return service


async def synced(shop: Shop, provider: Provider, panels: FakeProviders, *rows: ProviderService) -> SyncReport:
    """The report of a sync with a catalogue of `rows`."""
    panels.catalogue = rows
    return await provider_sync.sync_provider(shop, provider, adds_services=False)


async def test_an_import_puts_a_service_on_sale_as_the_provider_describes_it(
    shop: Shop, provider: Provider
) -> None:
    report = await provider_sync.sync_provider(shop, provider, adds_services=True)

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
    shop: Shop,
    panels: FakeProviders,
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
    panels.catalogue = (replace(ROW, rate=Decimal(rate)),)

    service = await imported(shop, provider)

    assert (service.original_price, service.price, service.provider_rate) == (cost, price, rate)


async def test_an_import_adds_only_what_is_new_and_uses_the_shelves_there_are(
    shop: Shop, provider: Provider, panels: FakeProviders
) -> None:
    await imported(shop, provider)
    panels.catalogue = (ROW, replace(ROW, id="78"), replace(ROW, id="79", category="", name="Likes"))

    report = await provider_sync.sync_provider(shop, provider, adds_services=True)

    assert report.counts == {"unchanged": 1, "added": 2}
    assert [shelf.name for shelf in await Category.all().order_by("id")] == ["Instagram", "Likes"]


async def test_two_imports_at_once_put_each_service_on_sale_once(
    shop: Shop, provider: Provider, panels: FakeProviders
) -> None:
    panels.catalogue = tuple(replace(ROW, id=str(number)) for number in range(30))

    reports = await asyncio.gather(
        *(provider_sync.sync_provider(shop, provider, adds_services=True) for _ in range(3))
    )

    assert sum(report.counts.get("added", 0) for report in reports) == 30
    assert await Service.all().count() == 30


async def test_a_sync_without_import_adds_nothing(shop: Shop, provider: Provider) -> None:
    report = await provider_sync.sync_provider(shop, provider, adds_services=False)
    assert report.counts == {}
    assert not await Service.exists()


@pytest.mark.parametrize(
    "odd",
    [
        replace(ROW, type=None, type_text="Poll"),
        replace(ROW, min=None),
        replace(ROW, max=None),
        replace(ROW, min=10, max=9),
        replace(ROW, min=-1),
        replace(ROW, min=0, max=0),
        replace(ROW, max=2**62),
        replace(ROW, rate=Decimal("999999999999999.999")),
        replace(ROW, rate=Decimal(94_000_000_000)),
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
async def test_what_is_not_understood_is_counted_and_not_sold(
    odd: ProviderService, shop: Shop, panels: FakeProviders
) -> None:
    provider = await create_provider()
    await Provider.filter(id=provider.id).update(toman_per_unit=95_000)
    panels.catalogue = (odd, replace(ROW, id="78"))

    report = await provider_sync.sync_provider(shop, await Provider.get(id=provider.id), adds_services=True)

    assert report.counts == {"not understood": 1, "added": 1}
    assert [service.provider_service_id for service in await Service.all()] == ["78"]


@pytest.mark.parametrize(("rate", "price"), [("1200", 1_560), ("800", 1_040), ("1000.1", 1_302)])
async def test_a_price_made_by_the_margin_follows_the_cost_within_the_bound(
    rate: str, price: int, shop: Shop, provider: Provider, panels: FakeProviders
) -> None:
    service = await imported(shop, provider)

    report = await synced(shop, provider, panels, replace(ROW, rate=Decimal(rate)))

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
    rate: str, flag: ServiceFlag, is_active: bool, shop: Shop, provider: Provider, panels: FakeProviders
) -> None:
    service = await imported(shop, provider)

    report = await synced(shop, provider, panels, replace(ROW, rate=Decimal(rate)))

    await service.refresh_from_db()
    assert report.counts == {flag.value: 1}
    assert (service.price, service.original_price) == (1_300, int(rate))
    assert (service.flag, service.is_active) == (flag, is_active)
    assert service.flagged_at is not None


@pytest.mark.parametrize("rate", ["9007199254740992", "9007199254740991"], ids=["its cost", "its price"])
async def test_a_service_that_costs_more_than_every_amount_goes_off_sale(
    rate: str, shop: Shop, provider: Provider, panels: FakeProviders
) -> None:
    service = await imported(shop, provider)

    report = await synced(shop, provider, panels, replace(ROW, rate=Decimal(rate)))

    await service.refresh_from_db()
    assert report.counts == {"below_cost": 1}
    assert (service.price, service.flag, service.is_active) == (1_300, ServiceFlag.BELOW_COST, False)


async def test_a_service_that_cost_nothing_is_flagged_when_it_costs_something(
    shop: Shop, provider: Provider, panels: FakeProviders
) -> None:
    panels.catalogue = (replace(ROW, rate=Decimal(0)),)
    service = await imported(shop, provider)

    report = await synced(shop, provider, panels, ROW)

    await service.refresh_from_db()
    assert report.counts == {"below_cost": 1}
    assert (service.price, service.original_price, service.is_active) == (0, 1_000, False)


async def test_a_flagged_service_keeps_its_price_and_flag_in_the_next_sync_too(
    shop: Shop, provider: Provider, panels: FakeProviders
) -> None:
    service = await imported(shop, provider)
    dearer = replace(ROW, rate=Decimal(1_250))
    await synced(shop, provider, panels, dearer)

    report = await synced(shop, provider, panels, dearer)

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
    shop: Shop,
    provider: Provider,
    panels: FakeProviders,
) -> None:
    service = await imported(shop, provider)
    await Service.filter(id=service.id).update(price=price)

    report = await synced(shop, provider, panels, replace(ROW, rate=Decimal(rate)))

    await service.refresh_from_db()
    assert report.counts == {outcome: 1}
    assert (service.price, service.original_price, service.is_active) == (price, 1_100, is_active)


async def test_what_the_provider_no_longer_lists_goes_off_sale_and_stays_there_when_it_comes_back(
    shop: Shop, provider: Provider, panels: FakeProviders
) -> None:
    service = await imported(shop, provider)

    report = await synced(shop, provider, panels, replace(ROW, id="78"))

    await service.refresh_from_db()
    assert report.counts == {"vanished": 1}
    assert (service.flag, service.is_active) == (ServiceFlag.VANISHED, False)
    assert (await synced(shop, provider, panels, ROW)).counts == {"unchanged": 1}
    await service.refresh_from_db()
    assert (service.flag, service.is_active) == (ServiceFlag.VANISHED, False)


async def test_a_service_that_the_shop_sells_twice_stays_on_sale_twice(
    shop: Shop, provider: Provider, panels: FakeProviders
) -> None:
    service = await imported(shop, provider)
    twin = service.clone()
    twin.name = "Followers, for friends"
    await twin.save()

    report = await synced(shop, provider, panels, replace(ROW, rate=Decimal(1_100)))

    assert report.counts == {"repriced": 2}
    assert [(row.price, row.is_active) for row in await Service.all()] == [(1_430, True)] * 2


@pytest.mark.parametrize(
    "failure",
    [
        GatewayUnavailable("panel.example unavailable", request_sent=True),
        GatewayAnsweredNonsense("HTTP 200 with no list of services"),
        GatewayRefused(200, "Invalid API key"),
        None,
    ],
    ids=["away", "nonsense", "refused", "empty catalogue"],
)
async def test_a_catalogue_that_cannot_be_read_changes_nothing(
    failure: Exception | None, shop: Shop, provider: Provider, panels: FakeProviders
) -> None:
    await imported(shop, provider)
    before = await all_rows()
    panels.fail_next, panels.catalogue = [failure] if failure else [], ()  # type: ignore[list-item]  # each is one

    with pytest.raises(CatalogueUnreadable):
        await provider_sync.sync_provider(shop, provider, adds_services=True)

    assert await all_rows() == before


async def test_services_of_staff_and_of_other_providers_are_left_alone(
    shop: Shop, provider: Provider, panels: FakeProviders
) -> None:
    service = await imported(shop, provider)
    other = await create_provider()
    await Service.filter(id=service.id).update(source=ServiceSource.MANUAL)

    reports = [await synced(shop, panel, panels, replace(ROW, id="1")) for panel in (provider, other)]

    assert [report.counts for report in reports] == [{}, {}]
    assert (await Service.get(id=service.id)).is_active


async def test_what_the_catalogue_tells_besides_the_price_is_taken_over(
    shop: Shop, provider: Provider, panels: FakeProviders
) -> None:
    service = await imported(shop, provider)

    await synced(
        shop, provider, panels, replace(ROW, min=10, max=20, refill=False, cancel=True, drip_feed=True)
    )

    await service.refresh_from_db()
    assert (service.min_quantity, service.max_quantity) == (10, 20)
    assert (service.can_refill, service.can_cancel) == (False, True)
    # Whether the shop offers drip-feed is its own choice; who runs it is the provider's.
    assert (service.provider_drip_feed, service.drip_feed) == (True, False)


@pytest.mark.parametrize(
    ("least", "most", "limits"),
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
async def test_limits_that_cannot_be_true_stay_as_they_were(
    least: int | None,
    most: int | None,
    limits: tuple[int, int],
    shop: Shop,
    provider: Provider,
    panels: FakeProviders,
) -> None:
    service = await imported(shop, provider)

    report = await synced(shop, provider, panels, replace(ROW, min=least, max=most))

    await service.refresh_from_db()
    assert report.counts == {"unchanged": 1}
    assert (service.min_quantity, service.max_quantity) == limits


async def test_what_changed_is_dated_and_what_did_not_is_not_written(
    shop: Shop, provider: Provider, panels: FakeProviders
) -> None:
    service = await imported(shop, provider)

    with recorded_statements() as unchanged:
        await synced(shop, provider, panels, ROW)
    dates = [(await Service.get(id=service.id)).updated_at]
    await synced(shop, provider, panels, replace(ROW, rate=Decimal(1_100)))
    dates.append((await Service.get(id=service.id)).updated_at)

    assert dates[0] == MOMENT < dates[1]
    assert not [statement for statement in unchanged if "services" in statement and "UPDATE" in statement]


async def test_what_staff_changed_while_the_catalogue_was_read_stays(shop: Shop, provider: Provider) -> None:
    service = await imported(shop, provider)
    shown = await Service.get(id=service.id)
    await Service.filter(id=service.id).update(name="Followers, real")

    await provider_sync._update(
        shop, provider, shown, replace(ROW, rate=Decimal(1_100)), await database.now()
    )

    await service.refresh_from_db()
    assert (service.name, service.price) == ("Followers, real", 1_430)


async def test_due_providers_are_synced_once_by_several_workers_and_then_rest(
    shop: Shop, provider: Provider, panels: FakeProviders, sms: RecordingSms
) -> None:
    await imported(shop, provider)
    panels.asked.clear()
    workers = [new_shop(shop.settings, sms, providers=panels, worker_name=name) for name in "abc"]

    counts = await asyncio.gather(*map(provider_sync.sync_due_providers, workers))

    assert sorted(counts) == [0, 0, 1]
    assert await provider_sync.sync_due_providers(shop) == 0
    assert panels.asked == ["services", "balance"]
    known = await Provider.get(id=provider.id)
    assert (known.balance, known.currency) == ("100.84292", "USD")
    assert known.sync_due_at is not None
    assert known.synced_at is not None
    assert known.sync_due_at - known.synced_at >= shop.settings.provider_sync_interval - timedelta(minutes=1)


async def test_a_provider_that_is_away_is_asked_again_before_the_next_interval(
    shop: Shop, provider: Provider, panels: FakeProviders
) -> None:
    panels.fail_next = [GatewayUnavailable("panel.example unavailable", request_sent=False)]

    await provider_sync.sync_due_providers(shop)

    known = await Provider.get(id=provider.id)
    assert known.synced_at is None
    assert known.sync_due_at is not None
    assert known.sync_due_at <= await database.now() + timedelta(minutes=15)


@pytest.mark.parametrize("column", ["is_sandbox", "is_active"])
async def test_sandbox_providers_and_those_that_are_off_are_not_synced(
    column: str, shop: Shop, provider: Provider, panels: FakeProviders
) -> None:
    await Provider.filter(id=provider.id).update(**{column: column == "is_sandbox"})
    assert await provider_sync.sync_due_providers(shop) == 0
    assert panels.asked == []


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"url": "ftp://panel.example"}, "url"),
        ({"url": "panel.example/api/v2"}, "url"),
        ({"url": f"https://panel.example/{'x' * 500}"}, "url"),
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
