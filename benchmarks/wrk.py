"""wrk: its script for one work of one server, a run, and what it tells."""

import json
import random
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.contestants import Contestant
from benchmarks.places import LOAD_CORE, pinned
from benchmarks.works import KEY, Ask, Work

CONNECTIONS = 32
_MOST_USERS = 1_000
# Lua. Requests are made beforehand, but for those that need a key of their own.
_SCRIPT = """
local asks = {{
{asks}
}}
local ready, place, count, nonce = {{}}, 0, 0, ""
function init(arguments)
    nonce = arguments[1] or "0"
    for number, ask in ipairs(asks) do
        ready[number] = not ask.keyed and wrk.format(ask.method, ask.path, ask.headers, ask.body)
    end
end
function request()
    place = place % #asks + 1
    if ready[place] then return ready[place] end
    count = count + 1
    local ask = asks[place]
    local body = ask.body:gsub("{key}", nonce .. "-" .. count)
    return wrk.format(ask.method, ask.path, ask.headers, body)
end
function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        '{{"requests": %d, "microseconds": %d, "bytes": %d, "p50": %d, "p99": %d, '
            .. '"refused": %d, "lost": %d}}\\n',
        summary.requests, summary.duration, summary.bytes, latency:percentile(50), latency:percentile(99),
        errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
"""


@dataclass(frozen=True, kw_only=True)
class Load:
    """What one run of wrk saw; `refused` answers had another status than 2xx or 3xx, `lost` got none."""

    requests: int
    seconds: float
    bytes_received: int
    p50_ms: float
    p99_ms: float
    refused: int
    lost: int

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds

    @property
    def bytes_each(self) -> float:
        """Bytes an answer, its head included."""
        return self.bytes_received / self.requests if self.requests else 0.0


def parse(output: str) -> Load:
    """What the script's last line says.

    Raises:
        ValueError: wrk printed no such line.
    """
    lines = [line for line in output.splitlines() if line.startswith("{")]
    if not lines:
        raise ValueError(f"wrk told nothing: {output[-500:]}")
    told = json.loads(lines[-1])
    return Load(
        requests=told["requests"],
        seconds=told["microseconds"] / 1_000_000,
        bytes_received=told["bytes"],
        p50_ms=told["p50"] / 1_000,
        p99_ms=told["p99"] / 1_000,
        refused=told["refused"],
        lost=told["lost"],
    )


def script(asks: Iterable[Ask]) -> str:
    """A script that sends `asks` one after the other, over and over."""
    return _SCRIPT.format(asks=",\n".join(map(_table, asks)), key=KEY)


def write_script(contestant: Contestant, work: Work, users: Sequence[int], folder: Path) -> Path:
    """The script of one work: a thousand users, or all if they are fewer, always in the same order."""
    chosen = random.Random(1).sample(list(users), min(_MOST_USERS, len(users)))
    file = folder / f"{contestant.name}-{work}.lua"
    file.write_text(script(map(contestant.asks[work], chosen)), encoding="utf-8")
    return file


def run(
    url: str,
    file: Path,
    *,
    seconds: float,
    nonce: str,
    connections: int = CONNECTIONS,
    core: int | None = LOAD_CORE,
) -> Load:
    """Load the server for some seconds; `nonce` makes this run's keys different from all others'."""
    options = ["-t1", f"-c{connections}", f"-d{seconds:g}s", "--timeout", "30s", "-s", str(file)]
    command = ["wrk", *options, url, "--", nonce]
    if core is not None:
        command = pinned(command, core=core)
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return parse(done.stdout + done.stderr)


def _table(ask: Ask) -> str:
    headers = ", ".join(f"[ {_text(name)} ] = {_text(value)}" for name, value in ask.headers().items())
    body = _text(ask.body) if ask.body is not None else "nil"
    is_keyed = str(ask.body is not None and KEY in ask.body).lower()
    return (
        f"{{method = {_text(ask.method)}, path = {_text(ask.path)}, headers = {{{headers}}}, body = {body}, "
        f"keyed = {is_keyed}}}"
    )


def _text(text: str) -> str:
    """A Lua literal: long brackets escape nothing, and JSON never closes these."""
    return f"[==[{text}]==]"
