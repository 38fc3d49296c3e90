"""A caller's bucket of points, as admission charges it."""

from dataclasses import dataclass

from engine.protection.token_buckets import Capacity, TokenBuckets


@dataclass(frozen=True, slots=True)
class Cost:
    """What an operation costs, and the caller's bucket after it, in points.

    `requested` is the price of the refusal where the document is refused before its own is known.
    """

    requested: int
    limit: int
    remaining: int
    restore_rate: int

    def to_dict(self) -> dict[str, int]:
        """As `extensions.cost` tells it."""
        return {
            "requested": self.requested,
            "limit": self.limit,
            "remaining": self.remaining,
            "restoreRate": self.restore_rate,
        }


@dataclass(frozen=True, slots=True)
class Account:
    """The bucket of one caller."""

    buckets: TokenBuckets
    caller: str
    capacity: Capacity

    @property
    def remaining(self) -> int:
        """Whole points that are left."""
        return self.buckets.remaining(self.caller, self.capacity)

    def preview_cost(self, requested: int) -> Cost:
        """What an operation of this price is shown to cost, with nothing charged."""
        return self._build_cost(requested, self.remaining)

    def spend(self, points: int, *, requested: int) -> Cost:
        """Charge `points`, down to nothing at most; `requested` is the price that is shown."""
        return self._build_cost(requested, self.buckets.spend(self.caller, points, self.capacity))

    def try_spend(self, points: int, *, requested: int) -> Cost | None:
        """Charge `points` if there are so many; None, and nothing charged, where there are too few."""
        points_left = self.buckets.try_spend(self.caller, points, self.capacity)
        return None if points_left is None else self._build_cost(requested, points_left)

    def refund(self, points: int) -> None:
        """Give back `points` that bought nothing."""
        self.buckets.refund(self.caller, points, self.capacity)

    def seconds_until(self, points: int) -> int:
        """Whole seconds until there are `points`; 1 or more."""
        return self.buckets.seconds_until(self.caller, points, self.capacity)

    def _build_cost(self, requested: int, remaining: int) -> Cost:
        return Cost(requested, self.capacity.points, remaining, self.capacity.restore_rate)
