"""The id of the current request: in its response, its log lines and reported errors."""

import itertools
import re
import secrets
from contextvars import ContextVar

_VALID_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+=-]{7,127}", re.ASCII)
# Ids must be unique but are not secret: a random prefix per process, and a counter.
_PROCESS = secrets.token_hex(8)
_numbers = itertools.count(secrets.randbits(32))
_current: ContextVar[str] = ContextVar("request_id", default="")


def accept_or_generate(offered: str) -> str:
    """The id sent by a caller or a proxy, or a new one if it is not suitable for searches."""
    return offered if _VALID_ID.fullmatch(offered) else f"{_PROCESS}{next(_numbers):016x}"


def set_current(request_id: str) -> None:
    """Set the request id for this task and its children."""
    _current.set(request_id)


def get_current() -> str:
    """The current request's id; empty outside a request."""
    return _current.get()
