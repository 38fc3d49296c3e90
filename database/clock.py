"""The database's clock as this process knows it, for what must be judged by it without asking.

Tokens are issued by the database's clock. A server whose own clock is behind would refuse them all.
"""

import time
from datetime import UTC, datetime, timedelta


class DatabaseClock:
    """Estimates the database's time from its last reading and the monotonic clock since.

    Before the first reading it is the machine's own. Readings are whole seconds, cut down.
    """

    def __init__(self) -> None:
        # Unix seconds at which the monotonic clock was 0.
        self._origin: float | None = None
        self._difference = timedelta()

    @property
    def difference(self) -> timedelta:
        """The database's clock less the machine's, at the last reading; exact to a second."""
        return self._difference

    def record(self, reading: datetime) -> None:
        """Remember what the database's clock showed just now; `reading` is aware."""
        self._origin = reading.timestamp() - time.monotonic()
        self._difference = reading - datetime.now(UTC).replace(microsecond=0)

    def estimate(self) -> datetime:
        """The database's time, aware UTC."""
        if self._origin is None:
            return datetime.now(UTC)
        return datetime.fromtimestamp(self._origin + time.monotonic(), UTC)


CLOCK = DatabaseClock()
