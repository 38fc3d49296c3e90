"""The product as users run it: processes started by its own command, which tests may kill."""

import json
import os
import signal
import socket
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Self

import main
from tests.database_templates import copy_migrated_sqlite
from tests.forked_commands import ROOT as ROOT
from tests.forked_commands import ForkedProcess, run_command

_PATIENCE_SECONDS = 180
"""Waits end as soon as the server answers; the limit is for a machine with ten times the load."""


def find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class LiveServer:
    """`main.py` with its defaults, but for the port, the data folder and what `settings` say."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.port = find_free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = folder
        self.environment = {
            **os.environ,
            "PORT": str(self.port),
            "DATA_FOLDER": str(folder),
            "RATE_LIMIT": "1000000/minute",
            **settings,
        }
        self._output = folder / f"output-{self.port}"
        self._process: ForkedProcess | None = None

    def __enter__(self) -> Self:
        self.start()
        self.wait_until_healthy()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start the process; it is not ready yet."""
        file = self.folder / "vitrin.sqlite3"
        if "DATABASE_URL" not in self.environment and not file.exists():
            # Migrating from nothing takes longer than all else that a server does at its start.
            copy_migrated_sqlite(file)
        self._process = ForkedProcess(
            main.main, [], self.environment, stdout=self._output, stderr=self._output
        )

    def wait_until_healthy(self) -> None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline and self._process is not None and self._process.poll() is None:
            try:
                urllib.request.urlopen(f"{self.url}/healthz", timeout=5).close()
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.05)
            else:
                return
        raise AssertionError(f"the server did not start: {self.output()}")

    def query(self, token: str, query: str, **variables: object) -> Any:
        """The data that GraphQL answers the token's user, over HTTP."""
        request = urllib.request.Request(
            f"{self.url}/graphql",
            json.dumps({"query": query, "variables": variables}).encode(),
            {"Content-Type": "application/json", "Authorization": f"Bearer {token}"},
        )
        with urllib.request.urlopen(request, timeout=_PATIENCE_SECONDS) as response:
            return json.load(response)["data"]

    def run(self, *arguments: str) -> str:
        """What `main.py` prints with these arguments, in the server's environment; it must succeed."""
        run = run_command(*arguments, environment=self.environment)
        assert run.returncode == 0, run.stderr
        return run.stdout.strip()

    def kill(self) -> None:
        """End the process as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int | None:
        """Ask the process to end, as an operator does, and return its exit code; None where none runs."""
        return self._end(number)

    def terminate(self) -> None:
        """Ask the process to end, and do not wait."""
        if self._process is not None:
            self._process.terminate()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def output(self) -> str:
        """All that it printed and logged."""
        return self._output.read_text(encoding="utf-8")

    def _end(self, number: signal.Signals) -> int | None:
        if self._process is None:
            return None
        self._process.send_signal(number)
        code = self._process.wait(_PATIENCE_SECONDS)
        self._process = None
        return code
