"""wrk: the script for one workload of one server, a run, and its output."""

import json
import random
import signal
import subprocess
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.contestants import Contestant
from benchmarks.paths import LOAD_CORE, pin_to_core
from benchmarks.workloads import KEY, Request, Workload

CONNECTIONS = 32
_MAX_USERS = 1_000
# Lua. Requests are prepared beforehand, except those that need a key of their own.
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

# Lua. wrk itself only ends by time: here connections that have nothing left to send wait, and the last
# one to do so prints a line.
_COUNTED = """
local limit, granted, waiting = {requests}, 0, 0
function delay()
    if granted < limit then
        granted = granted + 1
        return 0
    end
    waiting = waiting + 1
    if waiting == {connections} then
        io.write("{finished}\\n")
        io.flush()
    end
    return 3600000
end
"""
_FINISHED = "all requests are answered"
_MAX_SECONDS = 600


@dataclass(frozen=True, kw_only=True)
class Load:
    """A run of wrk; `refused` responses had a status other than 2xx or 3xx, `lost` requests had none."""

    requests: int
    seconds: float
    bytes_received: int
    p50_ms: float
    p99_ms: float
    rejected: int
    lost: int

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds

    @property
    def bytes_each(self) -> float:
        """Bytes per response, including its head."""
        return self.bytes_received / self.requests if self.requests else 0.0


def parse(output: str) -> Load:
    """The result in the script's last line.

    Raises:
        ValueError: wrk printed no such line.
    """
    lines = [line for line in output.splitlines() if line.startswith("{")]
    if not lines:
        raise ValueError(f"wrk printed no result: {output[-500:]}")
    result = json.loads(lines[-1])
    return Load(
        requests=result["requests"],
        seconds=result["microseconds"] / 1_000_000,
        bytes_received=result["bytes"],
        p50_ms=result["p50"] / 1_000,
        p99_ms=result["p99"] / 1_000,
        rejected=result["refused"],
        lost=result["lost"],
    )


def render_script(requests: Iterable[Request]) -> str:
    """A script that sends `asks` one after the other, over and over."""
    return _SCRIPT.format(asks=",\n".join(map(_render_request, requests)), key=KEY)


def write_script(contestant: Contestant, work: Workload, users: Sequence[int], folder: Path) -> Path:
    """The script of one workload: up to a thousand users, always in the same order."""
    chosen = random.Random(1).sample(list(users), min(_MAX_USERS, len(users)))
    file = folder / f"{contestant.name}-{work}.lua"
    file.write_text(render_script(map(contestant.request_builders[work], chosen)), encoding="utf-8")
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
        command = pin_to_core(command, core=core)
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return parse(done.stdout + done.stderr)


def run_counted(url: str, file: Path, *, requests: int, nonce: str) -> Load:
    """Send exactly `requests` requests, and return when all of them are answered.

    `seconds` of the load is the time until then.

    Raises:
        RuntimeError: they were not all answered within ten minutes.
    """
    counted = file.with_stem(f"{file.stem}-counted")
    limit = _COUNTED.format(requests=requests, connections=CONNECTIONS, finished=_FINISHED)
    counted.write_text(file.read_text(encoding="utf-8") + limit, encoding="utf-8")
    options = ["-t1", f"-c{CONNECTIONS}", f"-d{_MAX_SECONDS}s", "--timeout", "30s", "-s", str(counted)]
    command = pin_to_core(["wrk", *options, url, "--", nonce], core=LOAD_CORE)
    began = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        if process.stdout is None:
            raise RuntimeError("wrk has no output")
        lines = []
        seconds = 0.0
        for line in process.stdout:
            lines.append(line)
            if line.startswith(_FINISHED):
                seconds = time.monotonic() - began
                process.send_signal(signal.SIGINT)
    if not seconds:
        raise RuntimeError(f"wrk did not finish: {''.join(lines)[-500:]}")
    return replace(parse("".join(lines)), seconds=seconds)


def _render_request(request: Request) -> str:
    headers = ", ".join(
        f"[ {_quote_lua(name)} ] = {_quote_lua(value)}" for name, value in request.build_headers().items()
    )
    body = _quote_lua(request.body) if request.body is not None else "nil"
    is_keyed = str(request.body is not None and KEY in request.body).lower()
    return (
        f"{{method = {_quote_lua(request.method)}, path = {_quote_lua(request.path)}, "
        f"headers = {{{headers}}}, body = {body}, "
        f"keyed = {is_keyed}}}"
    )


def _quote_lua(text: str) -> str:
    """A Lua literal: long brackets escape nothing, and JSON never closes these."""
    return f"[==[{text}]==]"
