"""A serving process imports no modules that it never uses."""

import importlib.metadata
import re
import subprocess
import sys
import tomllib

import pytest

from tests.live_servers import ROOT

pytestmark = pytest.mark.processes


@pytest.mark.parametrize(
    "library",
    ["authlib", "starlette_admin", "babel", "jinja2", "markdown_it", "persiantools"],
)
def test_a_server_starts_without(library: str) -> None:
    program = f"import app.application, sys; raise SystemExit({library!r} in sys.modules)"

    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0


def test_an_installation_has_no_library_that_httpx_loads_for_its_command_line() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    rest, found = [get_name(each) for each in declared], set[str]()
    while rest:
        library = rest.pop()
        if library not in found:
            found.add(library)
            rest += [get_name(each) for each in get_requirements(library) if "extra ==" not in each]

    assert "httpx" in found
    assert found.isdisjoint({"rich", "pygments"})


def get_name(requirement: str) -> str:
    return re.split(r"[^\w.-]", requirement, maxsplit=1)[0].lower()


def get_requirements(library: str) -> list[str]:
    try:
        return importlib.metadata.requires(library) or []
    except importlib.metadata.PackageNotFoundError:
        # Of another platform or version of Python.
        return []
