"""Totals and pending deltas together always equal the sum over all orders."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from random import Random

import pytest
from tortoise.transactions import in_transaction

import database
from domain.order_status import FULLY_REFUNDED, OrderStatus
from models import Order, OrderTotalDelta, ServiceOrderTotal, UserOrderTotal
from resolvers import ledger_audit, order_totals, statistics
from resolvers.app_context import AppContext
from tests.database_state import record_statements
from tests.fakes import create_user
from tests.resolvers.factories import create_order, create_service
from tests.search_depth import DEPTH

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("db")]
EVER = datetime(2000, 1, 1, tzinfo=UTC)
FIRST_DAY = datetime(2026, 3, 20, 12, tzinfo=UTC)


async def sum_orders() -> tuple[list[tuple[int, int, int]], list[tuple[int, int]]]:
    """All users and services by adding up all orders, in the tables' order."""
    amounts: Counter[int] = Counter()
    counts: Counter[int] = Counter()
    ordered: Counter[int] = Counter()
    for order in await Order.exclude(status__in=FULLY_REFUNDED):
        amounts[order.user_id] += order.charge
        counts[order.user_id] += 1
        ordered[order.service_id] += 1
    users = sorted(counts, key=lambda user_id: (-amounts[user_id], user_id))
    services = sorted(ordered, key=lambda service_id: (-ordered[service_id], service_id))
    return (
        [(user_id, counts[user_id], amounts[user_id]) for user_id in users],
        [(service_id, ordered[service_id]) for service_id in services],
    )


async def sum_orders_since(since: datetime) -> list[tuple[int, int, int]]:
    """All users, by adding up the orders placed since a time."""
    totals: dict[int, tuple[int, int]] = {}
    for order in await Order.exclude(status__in=FULLY_REFUNDED):
        if order.created_at >= since:
            count, amount = totals.get(order.user_id, (0, 0))
            totals[order.user_id] = (count + 1, amount + order.charge)
    rows = [(user_id, count, amount) for user_id, (count, amount) in totals.items()]
    return sorted(rows, key=lambda row: (-row[2], row[0]))


async def assert_exact(limit: int) -> None:
    users, services = await sum_orders()
    for day in range(4):
        since = FIRST_DAY + timedelta(hours=19 * day)
        assert (
            await order_totals.list_top_user_totals_since(since, limit)
            == (await sum_orders_since(since))[:limit]
        )
    assert await order_totals.list_top_user_totals(limit) == users[:limit]
    assert await order_totals.list_top_service_totals(limit) == services[:limit]


@pytest.mark.random_search
@pytest.mark.parametrize("seed", range(2 * DEPTH))
async def test_totals_of_a_random_history_are_exact(seed: int, app: AppContext) -> None:
    chance = Random(seed)
    users = [await create_user() for _ in range(5)]
    services = [await create_service() for _ in range(4)]
    orders: list[Order] = []
    for _ in range(80):
        operation = chance.randrange(6)
        if operation <= 1 or not orders:
            user, service = chance.choice(users), chance.choice(services)
            status = chance.choice(list(OrderStatus))
            orders.append(
                await create_order(user, service, charge=chance.choice([0, 1, 100, 10**12]), status=status)
            )
            placed = FIRST_DAY + timedelta(seconds=chance.randrange(3 * 86_400))
            await Order.filter(id=orders[-1].id).update(created_at=placed)
        elif operation == 2:
            order = chance.choice(orders)
            await Order.filter(id=order.id).update(status=chance.choice(list(OrderStatus)))
        elif operation == 3:
            some = [order.id for order in chance.sample(orders, min(3, len(orders)))]
            await Order.filter(id__in=some).update(
                charge=chance.randrange(1_000),
                user_id=chance.choice(users).id,
                service=chance.choice(services),
            )
        elif operation == 4:
            order = orders.pop(chance.randrange(len(orders)))
            await Order.filter(id=order.id).delete()
        else:
            await order_totals.apply_deltas(app)
        await assert_exact(limit=chance.choice([1, 3, 10]))

    # These orders were never charged to a wallet, so other checks find differences.
    assert not any("total" in found.check for found in await ledger_audit.audit_ledger())
    while await order_totals.apply_deltas(app):
        await assert_exact(limit=10)
    assert await OrderTotalDelta.all().count() == 0
    await assert_exact(limit=10)


async def test_rolled_back_changes_are_not_recorded() -> None:
    user, service = await create_user(), await create_service()

    async def fail() -> None:
        async with in_transaction():
            await create_order(user, service)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()

    assert await OrderTotalDelta.all().count() == 0
    assert await statistics.list_top_users() == []


async def test_irrelevant_changes_are_not_recorded() -> None:
    order = await create_order(await create_user(), await create_service())
    noted = await OrderTotalDelta.all().count()

    await Order.filter(id=order.id).update(remains=5, status=OrderStatus.PROCESSING, note="on its way")

    assert await OrderTotalDelta.all().count() == noted == 1


