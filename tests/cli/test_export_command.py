"""`main.py export`, on both databases."""

import asyncio
import csv
import io
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest

import database
from domain.money import Toman
from models import User
from tests.cli.test_command_line import run
from tests.database_templates import copy_migrated_sqlite
from tests.fakes import TIMESTAMP, create_user
from tests.live_servers import ROOT
from tests.resolvers.factories import create_order, create_service

pytestmark = [pytest.mark.both_databases, pytest.mark.processes]

T = TypeVar("T")


async def create_two_buyers() -> tuple[User, User]:
    service = await create_service()
    first = await create_user(mobile="09121111111", balance=Toman(500))
    second = await create_user(mobile="09122222222")
    await create_order(first, service, link="=HYPERLINK(1)", created_at=TIMESTAMP)
    await create_order(second, service, link="سارا", created_at=TIMESTAMP + timedelta(days=1))
    await create_order(first, service, created_at=TIMESTAMP + timedelta(days=2))
    return first, second


def fill_database(url: str, fill: Callable[[], Awaitable[T]]) -> T:
    async def act() -> T:
        async with database.open_connections(url):
            return await fill()

    return asyncio.run(act())


def run_export(url: str, *arguments: str) -> list[dict[str, str]]:
    done = run("export", *arguments, DATABASE_URL=url)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(done.stdout.removeprefix("\ufeff"))))


def test_orders_are_exported_with_a_header_and_their_formulas_defused(database_url: str) -> None:
    fill_database(database_url, create_two_buyers)
    rows = run_export(database_url, "orders")
    assert [row["link"] for row in rows] == ["'=HYPERLINK(1)", "سارا", "https://example.com/p/1"]
    assert rows[0]["created_at"] == "2026-01-01T00:00:00Z"
    assert {row["is_imported"] for row in rows} == {"false"}


def test_bounds_and_user_select_rows_and_until_is_exclusive(database_url: str) -> None:
    first, second = fill_database(database_url, create_two_buyers)
    bounds = ("--since", "2026-01-01", "--until", "2026-01-03")
    assert len(run_export(database_url, "orders", *bounds)) == 2
    assert len(run_export(database_url, "orders", *bounds, "--user", str(first.id))) == 1
    (row,) = run_export(database_url, "orders", "--user", "+989122222222")
    assert row["user_id"] == str(second.id)


def test_the_ledger_is_exported_as_json_lines_into_a_file_of_its_owner_s(
    database_url: str, tmp_path: Path
) -> None:
    fill_database(database_url, create_two_buyers)
    target = tmp_path / "ledger.jsonl"
    done = run("export", "ledger", "--json", "--output", str(target), DATABASE_URL=database_url)
    assert (done.returncode, done.stdout) == (0, "")
    (entry,) = map(json.loads, target.read_text(encoding="utf-8").splitlines())
    assert (entry["amount"], entry["balance_after"], entry["note"]) == (500, 500, None)
    assert target.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("wrong", [("--user", "999"), ("--user", "09350000000"), ("--user", "x" * 30)])
def test_an_unknown_user_is_refused(wrong: tuple[str, str], tmp_path: Path) -> None:
    copy_migrated_sqlite(tmp_path / "vitrin.sqlite3")
    refused = run("export", "orders", *wrong, DATA_FOLDER=str(tmp_path))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "not found" in refused.stderr


def test_a_malformed_timestamp_is_refused(tmp_path: Path) -> None:
    refused = run("export", "orders", "--since", "yesterday", DATA_FOLDER=str(tmp_path))
    assert refused.returncode == 2
    assert "ISO 8601" in refused.stderr


def test_a_reader_that_has_enough_ends_the_export_without_a_traceback(demo_database_url: str) -> None:
    command = [sys.executable, "main.py", "export", "orders"]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env={"PATH": "", "DATABASE_URL": demo_database_url},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
