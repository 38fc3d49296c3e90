"""The legacy app's timestamps: seconds since 1970-01-01 UTC."""

from datetime import datetime


def to_unix(timestamp: datetime) -> int:
    """Whole seconds; `timestamp` must be aware."""
    return int(timestamp.timestamp())


def to_unix_or_none(timestamp: datetime | None) -> int | None:
    """Like `to_unix`, and null for None."""
    return None if timestamp is None else to_unix(timestamp)
