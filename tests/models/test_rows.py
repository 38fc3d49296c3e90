"""Rows read by fixed statements are what Tortoise reads."""

from typing import Any

import pytest
from tortoise.models import Model

from models import Category, Order, Service, User, database
from models.rows import Rows, Wanted
from resolvers.shop import Shop

pytestmark = pytest.mark.both_databases

WITH_SERVICE = Wanted(None, (("service", Wanted(None, (("category", Wanted()),))), ("category", Wanted())))


def attributes(row: Model) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row._meta.fields_db_projection}


@pytest.mark.parametrize("model", [Category, Service, Order, User])
async def test_a_row_has_all_that_tortoise_reads(demo_shop: Shop, model: type[Model]) -> None:
    async with database.connected(demo_shop.settings.effective_database_url):
        read = await Rows(model).fetch("ORDER BY t.id")
        expected = await model.all().order_by("id")

    assert [attributes(row) for row in read] == [attributes(row) for row in expected]
    assert [{k: type(v) for k, v in attributes(row).items()} for row in read] == [
        {k: type(v) for k, v in attributes(row).items()} for row in expected
    ]
    assert vars(read[0]).keys() == vars(expected[0]).keys()


async def test_rows_that_are_referred_to_come_along(demo_shop: Shop) -> None:
    async with database.connected(demo_shop.settings.effective_database_url):
        (order, *_) = await Rows(Order).fetch("ORDER BY t.id DESC LIMIT $1", 2, wanted=WITH_SERVICE)
        service = await Service.get(id=order.service_id).select_related("category")

    assert attributes(order.service) == attributes(service)
    assert attributes(order.service.category) == attributes(service.category)
    assert order.category.id == order.category_id


async def test_a_reference_to_nothing_is_none(demo_shop: Shop) -> None:
    async with database.connected(demo_shop.settings.effective_database_url):
        await Order.all().limit(1).update(provider_id=None)
        wanted = Wanted(None, (("provider", Wanted()),))
        (order, *_) = await Rows(Order).fetch("WHERE t.provider_id IS NULL", wanted=wanted)

    assert order.provider is None


async def test_only_what_is_wanted_is_read(demo_shop: Shop) -> None:
    wanted = Wanted(frozenset({"link"}), (("service", Wanted(frozenset({"name"}))),))
    async with database.connected(demo_shop.settings.effective_database_url):
        (order, *_) = await Rows(Order).fetch("ORDER BY t.id LIMIT 1", wanted=wanted)

    assert order.link
    assert order.service.name
    assert order.service.id == order.service_id
    assert "charge" not in vars(order)
    assert "price" not in vars(order.service)


async def test_a_changed_row_can_be_saved(demo_shop: Shop) -> None:
    async with database.connected(demo_shop.settings.effective_database_url):
        (user, *_) = await Rows(User).fetch("ORDER BY t.id LIMIT 1")
        user.first_name = "نام"
        await user.save()

        assert (await User.get(id=user.id)).first_name == "نام"


async def test_moments_wanted_as_seconds_are_the_clock_s_and_no_object_is_made_of_them(
    demo_shop: Shop,
) -> None:
    wanted = Wanted(frozenset({"created_at", "due_at"}), seconds=frozenset({"created_at", "due_at"}))
    async with database.connected(demo_shop.settings.effective_database_url):
        records = await Rows(Order).read("ORDER BY t.id", wanted=wanted)
        orders = await Order.all().order_by("id")

    names = list(records.layout.variables)
    for row, order in zip(records.values, orders, strict=True):
        read = dict(zip(names, row, strict=True))
        assert read["id"] == order.id
        for name in ("created_at", "due_at"):
            moment = getattr(order, name)
            assert read[name] == (None if moment is None else int(moment.timestamp()))
    with pytest.raises(TypeError, match="Order"):
        _ = records.objects
