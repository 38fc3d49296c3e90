"""What a fresh machine lacks: wrk and PostgreSQL by apt, peers by npm and pip."""

import json
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.paths import NODE_FOLDER, PYTHON, PYTHON_FOLDER

_POSTGRES = Path("/usr/lib/postgresql")
# Each is written at the end of an installation: one that was broken off is done again.
_NODE_INSTALLED = NODE_FOLDER / "node_modules" / ".package-lock.json"
_PYTHON_INSTALLED = PYTHON.parents[1] / "installed"
_MIN_POSTGRAPHILE_NODE = 22


def install() -> None:
    """Install what is missing; a second call finds everything there."""
    install_tools()
    if not _is_current(_NODE_INSTALLED, NODE_FOLDER / "package-lock.json"):
        subprocess.run(["npm", "ci"], cwd=NODE_FOLDER, check=True)
    if not _is_current(_PYTHON_INSTALLED, PYTHON_FOLDER / "requirements.txt"):
        _install_python_peers()


def install_tools() -> None:
    """Install wrk and PostgreSQL where they are missing."""
    if missing := list(_find_missing_packages()):
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing]
        subprocess.run(install, check=True, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})


def _find_missing_packages() -> Iterator[str]:
    if not any(_POSTGRES.glob("*/bin/postgres")):
        yield "postgresql"
    for command, package in (("wrk", "wrk"), ("taskset", "util-linux"), ("npm", "npm")):
        if shutil.which(command) is None:
            yield package


def _is_current(installed: Path, required: Path) -> bool:
    return installed.exists() and installed.stat().st_mtime >= required.stat().st_mtime


def _install_python_peers() -> None:
    folder = PYTHON.parents[1]
    subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    subprocess.run([*pip, f"--requirement={PYTHON_FOLDER / 'requirements.txt'}"], check=True)
    _PYTHON_INSTALLED.touch()


def find_postgres_binaries() -> Path:
    """The folder of Debian's PostgreSQL, the newest version that is there."""
    return max(_POSTGRES.glob("*/bin"), key=lambda folder: int(folder.parent.name))


def find_postgraphile_node() -> str:
    """A Node that PostGraphile 5 runs on: the machine's own, or the one that npm installs beside it."""
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    if (major := re.match(r"v(\d+)", version)) and int(major[1]) >= _MIN_POSTGRAPHILE_NODE:
        return "node"
    cpu = {"x86_64": "x64", "aarch64": "arm64"}[platform.machine()]
    return str(NODE_FOLDER / "node_modules" / f"node-linux-{cpu}" / "bin" / "node")


def get_peer_versions() -> dict[str, str]:
    """Versions of the peers, by package."""
    versions = {
        name: _get_npm_version(name) for name in ("mercurius", "fastify", "@apollo/server", "postgraphile")
    }
    pins = dict(line.split("==") for line in (PYTHON_FOLDER / "requirements.txt").read_text().split())
    names = ("strawberry-graphql", "tortoise-orm", "fastapi", "SQLAlchemy", "asyncpg", "orjson", "uvicorn")
    return versions | {name: pins[name] for name in names}


def _get_npm_version(package: str) -> str:
    text = (NODE_FOLDER / "node_modules" / package / "package.json").read_text(encoding="utf-8")
    return str(json.loads(text)["version"])
