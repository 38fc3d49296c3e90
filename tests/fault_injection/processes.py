"""The processes of one run: servers and workers that are killed, stopped and started anew."""

import os
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.forked_commands import ForkedProcess

_DEATH = 137
# A start takes a second on an idle machine, and most of a minute on one with many times its load.
_PATIENCE_SECONDS = 300


@dataclass
class Managed:
    """One process of the product, or one that it talks to."""

    name: str
    entry: Callable[[], None]
    arguments: list[str]
    environment: dict[str, str]
    output: Path
    deaths: int = 0
    process: ForkedProcess | None = field(default=None, init=False)

    def start(self, *options: str) -> None:
        """Start it; `options` go before the product's own command."""
        arguments = [*options, *self.arguments]
        self.process = ForkedProcess(
            self.entry, arguments, self.environment, stdout=self.output, stderr=self.output
        )

    def revive(self, *options: str) -> None:
        """Restart it if it has exited at a named point."""
        if self.process is not None and self.process.poll() is not None:
            self.deaths += 1
            self.start(*options)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(120)
            self.deaths += 1

    def freeze(self, seconds: float) -> None:
        """Stop it for a while, as a busy machine does."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGSTOP)
            time.sleep(seconds)
            self.process.send_signal(signal.SIGCONT)

    def end(self) -> None:
        """Kill it in any state."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
            self.process.wait(120)


def wait_for(url: str, process: Managed) -> None:
    """Until it answers; a process that died meanwhile is started again."""
    deadline, failure = time.monotonic() + _PATIENCE_SECONDS, ""
    while time.monotonic() < deadline:
        process.revive()
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except (urllib.error.URLError, ConnectionError, TimeoutError) as error:
            failure = repr(error)
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"{process.name} does not answer ({failure}): {process.output.read_text()[-2000:]}")


def environment(**settings: str) -> dict[str, str]:
    """This process's environment with settings of the product."""
    return {**os.environ, **settings}
