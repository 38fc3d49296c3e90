"""Points that callers may spend: a leaky bucket for each, in this process's memory."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

MAX_BUCKETS = 100_000
"""Callers that are remembered; the bucket of whoever was silent longest is forgotten, and thereby full."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """What a full bucket holds, and what comes back in a second."""

    points: int
    restore_rate: int


@dataclass(slots=True)
class _Level:
    points: float
    updated_at: float


class TokenBuckets:
    """The buckets of all callers. One that nobody has spent from is full."""

    def __init__(
        self, *, clock: Callable[[], float] = time.monotonic, max_buckets: int = MAX_BUCKETS
    ) -> None:
        self._clock = clock
        self._max_buckets = max_buckets
        self._levels: OrderedDict[str, _Level] = OrderedDict()

    def __len__(self) -> int:
        return len(self._levels)

    def remaining(self, caller: str, capacity: Capacity) -> int:
        """Whole points that `caller` has by now."""
        return math.floor(self._get_points(caller, capacity))

    def spend(self, caller: str, points: int, capacity: Capacity) -> int:
        """Take `points` out, to nothing at most; what remains."""
        return self._set_points(caller, max(0.0, self._get_points(caller, capacity) - points))

    def try_spend(self, caller: str, points: int, capacity: Capacity) -> int | None:
        """Take `points` out if there are so many; what remains, None where there are too few."""
        points_left = self._get_points(caller, capacity) - points
        return self._set_points(caller, points_left) if points_left >= 0 else None

    def refund(self, caller: str, points: int, capacity: Capacity) -> int:
        """Put back `points` that bought nothing; what remains."""
        points_left = min(float(capacity.points), self._get_points(caller, capacity) + points)
        return self._set_points(caller, points_left)

    def _set_points(self, caller: str, points: float) -> int:
        self._levels[caller] = _Level(points, self._clock())
        self._levels.move_to_end(caller)
        if len(self._levels) > self._max_buckets:
            self._levels.popitem(last=False)
        return math.floor(points)

    def seconds_until(self, caller: str, points: int, capacity: Capacity) -> int:
        """Whole seconds after which `caller` has `points`; 1 or more."""
        missing = points - self._get_points(caller, capacity)
        return max(1, math.ceil(missing / capacity.restore_rate))

    def _get_points(self, caller: str, capacity: Capacity) -> float:
        level = self._levels.get(caller)
        if level is None:
            return float(capacity.points)
        restored = (self._clock() - level.updated_at) * capacity.restore_rate
        return min(float(capacity.points), level.points + restored)
