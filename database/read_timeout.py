"""A limit on the time that the database may take over one read."""

import re
from functools import lru_cache

from tortoise.exceptions import OperationalError

_WRITES = re.compile(r"\b(?:INSERT|UPDATE|DELETE)\b")
_CACHED_STATEMENTS = 1_000


class ReadTimedOut(OperationalError):
    """The database took longer over a read than the server allows, which broke it off."""


@lru_cache(_CACHED_STATEMENTS)
def is_read(statement: str) -> bool:
    """Whether a statement neither writes nor locks rows."""
    return statement.lstrip().startswith(("SELECT", "WITH")) and not _WRITES.search(statement)
