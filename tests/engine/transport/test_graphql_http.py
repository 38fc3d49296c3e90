"""The audits of the GraphQL over HTTP specification, by its authors' package, of the running product."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.live_servers import LiveServer

pytestmark = pytest.mark.processes

FOLDER = Path(__file__).parent / "graphql_http"


def run_audit(url: str) -> list[dict[str, str]]:
    """The findings of each audit."""
    node = shutil.which("node")
    if node is None or not (FOLDER / "node_modules").is_dir():
        reason = f"needs Node 20 and its packages: cd {FOLDER} && npm ci"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    run = subprocess.run([node, "audit.mjs", url], cwd=FOLDER, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in run.stdout.splitlines()]


def test_every_audit_of_graphql_over_http_is_passed(live_server: LiveServer) -> None:
    found = run_audit(f"{live_server.url}/graphql")
    assert [audit for audit in found if audit["status"] != "ok"] == []
    assert len(found) == 61
