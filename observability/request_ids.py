"""The id of the request that is being answered: in its answer, in its log lines and in reported errors."""

import itertools
import re
import secrets
from contextvars import ContextVar

_VALID_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+=-]{7,127}", re.ASCII)
# Ids have to differ and are no secrets: chance tells processes apart, a number the requests of one.
_PROCESS = secrets.token_hex(8)
_numbers = itertools.count(secrets.randbits(32))
_current: ContextVar[str] = ContextVar("request_id", default="")


def accept_or_generate(offered: str) -> str:
    """The id that a caller or a proxy offered, or a new one where it is none that could be searched for."""
    return offered if _VALID_ID.fullmatch(offered) else f"{_PROCESS}{next(_numbers):016x}"


def set_current(request_id: str) -> None:
    """From here on, what this task and its children do is done for this request."""
    _current.set(request_id)


def get_current() -> str:
    """The present request's id; empty outside of one."""
    return _current.get()
