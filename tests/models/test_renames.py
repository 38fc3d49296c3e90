"""Migration 0018 renames columns and tables with their rows, and all that the databases name after them."""

import re
from dataclasses import dataclass, field

import pytest
from tortoise.exceptions import IntegrityError
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget

import database
from config.settings import Settings
from models import OrderTotalDelta, UserOrderTotal
from resolvers import ledger_audit, order_totals
from tests.fakes import RecordingSms, build_app, create_user
from tests.models.test_migrations import wipe
from tests.resolvers.factories import create_order, create_service

pytestmark = [pytest.mark.both_databases, pytest.mark.processes]

BEFORE = "0017_append_only"
AT = "'2026-01-31 10:00:00+00:00'"
Row = dict[str, object]


@dataclass(frozen=True)
class Renamed:
    """A table of the older schema: its new name, its renamed columns, and the values of one row."""

    table: str
    values: str
    new_table: str = ""
    columns: dict[str, str] = field(default_factory=dict)


RENAMED = (
    Renamed(
        "alerts",
        f"(kind, subject, began_at) VALUES ('queue_stale', '', {AT})",
        columns={"began_at": "started_at"},
    ),
    Renamed(
        "audit_entries",
        "(actor_id, role, act, subject, before, after, created_at) "
        f"VALUES (1, 'owner', 'note_order', 'order', '{{}}', '{{}}', {AT})",
        columns={"act": "action"},
    ),
    Renamed(
        "audit_runs",
        f"(began_at, next_user_id, differences) VALUES ({AT}, 7, 0)",
        columns={"began_at": "started_at"},
    ),
    Renamed(
        "idempotency_keys",
        "(user_id, key, operation, fingerprint, answer, created_at, expires_at) "
        f"VALUES (1, 'k', 'create_order', 'f', '{{\"id\":1}}', {AT}, {AT})",
        columns={"answer": "result"},
    ),
    Renamed(
        "legacy_imports",
        f"(fingerprint, begun_at) VALUES ('f', {AT})",
        columns={"begun_at": "started_at"},
    ),
    Renamed(
        "legacy_import_tables",
        "(legacy_import_id, name, position, line, written, rejected, mended, money_read, money_rejected,"
        " is_finished) VALUES (1, 'users', 10, 2, 3, 4, 5, '6', '7', true)",
        columns={"mended": "corrected"},
    ),
    Renamed(
        "login_codes",
        "(subject, address, code_hash, is_sent, is_live, attempts, created_at, expires_at) "
        f"VALUES ('09120000000', '192.0.2.1', 'h', true, true, 0, {AT}, {AT})",
        columns={"address": "network"},
    ),
    Renamed("user_tallies", "(user_id, order_count, amount) VALUES (9, 1, 5)", "user_order_totals"),
    Renamed("service_tallies", "(service_id, order_count) VALUES (9, 1)", "service_order_totals"),
    Renamed(
        "user_day_tallies",
        "(day, user_id, order_count, amount) VALUES (20000, 9, 1, 5)",
        "user_daily_order_totals",
    ),
    Renamed(
        "order_deltas",
        "(user_id, service_id, order_count, amount, day) VALUES (9, 9, -1, -5, 20000)",
        "order_total_deltas",
    ),
)
OLD_NAMES = re.compile(r"tall(y|ie)|(?<!total_)\border_deltas?|note_order|_address_|began_at|begun_at|mended")


@pytest.fixture
def database_url(own_database_url: str) -> str:
    """These tests change tables."""
    return own_database_url


async def read(table: str) -> list[Row]:
    return [dict(row) for row in await database.fetch(f"SELECT * FROM {table} ORDER BY 1")]


async def list_names_and_sources() -> list[str]:
    """The names of all columns and objects, and the texts of triggers and functions."""
    if database.dialect() == "sqlite":
        queries: tuple[str, ...] = (
            "SELECT name AS text FROM sqlite_master",
            "SELECT sql AS text FROM sqlite_master WHERE type IN ('trigger', 'index') AND sql IS NOT NULL",
            "SELECT c.name AS text FROM sqlite_master t JOIN pragma_table_info(t.name) c",
        )
    else:
        queries = (
            "SELECT relname::text AS text FROM pg_class WHERE relnamespace = 'public'::regnamespace",
            "SELECT conname::text AS text FROM pg_constraint"
            " WHERE connamespace = 'public'::regnamespace AND contype <> 'n'",
            "SELECT tgname::text AS text FROM pg_trigger",
            "SELECT attname::text AS text FROM pg_attribute JOIN pg_class c ON c.oid = attrelid"
            " WHERE relnamespace = 'public'::regnamespace",
            "SELECT pg_get_functiondef(oid) AS text FROM pg_proc"
            " WHERE pronamespace = 'public'::regnamespace AND prokind = 'f' AND prolang <> 13",
        )
    return [str(row["text"]) for query in queries for row in await database.fetch(query)]


async def migrate_to(url: str, name: str) -> None:
    executor = MigrationExecutor(database.connection(), database.build_config(url)["apps"])
    await executor.migrate([MigrationTarget(app_label=database.APP, name=name)], direction="forward")


async def test_a_database_filled_before_keeps_its_rows_totals_and_guards(
    database_url: str, subtests: pytest.Subtests
) -> None:
    """One test: migrating twice takes seconds."""
    await wipe(database_url)
    async with database.open_connections(database_url):
        await migrate_to(database_url, BEFORE)
        buyer, service = await create_user(), await create_service()
        await create_order(buyer, service, charge=700)
        for renamed in RENAMED:
            await database.fetch(f"INSERT INTO {renamed.table} {renamed.values}")
        await database.fetch(
            "INSERT INTO legacy_findings (legacy_import_id, table_name, line, kind, reason) "
            "VALUES (1, 'users', 2, 'mended', 'r'), (1, 'users', 3, 'rejected', 'r')"
        )
        before = {renamed.table: await read(renamed.table) for renamed in RENAMED}

    await database.migrate(database_url)

    async with database.open_connections(database_url):
        for renamed in RENAMED:
            with subtests.test(renamed.table):
                assert before[renamed.table]
                assert await read(renamed.new_table or renamed.table) == [
                    {renamed.columns.get(name, name): value for name, value in row.items()}
                    for row in before[renamed.table]
                ]
        with subtests.test("values"):
            findings = await database.fetch("SELECT kind FROM legacy_findings ORDER BY id")
            assert [row["kind"] for row in findings] == ["corrected", "rejected"]
        with subtests.test("no old name is left"):
            texts = await list_names_and_sources()
            assert any("order_total_deltas" in text for text in texts)
            assert [text for text in texts if OLD_NAMES.search(text)] == []
        with subtests.test("totals go on from what was recorded before"):
            later = await create_order(buyer, service, charge=300)
            await order_totals.apply_deltas(build_app(Settings(database_url=database_url), RecordingSms()))
            assert (await UserOrderTotal.get(user_id=buyer.id)).amount == 1_000
            assert [found for found in await ledger_audit.audit_ledger() if "total" in found.check] == []
            await later.delete()
            assert (await OrderTotalDelta.get()).amount == -300
        with subtests.test("the audit log is append-only"), pytest.raises(IntegrityError):
            await database.fetch("UPDATE audit_entries SET action = 'other'")
