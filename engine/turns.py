"""Turns at work that would keep the event loop from everybody else."""

import asyncio
import time
from types import TracebackType


class Turns:
    """One at a time, and after each a pause as long as it took: half of the loop is left to others."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._begun = 0.0

    async def __aenter__(self) -> None:
        await self._lock.acquire()
        self._begun = time.perf_counter()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        took = time.perf_counter() - self._begun
        asyncio.get_running_loop().call_later(took, self._lock.release)
