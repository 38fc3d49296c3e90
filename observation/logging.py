"""Logging of the whole process, on standard error."""

import json
import logging
import re
from datetime import UTC, datetime

from config.operations_settings import LogFormat
from observation import request_ids

_FORMAT = "%(asctime)s %(levelname)s %(name)s %(request)s%(message)s"
_QUIET = {
    "aiosqlite": logging.WARNING,
    "tortoise": logging.WARNING,
    "tortoise.db_client": logging.WARNING,
    # At DEBUG it writes every WebSocket message, the one with the token among them.
    "uvicorn.error": logging.INFO,
}
_PRIVATE = (
    (re.compile(r"eyJ[\w-]+(?:\.[\w-]+)+"), "[token]"),
    (re.compile(r"(?i)\b(bearer) +[^\s'\",]+"), r"\1 [token]"),
    (re.compile(r"(?<=\?)[\w%.\[\]-]+=[^\s'\"<>]*"), "[query]"),
    (re.compile(r"(?<![\w.])(?:\+98|0098|98|0)9\d{9}(?!\d)"), "[mobile]"),
)
_CONTROLS = {number: f"\\x{number:02x}" for number in (*range(0x20), *range(0x7F, 0xA0))} | {
    0x2028: "\\u2028",
    0x2029: "\\u2029",
}
_IN_JSON = {number: f"\\u{number:04x}" for number in _CONTROLS}


def blotted(text: str) -> str:
    """`text` without tokens, mobiles and query strings.

    The last resort: nothing of the kind is to be logged, but a library's message may hold it.
    """
    for pattern, blot in _PRIVATE:
        text = pattern.sub(blot, text)
    return text


class PrivateFormatter(logging.Formatter):
    """One line a record, then its traceback; what is private is blotted out of both."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 # the library's name
        return super().formatMessage(record).translate(_CONTROLS)

    def format(self, record: logging.LogRecord) -> str:
        return blotted(super().format(record))


class JsonFormatter(logging.Formatter):
    """One JSON object a record and line: `time`, `level`, `logger`, `message`, and what else there is."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": blotted(record.getMessage()),
        }
        if request_id := request_ids.current():
            told["request_id"] = request_id
        if record.exc_info:
            told["traceback"] = blotted(self.formatException(record.exc_info))
        # JSON itself leaves DEL, C1 controls and Unicode's line ends as they are.
        return json.dumps(told, ensure_ascii=False).translate(_IN_JSON)


def configure(level: str, form: LogFormat = LogFormat.TEXT) -> None:
    """Log from `level` on; libraries that would log every statement or message stay quiet."""
    handler = logging.StreamHandler()
    handler.addFilter(_name_request)
    handler.setFormatter(JsonFormatter() if form is LogFormat.JSON else PrivateFormatter(_FORMAT))
    logging.basicConfig(level=level.upper(), handlers=[handler])
    for name, least in _QUIET.items():
        logging.getLogger(name).setLevel(max(least, logging.getLevelName(level.upper())))


def _name_request(record: logging.LogRecord) -> bool:
    request_id = request_ids.current()
    record.request = f"[{request_id}] " if request_id else ""
    return True
