"""The response of every API to an unexpected exception: an outage of the database or an internal error."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

import database


@dataclass(frozen=True, kw_only=True)
class Failure:
    """The HTTP status with its phrase and headers, and the close code of a WebSocket.

    No API shows the cause.
    """

    status: int
    phrase: str
    close_code: int
    headers: Mapping[str, str] = field(default_factory=dict)


OUTAGE = Failure(status=503, phrase="Service Unavailable", close_code=1013, headers={"Retry-After": "1"})
"""The database is away, busy, full or read-only: the same request may succeed a moment later."""
INTERNAL_ERROR = Failure(status=500, phrase="Server Error", close_code=1011)


def log_failure(error: Exception | None, log: logging.Logger, where: str) -> Failure:
    """Log an outage in one line and an internal error with its traceback; returns the failure.

    `where` names what failed, such as `method=GET path=/v1/order`.
    """
    if database.is_unavailable(error):
        log.error("database unavailable: %s error=%s", where, type(error).__name__)
        return OUTAGE
    log.error("request failed: %s", where, exc_info=error)
    return INTERNAL_ERROR
