"""A provider that misbehaves by a seed and writes what it truly accepted to a file, before any answer.

Run as `python -m tests.fault_injection.faulty_provider PORT SEED TRUTH_FILE`. GET /calm ends the misbehaviour
once the faults that are under way have come up.
"""

import asyncio
import json
import os
import random
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs

FIRST_NUMBER = 1_000
FAULTS = (
    "slow",
    "hang before",
    "hang after",
    "drop before",
    "drop after",
    "500 after",
    "500 before",
    "garbage after",
    "garbage before",
    "answer twice",
    "refuse",
    "refuse with 400",
    "go away",
)
ACCEPTING_FAULTS = frozenset(
    {"slow", "hang after", "drop after", "500 after", "garbage after", "answer twice", "go away"}
)
_HANGING_SECONDS = 3
_AWAY_SECONDS = 0.5


def outcome_of(seed: int, number: int, quantity: int) -> tuple[str, int]:
    """How an accepted order ends, and what remains of it then."""
    chance = random.Random(f"{seed}:{number}")
    kind = chance.choice(["Completed"] * 5 + ["Partial"] * 3 + ["Canceled"] * 2)
    return kind, chance.randrange(1, quantity) if kind == "Partial" else 0


@dataclass
class FaultyProvider:
    """The provider's own state; `truth` is what counts."""

    port: int
    seed: int
    truth: Path
    chance: random.Random = field(init=False)
    pending_faults: list[str] = field(default_factory=list)
    accepted: dict[int, int] = field(default_factory=dict)
    request_count: Counter[int] = field(default_factory=Counter)
    is_calm: bool = False
    server: asyncio.Server | None = None

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)

    async def serve(self) -> None:
        await self._listen()
        await asyncio.Event().wait()

    async def _listen(self) -> None:
        self.server = await asyncio.start_server(self._answer, "127.0.0.1", self.port, reuse_address=True)

    async def _go_away(self) -> None:
        """Refuse connections for a short time."""
        if self.server is not None:
            self.server.close()
            await asyncio.sleep(_AWAY_SECONDS)
            await self._listen()

    def _fault(self) -> str:
        if not self.pending_faults:
            if self.is_calm:
                return "ok"
            # Dealt, not drawn, and to the end even in calm: every fault occurs in every run, also if a
            # slow machine sends most of the orders late.
            self.pending_faults = [*FAULTS, *["ok"] * 2 * len(FAULTS)]
            self.chance.shuffle(self.pending_faults)
        return self.pending_faults.pop()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            form = await _read_form(reader)
            for part in await self._respond(form):
                writer.write(part)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _respond(self, form: dict[str, str]) -> list[bytes]:
        if form.get("path") == "/calm":
            self.is_calm = True
            return [_json({"calm": True})]
        if form.get("action") == "add":
            return await self._add(form)
        if form.get("action") == "status":
            return await self._status(form)
        if form.get("action") == "balance":
            return [_json({"balance": "100", "currency": "USD"})]
        return [_json({"error": "Incorrect request"})]

    async def _add(self, form: dict[str, str]) -> list[bytes]:
        fault = self._fault()
        number = self._accept(form, fault) if fault in ACCEPTING_FAULTS or fault == "ok" else 0
        if fault.startswith("refuse"):
            self._write({"refused": form["link"]})
            status = 400 if fault.endswith("400") else 200
            return [_json({"error": "neworder.error.link"}, status)]
        if fault == "slow":
            await asyncio.sleep(0.2)
        if fault.startswith("hang"):
            await asyncio.sleep(_HANGING_SECONDS)
        if fault.startswith(("hang", "drop")):
            return []
        if fault.startswith("500"):
            return [_json({"message": "Server Error"}, 500)]
        if fault.startswith("garbage"):
            return [_http(b"<html><body>Gateway</body></html>", 200)]
        if fault == "go away":
            asyncio.get_running_loop().call_soon(lambda: asyncio.ensure_future(self._go_away()))
        return [_json({"order": number})] * (2 if fault == "answer twice" else 1)

    def _accept(self, form: dict[str, str], fault: str) -> int:
        number = FIRST_NUMBER + len(self.accepted)
        self.accepted[number] = int(form["quantity"])
        self._write(
            {"accepted": form["link"], "number": number, "quantity": self.accepted[number], "fault": fault}
        )
        return number

    def _write(self, line: dict[str, object]) -> None:
        with self.truth.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
            file.flush()
            os.fsync(file.fileno())

    async def _status(self, form: dict[str, str]) -> list[bytes]:
        fault = "ok" if self.is_calm else self.chance.choice(["ok"] * 6 + ["500", "garbage", "drop"])
        if fault == "500":
            return [_json({}, 500)]
        if fault == "garbage":
            return [_http(b"<html>", 200)]
        if fault == "drop":
            return []
        if "order" in form:
            return [_json(self._state(int(form["order"])))]
        numbers = [int(number) for number in form["orders"].split(",")]
        return [_json({str(number): self._state(number) for number in numbers})]

    def _state(self, number: int) -> dict[str, object]:
        quantity = self.accepted.get(number)
        if quantity is None:
            return {"error": "Incorrect order ID"}
        self.request_count[number] += 1
        if self.request_count[number] < 2:
            return {"status": "In progress", "remains": str(quantity), "start_count": None, "charge": "0.1"}
        status, remains = outcome_of(self.seed, number, quantity)
        return {"status": status, "remains": str(remains), "start_count": "7", "currency": "USD"}


async def _read_form(reader: asyncio.StreamReader) -> dict[str, str]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    path = head.split(" ", 2)[1]
    lengths = [line for line in head.lower().split("\r\n") if line.startswith("content-length:")]
    body = await reader.readexactly(int(lengths[0].partition(":")[2]) if lengths else 0)
    return {"path": path, **{name: values[0] for name, values in parse_qs(body.decode()).items()}}


def _json(body: object, status: int = 200) -> bytes:
    return _http(json.dumps(body).encode(), status)


def _http(body: bytes, status: int) -> bytes:
    head = f"HTTP/1.1 {status} Faulty\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
    return head.encode() + body


def main() -> None:
    """Serve with the arguments of the command line: port, seed, and the file for the accepted orders."""
    asyncio.run(FaultyProvider(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])).serve())
