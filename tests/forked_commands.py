"""Processes of the product, forked from one that has imported it: importing takes seconds of each start.

They are processes of their own in every other way: their arguments, environment, folder and output are what
a shell would give them, and signals end them. What only a new interpreter does, such as choosing the encoding
of its output, needs `subprocess`.
"""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from multiprocessing import get_context
from pathlib import Path

import main

ROOT = Path(__file__).parents[1]
_PRELOADED = (
    "main",
    *(f"cli.{file.stem}" for file in (ROOT / "cli").glob("[a-z]*.py")),
    "cli.error_messages",
    "tests.fault_injection.faulty_product",
    "tests.fault_injection.faulty_provider",
    "tests.forked_commands",
)
_PATIENCE_SECONDS = 180

_forking = get_context("forkserver")
_forking.set_forkserver_preload(list(_PRELOADED))


class ForkedProcess:
    """A command that runs, with the methods of `subprocess.Popen` that tests use."""

    def __init__(
        self,
        entry: Callable[[], None],
        arguments: Sequence[str],
        environment: Mapping[str, str],
        *,
        stdout: Path,
        stderr: Path,
    ) -> None:
        """Start `entry`, a function of a module, which reads its arguments from `sys.argv`."""
        started = (entry, list(arguments), dict(environment), str(stdout), str(stderr))
        # A daemon ends with the tests, even if one of them leaves it running.
        self._process = _forking.Process(target=_run, args=started, daemon=True)
        self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid

    @property
    def returncode(self) -> int | None:
        return self.poll()

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float = _PATIENCE_SECONDS) -> int:
        self._process.join(timeout)
        code = self._process.exitcode
        if code is None:
            raise subprocess.TimeoutExpired(self._process.name, timeout)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def run_command(*arguments: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """`main.py` with these arguments and nothing else in its environment, when it has ended."""
    with tempfile.TemporaryDirectory(prefix="vitrin-") as folder:
        stdout, stderr = Path(folder, "stdout"), Path(folder, "stderr")
        process = ForkedProcess(main.main, arguments, environment, stdout=stdout, stderr=stderr)
        try:
            code = process.wait()
        finally:
            process.kill()
        # With its line endings unchanged.
        printed, complained = (file.read_bytes().decode("utf-8") for file in (stdout, stderr))
    return subprocess.CompletedProcess(["main.py", *arguments], code, printed, complained)


def _run(
    entry: Callable[[], None], arguments: list[str], environment: dict[str, str], stdout: str, stderr: str
) -> None:
    """In the new process: become the command."""
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    # Even if tests were started by nohup.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    for number, path in ((1, stdout), (2, stderr)):
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(file, number)
        os.close(file)
    sys.argv = ["main.py", *arguments]
    entry()
