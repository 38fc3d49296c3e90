"""What a process loads that serves: nothing that it never uses."""

import subprocess
import sys

import pytest

from tests.live_servers import ROOT

pytestmark = pytest.mark.processes


@pytest.mark.parametrize(
    "library",
    ["rich", "pygments", "authlib", "starlette_admin", "babel", "jinja2", "markdown_it", "persiantools"],
)
def test_a_server_starts_without(library: str) -> None:
    program = f"import app.application, sys; raise SystemExit({library!r} in sys.modules)"

    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0


def test_httpx_still_asks() -> None:
    program = "import gateways, httpx; httpx.Client().close(); print(httpx.codes.OK)"
    requested = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True)

    assert requested.stdout.strip() == b"200"