async def test_the_tables_are_read_by_one_statement_each(app: AppContext) -> None:
    await create_order(await create_user(), await create_service())
    await order_totals.apply_deltas(app)
    await create_order(await create_user(), await create_service())

    with record_statements() as statements:
        await order_totals.list_top_user_totals(10)
        await order_totals.list_top_service_totals(10)

    assert len(statements) == 2


async def test_all_time_totals_equal_totals_since_the_epoch(app: AppContext) -> None:
    users, service = [await create_user() for _ in range(3)], await create_service()
    for place, user in enumerate((*users, users[0])):
        await create_order(user, service, charge=100 + place)
    await order_totals.apply_deltas(app)

    always = [(row.user.id, row.order_count, row.amount) for row in await statistics.list_top_users()]

    assert always == [
        (row.user.id, row.order_count, row.amount) for row in await statistics.list_top_users(since=EVER)
    ]


async def test_the_audit_finds_a_wrong_total(app: AppContext) -> None:
    user = await create_user()
    await create_order(user, await create_service(), charge=100)
    await order_totals.apply_deltas(app)
    await UserOrderTotal.filter(user_id=user.id).update(amount=99)

    found = [found for found in await ledger_audit.audit_ledger() if "total" in found.check]

    assert [(one.record, one.expected, one.actual) for one in found] == [(f"user {user.id}", 100, 99)]


async def test_since_is_exact_around_midnight_in_iran_in_every_zone(app: AppContext) -> None:
    user, service = await create_user(), await create_service()
    midnight, tick = datetime(2026, 1, 1, 20, 30, tzinfo=UTC), timedelta(microseconds=1)
    timestamps = [midnight + step for step in (-tick, 0 * tick, tick, timedelta(days=1))]
    for timestamp in timestamps:
        order = await create_order(user, service, charge=100)
        await Order.filter(id=order.id).update(created_at=timestamp)
    for _ in range(2):
        for zone in (UTC, timezone(timedelta(hours=3, minutes=30)), timezone(-timedelta(hours=8))):
            counts = [
                [row.order_count for row in await statistics.list_top_users(since=since.astimezone(zone))]
                for since in (*timestamps, timestamps[-1] + tick)
            ]
            assert counts == [[4], [3], [2], [1], []]
        await order_totals.apply_deltas(app)


async def test_since_accepts_the_earliest_and_latest_timestamps() -> None:
    await create_order(await create_user(), await create_service())
    edges = [
        edge.replace(tzinfo=timezone(timedelta(hours=hours)))
        for edge in (datetime.min, datetime.max)  # noqa: DTZ901 - they get their zones here
        for hours in (-14, 14)
    ]

    assert [len(await statistics.list_top_users(since=edge)) for edge in edges] == [1, 1, 0, 0]


async def test_since_reads_one_day_s_orders_by_the_timestamp_index() -> None:
    explain = "EXPLAIN" if database.dialect() == "postgres" else "EXPLAIN QUERY PLAN"
    async with in_transaction() as transaction:
        if database.dialect() == "postgres":
            # With few rows a scan is as cheap; this checks that the index can be used.
            await transaction.execute_query("SET LOCAL enable_seqscan = off")
        plan = await transaction.execute_query_dict(
            database.bind_placeholders(f"{explain} {order_totals._TOP_USERS_SINCE}", database.dialect()),
            [1, FIRST_DAY, FIRST_DAY + timedelta(days=1), 10],
        )

    text = "\n".join(str(value) for row in plan for value in row.values())
    served = {"postgres": "(created_at >= ", "sqlite": "(created_at>? AND created_at<?)"}
    assert served[database.dialect()] in text


async def test_several_workers_fold_while_orders_come_and_change(app: AppContext) -> None:
    users = [await create_user() for _ in range(3)]
    services = [await create_service() for _ in range(3)]

    async def order(place: int) -> None:
        placed = await create_order(users[place % 3], services[place % 2], charge=place)
        if place % 4 == 0:
            await Order.filter(id=placed.id).update(status=OrderStatus.CANCELED)

    async def fold(_: int) -> None:
        for _ in range(10):
            await order_totals.apply_deltas(app)
            await asyncio.sleep(0)

    if database.dialect() == "sqlite":
        # One process and one connection: they take turns.
        for place in range(60):
            await order(place)
            await order_totals.apply_deltas(app)
    else:
        await asyncio.gather(*map(order, range(60)), *map(fold, range(3)))
    await assert_exact(limit=10)
    while await order_totals.apply_deltas(app):
        """Until nothing is left."""
    await assert_exact(limit=10)
    assert await ServiceOrderTotal.all().count() == 2
