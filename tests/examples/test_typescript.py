"""The TypeScript example: its generated types are fresh, and it does what it shows."""

import filecmp
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.examples.example_runs import TYPESCRIPT, requires, run_example
from tests.live_servers import LiveServer

pytestmark = pytest.mark.processes


@pytest.fixture(autouse=True)
def _installed() -> None:
    requires(TYPESCRIPT / "node_modules", f"cd {TYPESCRIPT} && npm ci")


def run(folder: Path, *command: str) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_committed_types_are_those_of_the_schema(tmp_path: Path) -> None:
    folder = tmp_path / "examples" / "typescript"
    shutil.copytree(TYPESCRIPT, folder, ignore=shutil.ignore_patterns("node_modules", "build", "generated"))
    (folder / "node_modules").symlink_to(TYPESCRIPT / "node_modules")
    (tmp_path / "schema").symlink_to(TYPESCRIPT.parents[1] / "schema")
    run(folder, "npx", "--no-install", "graphql-codegen")

    generated = sorted(path.name for path in (folder / "src" / "generated").iterdir())
    assert filecmp.cmpfiles(
        folder / "src" / "generated", TYPESCRIPT / "src" / "generated", generated, shallow=False
    ) == (generated, [], []), f"cd {TYPESCRIPT} && npm run generate"


def test_it_signs_in_lists_services_and_follows_its_order(tmp_path: Path) -> None:
    run(TYPESCRIPT, "npx", "--no-install", "tsc", "--outDir", "build")
    with LiveServer(tmp_path) as server:
        printed = run_example(["node", "build/main.js"], TYPESCRIPT, server)

    signed_in, services, ordered, updated = printed
    assert signed_in == "Signed in as 09011235566, who has 352 Toman"
    assert services == "11 services, from 500 Toman"
    assert ordered == "Ordered for 5 Toman: PENDING"
    assert updated == "Updated: PROCESSING"
