"""The Python example: its generated client is fresh, and it does what it shows."""

import filecmp
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.examples.example_runs import PYTHON, requires, run_example
from tests.live_servers import LiveServer

pytestmark = pytest.mark.processes

BIN = PYTHON / ".venv" / "bin"


@pytest.fixture(autouse=True)
def _installed() -> None:
    requires(BIN, f"cd {PYTHON} && uv sync")


def test_the_committed_client_is_that_of_the_schema(tmp_path: Path) -> None:
    folder = tmp_path / "examples" / "python"
    shutil.copytree(PYTHON, folder, ignore=shutil.ignore_patterns(".venv", "shop_client"))
    (tmp_path / "schema").symlink_to(PYTHON.parents[1] / "schema")
    # The generator formats with the ruff beside it.
    environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"}
    done = subprocess.run([BIN / "ariadne-codegen"], cwd=folder, env=environment, capture_output=True)
    assert done.returncode == 0, done.stderr

    generated = sorted(path.name for path in (folder / "shop_client").glob("*.py"))
    assert filecmp.cmpfiles(folder / "shop_client", PYTHON / "shop_client", generated, shallow=False) == (
        generated,
        [],
        [],
    ), f"cd {PYTHON} && .venv/bin/ariadne-codegen"


def test_it_signs_in_lists_services_and_follows_its_order(tmp_path: Path) -> None:
    with LiveServer(tmp_path) as server:
        printed = run_example([str(BIN / "python"), "main.py"], PYTHON, server)

    assert printed == [
        "Signed in as 09011235566, who has 352 Toman",
        "11 services, from 500 Toman",
        "Ordered for 5 Toman: PENDING",
        "Updated: PROCESSING",
    ]
