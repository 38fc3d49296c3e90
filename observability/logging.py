"""Logging of the whole process to standard error."""

import json
import logging
from datetime import UTC, datetime

from config.operations_settings import LogFormat
from observability import request_ids
from observability.redaction import CONTROLS, escape_controls, redact

_FORMAT = "%(asctime)s %(levelname)s %(name)s %(request)s%(message)s"
_LIBRARY_LEVELS = {
    "aiosqlite": logging.WARNING,
    "tortoise": logging.WARNING,
    "tortoise.db_client": logging.WARNING,
    # At DEBUG it logs PKCE verifiers and tokens.
    "authlib": logging.INFO,
    # At DEBUG it logs every WebSocket message, including the token.
    "uvicorn.error": logging.INFO,
}


class PrivateFormatter(logging.Formatter):
    """One line per record, then its traceback; private data is removed from both."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 # the library's name
        return super().formatMessage(record).translate(CONTROLS)

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


class JsonFormatter(logging.Formatter):
    """One JSON object per record and line: `time`, `level`, `logger`, `message`, and further details."""

    def format(self, record: logging.LogRecord) -> str:
        fields = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": redact(record.getMessage()),
        }
        if request_id := request_ids.get_current():
            fields["request_id"] = request_id
        if record.exc_info:
            fields["traceback"] = redact(self.formatException(record.exc_info))
        return escape_controls(json.dumps(fields, ensure_ascii=False))


def configure(level: str, log_format: LogFormat = LogFormat.TEXT) -> None:
    """Log from `level` on; libraries that would log every statement or message are silenced."""
    handler = logging.StreamHandler()
    handler.addFilter(_add_request_id)
    handler.setFormatter(JsonFormatter() if log_format is LogFormat.JSON else PrivateFormatter(_FORMAT))
    logging.basicConfig(level=level.upper(), handlers=[handler])
    for name, min_level in _LIBRARY_LEVELS.items():
        logging.getLogger(name).setLevel(max(min_level, logging.getLevelName(level.upper())))
    # An outage is not an internal error: asyncpg's pool logs each reconnection attempt with a traceback.
    logging.getLogger("asyncpg.pool").addFilter(_drop_traceback)


def _drop_traceback(record: logging.LogRecord) -> bool:
    """Replace a record's traceback by the exception's class."""
    if record.exc_info and record.exc_info[0]:
        record.msg, record.args = f"{record.getMessage()}: {record.exc_info[0].__name__}", ()
        record.exc_info = None
    return True


def _add_request_id(record: logging.LogRecord) -> bool:
    request_id = request_ids.get_current()
    record.request = f"[{request_id}] " if request_id else ""
    return True
