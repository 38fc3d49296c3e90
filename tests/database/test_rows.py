"""Rows read by fixed statements are what Tortoise reads."""

from typing import Any

import pytest
from tortoise.models import Model

import database
from database.row_layout import Projection
from database.rows import TableReader
from models import Category, Order, Service, User
from resolvers.app_context import AppContext

pytestmark = pytest.mark.both_databases

WITH_SERVICE = Projection(
    None, (("service", Projection(None, (("category", Projection()),))), ("category", Projection()))
)


def get_attributes(row: Model) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row._meta.fields_db_projection}


@pytest.mark.parametrize("model", [Category, Service, Order, User])
async def test_a_row_has_all_that_tortoise_reads(demo_app: AppContext, model: type[Model]) -> None:
    async with database.open_connections(demo_app.settings.effective_database_url):
        read = await TableReader(model).fetch("ORDER BY t.id")
        expected = await model.all().order_by("id")

    assert [get_attributes(row) for row in read] == [get_attributes(row) for row in expected]
    assert [{k: type(v) for k, v in get_attributes(row).items()} for row in read] == [
        {k: type(v) for k, v in get_attributes(row).items()} for row in expected
    ]
    assert vars(read[0]).keys() == vars(expected[0]).keys()


async def test_rows_that_are_referred_to_come_along(demo_app: AppContext) -> None:
    async with database.open_connections(demo_app.settings.effective_database_url):
        (order, *_) = await TableReader(Order).fetch(
            "ORDER BY t.id DESC LIMIT $1", 2, projection=WITH_SERVICE
        )
        service = await Service.get(id=order.service_id).select_related("category")

    assert get_attributes(order.service) == get_attributes(service)
    assert get_attributes(order.service.category) == get_attributes(service.category)
    assert order.category.id == order.category_id


async def test_a_reference_to_nothing_is_none(demo_app: AppContext) -> None:
    async with database.open_connections(demo_app.settings.effective_database_url):
        await Order.all().limit(1).update(provider_id=None)
        wanted = Projection(None, (("provider", Projection()),))
        (order, *_) = await TableReader(Order).fetch("WHERE t.provider_id IS NULL", projection=wanted)

    assert order.provider is None


async def test_only_requested_columns_are_read(demo_app: AppContext) -> None:
    wanted = Projection(frozenset({"link"}), (("service", Projection(frozenset({"name"}))),))
    async with database.open_connections(demo_app.settings.effective_database_url):
        (order, *_) = await TableReader(Order).fetch("ORDER BY t.id LIMIT 1", projection=wanted)

    assert order.link
    assert order.service.name
    assert order.service.id == order.service_id
    assert "charge" not in vars(order)
    assert "price" not in vars(order.service)


async def test_a_changed_row_can_be_saved(demo_app: AppContext) -> None:
    async with database.open_connections(demo_app.settings.effective_database_url):
        (user, *_) = await TableReader(User).fetch("ORDER BY t.id LIMIT 1")
        user.first_name = "نام"
        await user.save()

        assert (await User.get(id=user.id)).first_name == "نام"


async def test_timestamps_requested_as_seconds_create_no_datetime_objects(
    demo_app: AppContext,
) -> None:
    wanted = Projection(frozenset({"created_at", "due_at"}), seconds=frozenset({"created_at", "due_at"}))
    async with database.open_connections(demo_app.settings.effective_database_url):
        records = await TableReader(Order).read("ORDER BY t.id", projection=wanted)
        orders = await Order.all().order_by("id")

    names = list(records.layout.variables)
    for row, order in zip(records.values, orders, strict=True):
        read = dict(zip(names, row, strict=True))
        assert read["id"] == order.id
        for name in ("created_at", "due_at"):
            timestamp = getattr(order, name)
            assert read[name] == (None if timestamp is None else int(timestamp.timestamp()))
    with pytest.raises(TypeError, match="Order"):
        _ = records.objects
