"""An estimate of the database's clock that needs no query.

Tokens are issued by the database's clock. A server whose own clock is behind would reject them all.
"""

import time
from datetime import UTC, datetime, timedelta


class DatabaseClock:
    """Estimates the database's time from its last reading and the monotonic clock since.

    Before the first reading it is the machine's own. Readings are truncated to whole seconds.
    """

    def __init__(self) -> None:
        # Unix time at which the monotonic clock was 0.
        self._origin: float | None = None
        self._difference = timedelta()

    @property
    def difference(self) -> timedelta:
        """The database's clock minus the machine's, at the last reading; exact to a second."""
        return self._difference

    def record(self, reading: datetime) -> None:
        """Store a reading of the database's clock taken just now; `reading` is aware."""
        self._origin = reading.timestamp() - time.monotonic()
        self._difference = reading - datetime.now(UTC).replace(microsecond=0)

    def estimate(self) -> datetime:
        """The database's time, aware UTC."""
        if self._origin is None:
            return datetime.now(UTC)
        return datetime.fromtimestamp(self._origin + time.monotonic(), UTC)


CLOCK = DatabaseClock()
