"""In-process counters and sets in fixed windows of monotonic time."""

import time
from dataclasses import dataclass


@dataclass
class _Window:
    ends_at: float
    requests: int = 0


class FixedWindowCounter:
    """Requests per caller; a caller's window begins with its first request after the previous window.

    The limits library's memory storage scans all callers repeatedly; this one does once per window.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._counts: dict[str, _Window] = {}
        self._sweep_at = 0.0

    def count(self, caller: str) -> tuple[int, float]:
        """The caller's number of requests including this one, and the seconds until its window ends."""
        now = time.monotonic()
        if now >= self._sweep_at:
            self._counts = {name: count for name, count in self._counts.items() if count.ends_at > now}
            self._sweep_at = now + self._seconds
        count = self._counts.get(caller)
        if count is None or count.ends_at <= now:
            count = self._counts[caller] = _Window(now + self._seconds)
        count.requests += 1
        return count.requests, count.ends_at - now


class ExpiringSet:
    """A set of names that is emptied at the end of each window."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._names: set[str] = set()
        self._ends_at = 0.0

    def add(self, name: str) -> None:
        """Add `name` until the window ends."""
        self._names.add(name)

    def __contains__(self, name: str) -> bool:
        now = time.monotonic()
        if now >= self._ends_at:
            self._names.clear()
            self._ends_at = now + self._seconds
        return name in self._names
