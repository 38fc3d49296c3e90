"""A killed import resumes where it was: nothing twice, nothing lost, the same sums as in one run."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import database
from cli.legacy_import import importer
from models import LegacyFinding, LegacyImportTable, Order, User
from resolvers import ledger_audit
from tests.cli.legacy_import import generate
from tests.cli.legacy_import.legacy_folders import SilentListener, open_source_folder
from tests.live_servers import ROOT

pytestmark = [pytest.mark.both_databases, pytest.mark.processes]

_USERS, _ORDERS, _BATCH = 120, 500, 9
IMPORT = """
import asyncio, sys
from pathlib import Path
from cli.legacy_import import importer
import database
from tests.cli.legacy_import.legacy_folders import SilentListener, open_source_folder

class PacedListener(SilentListener):
    def advance(self, rows):
        print(rows, flush=True)
        sys.stdin.readline()

async def run():
    async with database.open_connections(sys.argv[1]):
        await importer.import_all(open_source_folder(Path(sys.argv[2])), PacedListener(), batch_size=9)

asyncio.run(run())
"""


def kill_import_after(batches: int, url: str, folder: Path) -> None:
    """Import in a process of its own that is killed during the batch that follows."""
    command = [sys.executable, "-c", IMPORT, url, str(folder)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for _ in range(batches):
            assert process.stdout.readline()
            # It resumes only now, so that it cannot run ahead on a slow machine.
            process.stdin.write("\n")
            process.stdin.flush()
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL


def test_an_import_killed_twice_ends_as_one_that_was_not(database_url: str, tmp_path: Path) -> None:
    generate.write(tmp_path, users=_USERS, orders=_ORDERS)
    with (tmp_path / "orders.csv").open("a", encoding="utf-8") as orders:
        orders.write("1,again\n9999999,\n")
    # Among the users, then among the orders.
    for batches in (5, 40):
        kill_import_after(batches, database_url, tmp_path)

    async def go_on() -> None:
        async with database.open_connections(database_url):
            done = await LegacyImportTable.get(name="orders")
            assert 0 < done.written < _ORDERS
            assert done.written % _BATCH == 0
            report = await importer.import_all(open_source_folder(tmp_path), SilentListener())
            assert (report.tables["users"].written, report.tables["orders"].written) == (_USERS, _ORDERS)
            assert report.money_read == report.money_imported > 0
            assert await User.all().count() == _USERS
            orders = await Order.all().order_by("id")
            assert [order.id for order in orders] == list(range(1, _ORDERS + 1))
            assert [found.line for found in await LegacyFinding.all().order_by("id")] == [502, 503]
            assert await ledger_audit.audit_ledger() == []

    asyncio.run(go_on())
