"""The records: 24 categories, 1,000 services, and orders with their buyers, ledger and events."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

import database
from benchmarks.cluster import Cluster
from database.migration_operations.daily_order_totals import day_sql
from resolvers.ledger_audit import audit_ledger

CATEGORIES, SERVICES, PROVIDERS = 24, 1_000, 3
STUDY_ORDERS = 200_000
_LARGE = ("orders", "ledger_entries", "order_events")
_ALL = ("categories", "providers", "services", "users", *_LARGE)
_STATEMENTS = Path(__file__).with_name("seed.sql")
_INDEXES = """
SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition
FROM pg_index i WHERE i.indrelid = ANY($1::regclass[])
    AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid)
"""
_UNIQUES = """
SELECT conrelid::regclass::text AS owner, quote_ident(conname) AS name,
    pg_get_constraintdef(oid) AS definition
FROM pg_constraint WHERE contype = 'u' AND conrelid = ANY($1::regclass[])
"""

_COUNTED = "FROM orders WHERE status NOT IN ('canceled', 'refunded')"
_FILL_TOTALS = (
    "INSERT INTO user_order_totals (user_id, order_count, amount) "
    f"SELECT user_id, count(*), sum(charge) {_COUNTED} GROUP BY user_id",
    "INSERT INTO service_order_totals (service_id, order_count) "
    f"SELECT service_id, count(*) {_COUNTED} GROUP BY service_id",
    "INSERT INTO user_daily_order_totals (day, user_id, order_count, amount) "
    f"SELECT {day_sql('created_at', 'postgres')}, user_id, count(*), sum(charge) {_COUNTED} GROUP BY 1, 2",
)


@dataclass(frozen=True)
class Sizes:
    """How many records. There is a user to every 100 orders, as a shop grows by its buyers."""

    orders: int = STUDY_ORDERS

    @property
    def half(self) -> int:
        """Users 1 to `half` have 180 orders each; as many after them have exactly 20."""
        return self.orders // 200

    @property
    def many_orders(self) -> range:
        """Ids of the users with 180 orders."""
        return range(1, self.half + 1)

    @property
    def twenty_orders(self) -> range:
        """Ids of the users with exactly 20 orders."""
        return range(self.half + 1, 2 * self.half + 1)


async def load(cluster: Cluster, name: str, sizes: Sizes) -> None:
    """Make the database `name` by our own migrations and fill it; `sizes.orders` is a multiple of 2,000.

    One transaction empties and fills the tables, so that with wal_level=minimal nothing is logged; indexes
    are made afterwards.
    """
    await cluster.create(name)
    await database.migrate(cluster.get_url(name))
    session = await cluster.connect(name)
    try:
        await _insert_records(session, sizes)
        await session.execute("VACUUM ANALYZE")
    finally:
        await session.close()


async def _insert_records(session: asyncpg.Connection, sizes: Sizes) -> None:
    numbers = {"categories": CATEGORIES, "services": SERVICES, "providers": PROVIDERS}
    numbers |= {"half": sizes.half, "orders": sizes.orders}
    async with session.transaction():
        # Foreign keys hold by construction; checking them costs a trigger a row.
        await session.execute("SET LOCAL session_replication_role = replica")
        await session.execute("SET LOCAL work_mem = '1GB'")
        await session.execute(f"TRUNCATE {', '.join(_ALL)} CASCADE")
        async with _without_indexes(session):
            for statement in _STATEMENTS.read_text(encoding="utf-8").format(**numbers).split("\n\n"):
                await session.execute(statement)
        # The totals that triggers and worker would have produced.
        for statement in _FILL_TOTALS:
            await session.execute(statement)
        for table in _ALL:
            await session.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
            )


@asynccontextmanager
async def _without_indexes(session: asyncpg.Connection) -> AsyncIterator[None]:
    indexes = await session.fetch(_INDEXES, list(_LARGE))
    uniques = await session.fetch(_UNIQUES, list(_LARGE))
    for unique in uniques:
        await session.execute(f"ALTER TABLE {unique['owner']} DROP CONSTRAINT {unique['name']}")
    for index in indexes:
        await session.execute(f"DROP INDEX {index['name']}")
    yield
    for index in indexes:
        await session.execute(index["definition"])
    for unique in uniques:
        await session.execute(
            f"ALTER TABLE {unique['owner']} ADD CONSTRAINT {unique['name']} {unique['definition']}"
        )


async def restore(session: asyncpg.Connection, sizes: Sizes) -> None:
    """Take away every order that was placed since loading, and give the balances back."""
    # Without foreign keys: no index leads from an order to its ledger entries.
    await session.execute("SET session_replication_role = replica")
    for table, column in (("ledger_entries", "order_id"), ("order_events", "order_id"), ("orders", "id")):
        await session.execute(f"DELETE FROM {table} WHERE {column} > {sizes.orders}")
    await session.execute("DELETE FROM idempotency_keys")
    await session.execute(
        "UPDATE users SET balance = total FROM (SELECT user_id, sum(amount) AS total FROM ledger_entries"
        " GROUP BY user_id) ledger WHERE user_id = users.id AND balance <> total"
    )
    for table in ("users", *_LARGE, "idempotency_keys"):
        await session.execute(f"VACUUM ANALYZE {table}")


async def count_audit_differences(url: str) -> int:
    """The number of differences that the ledger audit finds in the records; 0 if they are consistent."""
    async with database.open_connections(url):
        return len(await audit_ledger())
