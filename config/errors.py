"""The base of configuration errors."""


class UsageError(Exception):
    """A configuration error the operator can fix; shown without a traceback."""
