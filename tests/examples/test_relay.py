"""Relay's own compiler takes the schema: nodes that are fetched again, and connections that are paged."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.examples.example_runs import requires
from tests.live_servers import ROOT

pytestmark = pytest.mark.processes

FOLDER = Path(__file__).parent / "relay"
ARTIFACTS = {
    "OrdersCreateMutation",
    "OrdersListQuery",
    "OrdersOrderQuery",
    "OrdersQuery",
    "OrdersUpdatedSubscription",
    "OrdersUserQuery",
    "Orders_list",
    "Orders_order",
    "Orders_user",
}


def test_relay_compiles_documents_against_the_schema(tmp_path: Path) -> None:
    requires(FOLDER / "node_modules", f"cd {FOLDER} && npm ci")
    folder = tmp_path / "tests" / "examples" / "relay"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("node_modules"))
    (folder / "artifacts").mkdir()
    (tmp_path / "schema").symlink_to(ROOT / "schema")
    compiler = FOLDER / "node_modules" / "relay-compiler" / "cli.js"
    run = subprocess.run(["node", compiler, "relay.config.json"], cwd=folder, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    created = {path.name.removesuffix(".graphql.js") for path in (folder / "artifacts").iterdir()}
    assert created == ARTIFACTS
