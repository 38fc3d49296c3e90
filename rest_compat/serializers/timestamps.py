"""Moments as the legacy app has them: seconds since 1970-01-01 UTC."""

from datetime import datetime


def to_unix(timestamp: datetime) -> int:
    """Whole seconds; `timestamp` must carry its zone."""
    return int(timestamp.timestamp())


def to_unix_or_none(timestamp: datetime | None) -> int | None:
    """`unix`, and null for what has not happened."""
    return None if timestamp is None else to_unix(timestamp)
