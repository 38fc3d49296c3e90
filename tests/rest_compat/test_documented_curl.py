"""Every documented curl command runs verbatim against the product, a token added where one is needed."""

import json
import shlex
import subprocess
from typing import Any

import pytest

from rest_compat.routes import LEGACY_ROUTES
from tests.fixtures import new_token
from tests.live_servers import LiveServer
from tests.rest_compat.reference import ENDPOINTS

pytestmark = pytest.mark.processes

SERVED = {(line.method, f"/api{line.path}") for line in LEGACY_ROUTES}
COMMANDS = [endpoint for endpoint in ENDPOINTS if (endpoint["method"], endpoint["path"]) in SERVED]
# The page's example values are no real ones, so these commands end in a documented refusal.
REFUSED = {
    ("POST", "/api/v1/login"): 400,
    ("POST", "/api/v1/login/verify"): 400,
    ("POST", "/api/v1/user"): 400,
    ("GET", "/api/v1/user/tickets/{id}"): 403,
    ("POST", "/api/v1/user/tickets/{id}"): 403,
    ("GET", "/api/v1/order/{id}"): 404,
    ("POST", "/api/v1/user/tickets"): 201,
    ("POST", "/api/v1/user/payment"): 400,
    ("GET", "/api/v1/user/freecredit"): 201,
    ("POST", "/api/v1/order"): 400,
    ("POST", "/api/v1/user/gifts"): 404,
}
HTTP_STATUSES = {"/api/v1/user/payment/test": "302", "/api/v1/user/payment/verify": "500"}


@pytest.mark.parametrize(
    "endpoint", COMMANDS, ids=lambda endpoint: f"{endpoint['method']} {endpoint['path']}"
)
def test_the_documented_command_is_answered(
    endpoint: dict[str, Any], live_server: LiveServer, demo_token: str
) -> None:
    command = shlex.split(
        endpoint["curl"].replace("http://localhost:8000", live_server.url).replace("\\\n", " ")
    )
    if endpoint["auth"]:
        # Logging out must not take the other commands' token away.
        token = new_token(live_server) if endpoint["path"] == "/api/v1/logout" else demo_token
        command += ["-H", f"Authorization: Bearer {token}"]
    run = subprocess.run(
        [*command, "-s", "-w", "\n%{http_code}"], capture_output=True, text=True, timeout=180, check=True
    )
    body, _, http_status = run.stdout.rpartition("\n")
    assert http_status == HTTP_STATUSES.get(endpoint["path"], "200"), body
    if http_status == "500":
        assert json.loads(body) == endpoint["responses"][0]["body"]
    else:
        expected = REFUSED.get((endpoint["method"], endpoint["path"]), int(http_status))
        assert json.loads(body)["status"] == expected
