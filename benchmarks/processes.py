"""Servers as processes: started, awaited, stopped, and what they take of the machine."""

import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PATIENCE_SECONDS = 60


def find_free_port() -> int:
    """A free TCP port of the loopback address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(eq=False)
class Server:
    """One server process, started with `command` in `folder`."""

    name: str
    port: int
    command: list[str]
    folder: Path
    environment: Mapping[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        if self.process is None:
            raise RuntimeError(f"{self.name} was not started")
        return self.process.pid

    def start(self) -> None:
        """Start it; it does not answer yet."""
        with self.log.open("w", encoding="utf-8") as output:
            self.process = subprocess.Popen(
                self.command,
                cwd=self.folder,
                env={**os.environ, **self.environment},
                stdout=output,
                stderr=output,
            )

    def wait_until_ready(self) -> None:
        """Wait until it answers anything."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline and self.process is not None and self.process.poll() is None:
            try:
                urllib.request.urlopen(f"{self.url}/healthz", timeout=5).close()
            except urllib.error.HTTPError:
                return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.2)
            else:
                return
        raise SystemExit(f"{self.name} does not answer: {self.log.read_text(encoding='utf-8')[-2_000:]}")

    def stop(self) -> None:
        """End it, by force where asking does not help."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def read_cpu_seconds(pid: int) -> float:
    """CPU time of a process and its descendants so far, those that have ended included."""
    ticks = 0
    for member in _iterate_descendants(pid):
        if (times := _read_times(member)) is not None:
            utime, stime, ended_utime, ended_stime = times
            ticks += utime + stime + ended_utime + ended_stime
    return ticks / _TICKS


def read_resident_mebibytes(pid: int) -> float:
    """Resident memory of a process, without its children."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) / 1_024 if found else 0.0


def read_core_busy_seconds(core: int) -> tuple[float, float]:
    """(all processes' CPU time, time stolen by the host) on a core since the machine started."""
    for line in Path("/proc/stat").read_text(encoding="ascii").splitlines():
        name, *ticks = line.split()
        if name == f"cpu{core}":
            user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, ticks[:8])
            return (user + nice + system + irq + softirq) / _TICKS, steal / _TICKS
    raise ValueError(f"there is no core {core}")


def _read_times(pid: int) -> tuple[int, int, int, int] | None:
    fields = _read_stat(pid)
    if fields is None:
        return None
    return int(fields[11]), int(fields[12]), int(fields[13]), int(fields[14])


def _read_stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat after the command's name, which may hold anything; see proc(5)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def _iterate_descendants(root: int) -> Iterator[int]:
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and (fields := _read_stat(int(folder.name))) is not None:
            children.setdefault(int(fields[1]), []).append(int(folder.name))
    rest = [root]
    while rest:
        member = rest.pop()
        yield member
        rest += children.get(member, ())
