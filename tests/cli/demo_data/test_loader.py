"""The demo's own arithmetic, and its loader."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cli.demo_data import generate, loader
from cli.demo_data.reference_records import Reference
from domain import mobiles
from domain.order_status import FULLY_REFUNDED, OrderStatus
from models import Category, Gift, LedgerEntry, Order, Provider, Ticket, User

pytestmark = pytest.mark.both_databases

Documented = Callable[[str], Any]
NOW = datetime(2020, 7, 1, tzinfo=UTC)


@pytest.mark.usefixtures("demo_db")
async def test_orders_that_count_give_the_documented_table_of_users(documented: Documented) -> None:
    users = {user.id: user for user in await User.all()}
    amounts: Counter[int] = Counter()
    counts: Counter[int] = Counter()
    for order in await Order.exclude(status__in=FULLY_REFUNDED):
        amounts[order.user_id] += order.charge
        counts[order.user_id] += 1

    shown = documented("stats/top_users")["users"]
    assert [
        {
            "id": users[number].id,
            "first_name": users[number].first_name,
            "last_name": users[number].last_name,
            "mobile": mobiles.mask(users[number].mobile or ""),
            "order_count": counts[number],
            "custom_rate": users[number].custom_rate,
            "amount": amount,
        }
        for number, amount in amounts.most_common(10)
    ] == shown
    assert amounts.most_common(11)[10][1] < shown[-1]["amount"]


@pytest.mark.usefixtures("demo_db")
async def test_statistics_would_differ_if_canceled_and_refunded_orders_counted(
    documented: Documented,
) -> None:
    orders = await Order.all()
    amounts: Counter[int] = Counter()
    for order in orders:
        amounts[order.user_id] += order.charge
    counts = Counter(order.service_id for order in orders)

    shown_users = [user["id"] for user in documented("stats/top_users")["users"]]
    shown_services = [row["service_id"] for row in documented("stats/top_services")["services"]]
    assert [number for number, _ in amounts.most_common(10)] != shown_users
    assert [number for number, _ in counts.most_common(10)] != shown_services


@pytest.mark.usefixtures("demo_db")
async def test_every_balance_is_the_sum_of_its_ledger() -> None:
    sums: Counter[int] = Counter()
    for entry in await LedgerEntry.all():
        sums[entry.user_id] += entry.amount

    assert {user.id: user.balance for user in await User.filter(balance__gt=0)} == sums


@pytest.mark.usefixtures("demo_db")
async def test_every_order_follows_its_service_and_the_price_rule() -> None:
    orders = await Order.all().prefetch_related("service", "user")

    for order in orders:
        service, discount = order.service, order.user.custom_rate
        assert order.charge == -(-service.price * order.quantity * (100 - discount) // 100_000)
        assert service.min_quantity <= order.quantity <= service.max_quantity
        assert order.category_id == service.category_id
        assert order.created_at >= max(service.created_at, order.user.created_at) or order.id == 1528
        assert order.is_imported


@pytest.mark.usefixtures("demo_db")
async def test_every_order_refunded_its_undelivered_part() -> None:
    orders = await Order.all()

    assert {OrderStatus.PARTIAL, *FULLY_REFUNDED} < {order.status for order in orders}
    for order in orders:
        assert order.refunded == order.charge * order.remains // order.quantity
        assert (order.remains > 0) == (order.status in (OrderStatus.PARTIAL, *FULLY_REFUNDED))


@pytest.mark.usefixtures("demo_db")
async def test_every_user_has_a_verified_mobile_of_their_own() -> None:
    users = await User.all()

    assert len({user.mobile for user in users}) == len(users)
    for user in users:
        assert user.mobile_verified
        assert mobiles.normalize(user.mobile or "") == user.mobile


@pytest.mark.usefixtures("demo_db")
async def test_every_provider_is_a_sandbox() -> None:
    assert await Provider.all().order_by("id").values_list("id", "is_sandbox") == [
        (4, True),
        (5, True),
        (7, True),
    ]


@pytest.mark.usefixtures("demo_db")
async def test_new_rows_get_ids_after_the_demos() -> None:
    ticket = await Ticket.create(user_id=176, subject="a", description="b", created_at=NOW, updated_at=NOW)
    user = await User.create(created_at=NOW, updated_at=NOW)
    gift = await Gift.create(service_id=1903, min_quantity=1, max_quantity=2, created_at=NOW, updated_at=NOW)

    assert (ticket.id, user.id, gift.id) == (20, 181, 2)


@pytest.mark.usefixtures("demo_db")
async def test_load_refuses_a_database_with_users() -> None:
    with pytest.raises(loader.DatabaseNotEmpty):
        await loader.load(NOW)


@pytest.mark.usefixtures("db")
async def test_load_changes_nothing_in_a_shop_with_a_user() -> None:
    await User.create(created_at=NOW, updated_at=NOW)

    with pytest.raises(loader.DatabaseNotEmpty):
        await loader.load(NOW)

    assert (await User.all().count(), await Category.all().count()) == (1, 0)
    assert not await loader.is_loaded()


@pytest.mark.usefixtures("demo_db")
async def test_is_loaded_knows_the_demo() -> None:
    assert await loader.is_loaded()


def test_generate_gives_the_files_that_are_committed(reference: Path) -> None:
    files = generate.generate(Reference(reference))

    for name, rows in files.items():
        committed = json.loads((Path(loader.__file__).parent / f"{name}.json").read_text(encoding="utf-8"))
        assert committed == [{key: value for key, value in row.items() if value is not None} for row in rows]
