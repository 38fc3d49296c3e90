"""Running the examples as a reader does: in their own folder, with the code from the server's output."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.live_servers import ROOT, LiveServer

TYPESCRIPT = ROOT / "examples" / "typescript"
PYTHON = ROOT / "examples" / "python"
_CODE = re.compile(r"SMS to 09011235566: .*?([0-9]{6})")
_PATIENCE_SECONDS = 40


def needs(path: Path, command: str) -> None:
    """Skip, but not in CI, where `path` was not installed by `command`."""
    if path.exists():
        return
    reason = f"needs its packages: {command}"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def conversation(command: list[str], folder: Path, server: LiveServer) -> list[str]:
    """What the example prints. It is told the login code that the server printed once it asks for it."""
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
        asked = process.stdout.readline()
        assert asked.startswith("The code"), asked + process.stdout.read()
        codes = _CODE.findall(server.output())
        try:
            rest, _ = process.communicate(f"{codes[-1]}\n", timeout=_PATIENCE_SECONDS)
        finally:
            process.kill()
    return rest.splitlines()
