"""Token buckets per caller, in this process's memory."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from cachetools import FIFOCache

MAX_BUCKETS = 100_000
"""Callers that are remembered; forgetting the least recently active one refills its bucket."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """The size of a bucket, and its refill per second."""

    points: int
    restore_rate: int


@dataclass(slots=True)
class _Level:
    points: float
    updated_at: float


class TokenBuckets:
    """The buckets of all callers. An unused bucket is full."""

    def __init__(
        self, *, clock: Callable[[], float] = time.monotonic, max_buckets: int = MAX_BUCKETS
    ) -> None:
        self._clock = clock
        # Storing a level again moves it to the end.
        self._levels: FIFOCache[str, _Level] = FIFOCache(max_buckets)

    def __len__(self) -> int:
        return len(self._levels)

    def remaining(self, caller: str, capacity: Capacity) -> int:
        """The whole points in the caller's bucket."""
        return math.floor(self._get_points(caller, capacity))

    def spend(self, caller: str, points: int, capacity: Capacity) -> int:
        """Take up to `points`; returns the remainder."""
        return self._set_points(caller, max(0.0, self._get_points(caller, capacity) - points))

    def try_spend(self, caller: str, points: int, capacity: Capacity) -> int | None:
        """Take `points` if there are enough; returns the remainder, or None if there are too few."""
        points_left = self._get_points(caller, capacity) - points
        return self._set_points(caller, points_left) if points_left >= 0 else None

    def refund(self, caller: str, points: int, capacity: Capacity) -> int:
        """Return points for work that was not done; returns the remainder."""
        points_left = min(float(capacity.points), self._get_points(caller, capacity) + points)
        return self._set_points(caller, points_left)

    def _set_points(self, caller: str, points: float) -> int:
        self._levels[caller] = _Level(points, self._clock())
        return math.floor(points)

    def seconds_until(self, caller: str, points: int, capacity: Capacity) -> int:
        """Whole seconds until `caller` has `points`; 1 or more."""
        missing = points - self._get_points(caller, capacity)
        return max(1, math.ceil(missing / capacity.restore_rate))

    def _get_points(self, caller: str, capacity: Capacity) -> float:
        level = self._levels.get(caller)
        if level is None:
            return float(capacity.points)
        restored = (self._clock() - level.updated_at) * capacity.restore_rate
        return min(float(capacity.points), level.points + restored)
