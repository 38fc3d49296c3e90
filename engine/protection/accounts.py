"""A caller's token bucket as seen by admission."""

from dataclasses import dataclass

from engine.protection.token_buckets import Capacity, TokenBuckets


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of an operation, and the state of the caller's bucket after it, in points.

    If a document is refused before its cost is known, `requested` is the price of the refusal.
    """

    requested: int
    limit: int
    remaining: int
    restore_rate: int

    def to_dict(self) -> dict[str, int]:
        """The value of `extensions.cost`."""
        return {
            "requested": self.requested,
            "limit": self.limit,
            "remaining": self.remaining,
            "restoreRate": self.restore_rate,
        }


@dataclass(frozen=True, slots=True)
class Account:
    buckets: TokenBuckets
    caller: str
    capacity: Capacity

    @property
    def remaining(self) -> int:
        return self.buckets.remaining(self.caller, self.capacity)

    def preview_cost(self, requested: int) -> Cost:
        """The reported cost of an operation that is not charged."""
        return self._build_cost(requested, self.remaining)

    def spend(self, points: int, *, requested: int) -> Cost:
        """Charge `points`, down to an empty bucket; `requested` is the price that is reported."""
        return self._build_cost(requested, self.buckets.spend(self.caller, points, self.capacity))

    def try_spend(self, points: int, *, requested: int) -> Cost | None:
        """Charge `points`; None if the bucket holds too few, and then nothing is charged."""
        points_left = self.buckets.try_spend(self.caller, points, self.capacity)
        return None if points_left is None else self._build_cost(requested, points_left)

    def refund(self, points: int) -> None:
        """Return points for work that was not done."""
        self.buckets.refund(self.caller, points, self.capacity)

    def seconds_until(self, points: int) -> int:
        """Whole seconds until `points` are available; 1 or more."""
        return self.buckets.seconds_until(self.caller, points, self.capacity)

    def _build_cost(self, requested: int, remaining: int) -> Cost:
        return Cost(requested, self.capacity.points, remaining, self.capacity.restore_rate)
