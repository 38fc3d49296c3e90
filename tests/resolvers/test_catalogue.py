"""The catalogue as shoppers see it."""

import pytest

from domain.service_types import ServiceType
from models import Service
from resolvers import catalogue
from resolvers.catalogue import CategoryOrderField, ServiceFilter, ServiceOrderField
from resolvers.filters import Contains, Ids, OneOf, Range
from resolvers.pagination import Direction, PageRequest
from tests.resolvers.factories import create_category, create_service

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("db")]


async def find_service_ids(where: ServiceFilter) -> list[int]:
    """Ids of the services that meet `where`, in their order."""
    page = await catalogue.get_services_page(
        page=PageRequest(), where=where, order_by=ServiceOrderField.ID, direction=Direction.ASC
    )
    assert await page.total_count() == len(page.nodes)
    return [service.id for service in page.nodes]


async def test_categories_come_newest_first_without_those_off_sale() -> None:
    first, _, last = (
        await create_category(name="a"),
        await create_category(is_active=False),
        await create_category(name="b"),
    )

    assert [category.id for category in await catalogue.list_categories()] == [last.id, first.id]


@pytest.mark.parametrize(("is_active", "names"), [(True, ["on"]), (False, ["off"]), (None, ["off", "on"])])
async def test_categories_are_listed_by_whether_they_are_on_sale(
    is_active: bool | None, names: list[str]
) -> None:
    await create_category(name="on")
    await create_category(name="off", is_active=False)

    found_categories = await catalogue.list_categories(is_active=is_active)

    assert [category.name for category in found_categories] == names


@pytest.mark.parametrize("direction", list(Direction))
async def test_categories_of_equal_rank_keep_the_direction_by_their_ids(direction: Direction) -> None:
    ids = [(await create_category(position=position)).id for position in (2, 1, 2)]
    rising = [ids[1], ids[0], ids[2]]

    listed = await catalogue.list_categories(order_by=CategoryOrderField.POSITION, direction=direction)

    expected = rising if direction is Direction.ASC else rising[::-1]
    assert [category.id for category in listed] == expected


@pytest.mark.parametrize("order_by", list(CategoryOrderField))
async def test_categories_sort_by_every_column_on_offer(order_by: CategoryOrderField) -> None:
    await create_category()
    await create_category()

    assert len(await catalogue.list_categories(order_by=order_by)) == 2


@pytest.mark.parametrize("order_by", list(ServiceOrderField))
async def test_services_sort_by_every_column_on_offer(order_by: ServiceOrderField) -> None:
    await create_service(original_price=5)
    await create_service()

    assert len(await catalogue.list_services(order_by=order_by)) == 2


async def test_services_are_listed_by_category_newest_first_without_those_off_sale() -> None:
    category = await create_category()
    first = await create_service(category=category)
    await create_service(category=category, is_active=False)
    last = await create_service(category=category)
    await create_service()

    listed = await catalogue.list_services(category_id=category.id)

    assert [service.id for service in listed] == [last.id, first.id]
    assert len(await catalogue.list_services(category_id=category.id, is_active=None)) == 3
    assert len(await catalogue.list_services(category_id=category.id, is_active=False)) == 1


@pytest.mark.parametrize("number", [0, -1, 999_999, 2**31, 2**63, 10**30])
async def test_an_id_of_nothing_finds_nothing(number: int) -> None:
    await create_service()

    assert await catalogue.list_services(category_id=number) == []
    assert await catalogue.get_service(number) is None
    assert await find_service_ids(ServiceFilter(category=Ids([number]))) == []


async def test_get_service_returns_only_services_on_sale() -> None:
    on_sale, withdrawn = await create_service(), await create_service(is_active=False)

    service = await catalogue.get_service(on_sale.id)

    assert service is not None
    assert service.id == on_sale.id
    assert await catalogue.get_service(withdrawn.id) is None


async def test_a_page_omits_services_that_are_off_sale_themselves_or_by_category() -> None:
    on_sale = await create_service()
    await create_service(is_active=False)
    await create_service(category=await create_category(is_active=False))

    assert await find_service_ids(ServiceFilter()) == [on_sale.id]


async def test_services_are_found_by_every_criterion_at_once() -> None:
    category = await create_category()
    wanted = await create_service(
        category=category, name="Likes, fast", price=500, type=ServiceType.PACKAGE, drip_feed=True
    )
    for other in (
        {"price": 499},
        {"price": 601},
        {"type": ServiceType.DEFAULT},
        {"drip_feed": False},
        {"name": "Follows"},
        {"category_id": (await create_category()).id},
    ):
        copy = await create_service(
            category=category, name="Likes, fast", price=500, type=ServiceType.PACKAGE, drip_feed=True
        )
        await Service.filter(id=copy.id).update(**other)

    where = ServiceFilter(
        category=Ids([category.id, 2**40]),
        type=OneOf([ServiceType.PACKAGE, ServiceType.MENTIONS_HASHTAG]),
        drip_feed=True,
        name=Contains("LIKES"),
        price=Range(gte=500, lte=600),
    )
    assert await find_service_ids(where) == [wanted.id]


@pytest.mark.parametrize(
    ("where", "prices"),
    [
        (ServiceFilter(price=Range(gte=200)), [200, 300]),
        (ServiceFilter(price=Range(lte=200)), [100, 200]),
        (ServiceFilter(price=Range(gte=200, lte=200)), [200]),
        (ServiceFilter(price=Range(gte=0)), [100, 200, 300]),
        (ServiceFilter(price=Range(lte=0)), []),
        (ServiceFilter(drip_feed=False), [100, 200, 300]),
        (ServiceFilter(type=OneOf([])), []),
        (ServiceFilter(category=Ids([])), []),
    ],
    ids=str,
)
async def test_a_bound_of_zero_and_an_empty_list_are_criteria_too(
    where: ServiceFilter, prices: list[int]
) -> None:
    for price in (100, 200, 300):
        await create_service(price=price)

    services = await Service.filter(id__in=await find_service_ids(where)).order_by("price")

    assert [service.price for service in services] == prices


@pytest.mark.parametrize(
    ("part", "is_found"),
    [("100%", True), ("_\\'", True), ("فالوور", True), ("1%0", False), ("\x00", False), ("\ud800", False)],
    ids=ascii,
)
async def test_services_are_found_by_a_literal_part_of_their_name(part: str, is_found: bool) -> None:
    service = await create_service(name="فالوور 100%_\\'")

    assert await find_service_ids(ServiceFilter(name=Contains(part))) == ([service.id] if is_found else [])


async def test_rows_are_found_by_id_on_sale_or_not() -> None:
    service, withdrawn = await create_service(), await create_service(is_active=False)
    await create_service()

    services = await catalogue.get_services_by_id([service.id, withdrawn.id, 999_999])
    categories = await catalogue.get_categories_by_id([service.category_id])

    assert set(services) == {service.id, withdrawn.id}
    assert services[withdrawn.id].id == withdrawn.id
    assert set(categories) == {service.category_id}
    assert await catalogue.get_services_by_id([]) == {}
