"""A time limit for reads."""

import re
from functools import lru_cache

from tortoise.exceptions import OperationalError

_WRITES = re.compile(r"\b(?:INSERT|UPDATE|DELETE)\b")
_CACHED_STATEMENTS = 1_000


class ReadTimedOut(OperationalError):
    """The read took longer than the server allows and was cancelled."""


@lru_cache(_CACHED_STATEMENTS)
def is_read(statement: str) -> bool:
    """Whether a statement neither writes nor locks rows."""
    return statement.lstrip().startswith(("SELECT", "WITH")) and not _WRITES.search(statement)
