"""Running the examples as a reader does: in their own folder, with the code from the server's output."""

import os
import re
import subprocess
import time
from pathlib import Path

import pytest

from tests.live_servers import ROOT, LiveServer

TYPESCRIPT = ROOT / "examples" / "typescript"
PYTHON = ROOT / "examples" / "python"
_CODE = re.compile(r"SMS to 09011235566: .*?([0-9]{6})")
_PATIENCE_SECONDS = 180


def requires(path: Path, command: str) -> None:
    """Skip the test, except in CI, if `path` is missing because `command` was not run."""
    if path.exists():
        return
    reason = f"needs its packages: {command}"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def run_example(command: list[str], folder: Path, server: LiveServer) -> list[str]:
    """The example's output. Its prompt for the login code gets the code that the server printed."""
    earlier = len(_CODE.findall(server.output()))
    with subprocess.Popen(
        [*command, server.url],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        requested = process.stdout.readline()
        assert requested.startswith("The code"), requested + process.stdout.read()
        try:
            code = _code_after(earlier, server)
            rest, _ = process.communicate(f"{code}\n", timeout=_PATIENCE_SECONDS)
        finally:
            process.kill()
    return rest.splitlines()


def _code_after(earlier: int, server: LiveServer) -> str:
    """The next code; it is sent after the request is answered, as by any gateway."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while len(codes := _CODE.findall(server.output())) == earlier:
        assert time.monotonic() < deadline, "no code was printed"
        time.sleep(0.05)
    return str(codes[-1])
