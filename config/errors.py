"""Why a command ends before it begins."""


class UsageError(Exception):
    """What is wrong is the caller's to mend; the text says it in a line, and needs no traceback."""
