"""The Postman collection, as Postman's own runner takes it."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from rest_compat.openapi.responses import load_examples
from rest_compat.routes import LEGACY_ROUTES
from tests.fixtures import new_token
from tests.live_servers import LiveServer
from tests.web.api_docs.app import DOCUMENT, URL, client
from web.api_docs.postman import SCHEMA, build_collection

pytestmark = pytest.mark.processes

FOLDER = Path(__file__).parent / "newman"
_PATIENCE_SECONDS = 120
_ONCE_IN_A_WHILE = {
    "Send a login code by SMS",
    "Claim a free credit",
    "Spin the wheel of fortune",
    "Use the oldest unused gift of a kind",
}


def newman(server: LiveServer, report: Path, *options: str) -> dict[str, Any]:
    """What newman reports of the server's own collection."""
    node, runner = shutil.which("node"), FOLDER / "node_modules" / "newman" / "bin" / "newman.js"
    if node is None or not runner.exists():
        reason = f"needs Node 20 and its packages: cd {FOLDER} && npm ci"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    command = [node, str(runner), "run", f"{server.url}/docs/collection.json", *options]
    output = ["--reporters", "json", "--reporter-json-export", str(report)]
    run = subprocess.run([*command, *output], capture_output=True, timeout=_PATIENCE_SECONDS, check=False)
    assert report.exists(), run.stdout + run.stderr
    found: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))["run"]
    assert (run.returncode == 0) is (found["failures"] == [])
    return found


def list_failures(run: dict[str, Any]) -> set[str]:
    """The names of the requests whose response reports an error in its body."""
    names = set()
    for execution in run["executions"]:
        text = bytes(execution["response"]["stream"]["data"]).decode()
        status = json.loads(text).get("status") if text.startswith("{") else None
        if isinstance(status, int) and status >= 400:
            names.add(execution["item"]["name"])
    return names


def test_newman_runs_the_whole_collection_clean(shop_server: LiveServer, tmp_path: Path) -> None:
    token = new_token(shop_server)
    run = newman(shop_server, tmp_path / "report.json", "--env-var", f"token={token}")

    assert [failure["error"]["message"] for failure in run["failures"]] == []
    assert len(run["executions"]) == len(LEGACY_ROUTES)
    assert all(execution["assertions"] for execution in run["executions"])
    assert "Exchange a login code for a token" in list_failures(run)
    assert list_failures(run) <= {"Exchange a login code for a token", *_ONCE_IN_A_WHILE}


def test_the_collection_s_tests_fail_where_a_token_is_missing(
    shop_server: LiveServer, tmp_path: Path
) -> None:
    run = newman(shop_server, tmp_path / "report.json", "--folder", "Profile")
    assert {failure["source"]["name"] for failure in run["failures"]} == {
        "The user's profile",
        "Change the user's profile",
    }


async def test_the_collection_has_a_folder_a_group_and_saves_every_documented_answer() -> None:
    async with client() as reader:
        answer = await reader.get("/docs/collection.json")
    created = answer.json()

    assert answer.headers["content-type"] == "application/json"
    assert created == build_collection(DOCUMENT)
    assert created["info"]["schema"] == SCHEMA
    assert [variable["key"] for variable in created["variable"]] == ["baseUrl", "token"]
    assert created["variable"][0]["value"] == URL
    assert [folder["name"] for folder in created["item"]] == [tag["name"] for tag in DOCUMENT["tags"]]
    saved = [
        json.loads(response["body"])
        for folder in created["item"]
        for item in folder["item"]
        for response in item["response"]
        if response["_postman_previewlanguage"] == "json"
    ]
    expected = [body for bodies in load_examples().values() for body in bodies if "status" in body]
    assert [body for body in expected if body not in saved] == []


def test_a_request_carries_its_parameters_token_and_key() -> None:
    requests = {
        item["name"]: item["request"]
        for folder in build_collection(DOCUMENT)["item"]
        for item in folder["item"]
    }
    order = requests["Place an order"]
    assert {"key": "Idempotency-Key", "value": "{{$guid}}"} in order["header"]
    assert json.loads(order["body"]["raw"])["service_id"] == 1816
    assert "auth" not in order
    assert requests["Services"]["auth"] == {"type": "noauth"}
    assert requests["Services"]["url"]["raw"] == "{{baseUrl}}/api/v1/services?cate_id=136"
    assert requests["An order"]["url"]["variable"] == [{"key": "id", "value": "1528"}]


def test_the_runner_s_lock_names_no_download_address_and_pins_it() -> None:
    lock = json.loads((FOLDER / "package-lock.json").read_text())
    pinned = json.loads((FOLDER / "package.json").read_text())["dependencies"]["newman"]
    assert all("resolved" not in package for package in lock["packages"].values())
    assert lock["packages"]["node_modules/newman"]["version"] == pinned
