"""Every list that is searched finds what was stored in one spelling by another."""

from collections.abc import Iterable
from typing import Any

import pytest
from tortoise.models import Model
from tortoise.queryset import QuerySet

import resolvers.catalogue
import resolvers.orders
import resolvers.staff.categories
import resolvers.staff.order_lists
import resolvers.staff.providers
import resolvers.staff.service_lists
import resolvers.staff.tickets
import resolvers.staff.users
import resolvers.tickets
from models import Category, Order, Provider, Service, Ticket, User
from resolvers.filters import Contains
from tests.fakes import create_user
from tests.resolvers.factories import create_category, create_order, create_service, create_ticket
from tests.resolvers.provider_factories import create_provider

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("db")]

PROSE = [
    ("فالوور ايراني", "ایرانی"),
    ("لایک ایرانی", "ايراني"),
    ("ویو كيفيت بالا", "کیفیت"),
    ("کامنت می\u200cخواهم", "میخواهم"),
    ("بازديد خانة", "خانه"),
    ("آپارات أصلي", "اپارات اصلی"),
    ("پک ۱۰۰۰ تایی", "1000"),
    ("پک ٢٠٠٠ تایی", "۲۰۰۰"),
    ("پک 3000 تایی", "３٠۰0"),
    ("INSTAGRAM Éclair", "instagram é"),
    ("فا\u200bلو\ufeffو\u00adر", "فالوور"),
]
"""As stored, as typed."""
LISTS: list[tuple[Any, type[Model], str]] = [
    (resolvers.catalogue.ServiceFilter, Service, "name"),
    (resolvers.staff.service_lists.ServiceFilter, Service, "name"),
    (resolvers.staff.categories.CategoryFilter, Category, "name"),
    (resolvers.staff.providers.ProviderFilter, Provider, "name"),
    (resolvers.tickets.TicketFilter, Ticket, "subject"),
    (resolvers.staff.tickets.TicketFilter, Ticket, "subject"),
]
MOBILES = (
    "09121234567",
    "۰۹۱۲۱۲۳۴۵۶۷",
    "+989121234567",
    "00989121234567",
    "+98 912 123 45 67",
    "\u202a0912-123-4567\u202c",
    "9121234567",
    "۰۹۱۲ ۱۲۳",
    "+98912",
    "0098 0912",
    "٤٥٦٧",
)


async def find_matches(filter_type: Any, rows: type[Model], column: str, typed: str) -> set[int]:
    """Ids of the rows that a list finds."""
    queryset: QuerySet[Any] = rows.all()
    found: Iterable[Any] = await filter_type(**{column: Contains(typed)}).apply(queryset)
    return {row.pk for row in found}


async def test_a_list_finds_a_text_in_whichever_spelling() -> None:
    user, category = await create_user(), await create_category()
    await create_service(category=category)
    await create_ticket(user)
    await create_provider()
    for filter_type, model, column in LISTS:
        (row,) = await model.all()
        for stored, typed in PROSE:
            await model.filter(pk=row.pk).update(**{column: stored})
            for part in (stored, typed, typed.upper()):
                found = await find_matches(filter_type, model, column, part)
                assert found == {row.pk}, (filter_type, stored, part)
            assert await find_matches(filter_type, model, column, typed + "ژژ") == set(), (
                filter_type,
                stored,
            )


async def test_staff_find_users_by_a_mobile_in_whichever_spelling() -> None:
    user = await create_user(mobile="09121234567", email="sara7@example.com")
    await create_user(mobile="09359876543")
    where = resolvers.staff.users.UserFilter

    for typed in MOBILES:
        assert await find_matches(where, User, "mobile", typed) == {user.id}, typed
    for typed in ("(", "-", "abc", "+", "09121234568", "%"):
        assert await find_matches(where, User, "mobile", typed) == set(), typed
    for typed in ("SARA7@", "Sara۷", "sa\u200cra7"):
        assert await find_matches(where, User, "email", typed) == {user.id}, typed


async def test_orders_are_found_by_a_part_of_their_link_as_stored_or_folded() -> None:
    order = await create_order(await create_user(), await create_service(), link="https://t.me/كتاب/12")
    assert await Order.all().count() == 1

    for where in (resolvers.orders.OrderFilter, resolvers.staff.order_lists.OrderFilter):
        for typed in ("T.ME", "كتاب", "/۱۲", "t.\u200bme"):
            assert await find_matches(where, Order, "link", typed) == {order.id}, (where, typed)
        assert await find_matches(where, Order, "link", "t.me/13") == set()
