"""Moments as the legacy app has them: seconds since 1970-01-01 UTC."""

from datetime import datetime


def unix(moment: datetime) -> int:
    """Whole seconds; `moment` must carry its zone."""
    return int(moment.timestamp())


def unix_or_null(moment: datetime | None) -> int | None:
    """`unix`, and null for what has not happened."""
    return None if moment is None else unix(moment)
