"""A PostgreSQL cluster of its own, in a temporary folder, on a loopback port."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Self

import asyncpg

from benchmarks import processes
from benchmarks.installation import find_postgres_binaries
from benchmarks.paths import LOAD_CORE, pin_to_core

USER = "bench"
# Fitted to loading and to reading from memory; nothing here has to survive a power cut.
_TUNING = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 300
shared_buffers = 1GB
maintenance_work_mem = 1GB
work_mem = 64MB
max_wal_size = 8GB
checkpoint_timeout = 30min
wal_level = minimal
max_wal_senders = 0
synchronous_commit = off
jit = off
log_min_messages = fatal
shared_preload_libraries = 'pg_stat_statements'
pg_stat_statements.track = none
"""


class Cluster:
    """Started on entry, removed on exit; runs on `LOAD_CORE` by default."""

    def __init__(self, *, is_pinned: bool = True) -> None:
        self.port = processes.find_free_port()
        self._is_pinned = is_pinned
        self._folder = Path(tempfile.mkdtemp(prefix="vitrin-bench-pg-"))
        self._data = self._folder / "data"

    def __enter__(self) -> Self:
        if os.geteuid() == 0:
            shutil.chown(self._folder, "postgres", "postgres")
        self._run("initdb", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", f"--username={USER}")
        with (self._data / "postgresql.conf").open("a", encoding="utf-8") as configuration:
            configuration.write(f"port = {self.port}\n{_TUNING}")
        self._run("pg_ctl", "--wait", f"--log={self._folder / 'log'}", "start")
        return self

    def __exit__(self, *_: object) -> None:
        self._run("pg_ctl", "--wait", "--mode=immediate", "stop")
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def pid(self) -> int:
        """The postmaster, whose children do the work."""
        return int((self._data / "postmaster.pid").read_text().split()[0])

    def get_url(self, database: str) -> str:
        """As the shop takes it; each server gets ten connections."""
        return f"postgres://{USER}@127.0.0.1:{self.port}/{database}?minsize=10&maxsize=10"

    def get_environment(self, database: str) -> dict[str, str]:
        """libpq's variables, which the drivers of all peers read."""
        return {
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self.port),
            "PGUSER": USER,
            "PGDATABASE": database,
            "PGSSLMODE": "disable",
        }

    async def connect(self, database: str = "postgres") -> asyncpg.Connection:
        """A session of a superuser."""
        return await asyncpg.connect(
            host="127.0.0.1", port=self.port, user=USER, database=database, ssl=False, timeout=30
        )

    async def create(self, database: str) -> None:
        """An empty database."""
        session = await self.connect()
        await session.execute(f"CREATE DATABASE {database}")
        await session.close()

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(find_postgres_binaries() / program), f"--pgdata={self._data}", *arguments]
        if self._is_pinned:
            command = pin_to_core(command, core=LOAD_CORE)
        if os.geteuid() == 0:
            # PostgreSQL refuses to run as root.
            command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self._folder)
