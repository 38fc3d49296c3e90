"""Logging of the whole process, on standard error."""

import logging
import re

_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"
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


class PrivateFormatter(logging.Formatter):
    """One line a record, then its traceback; tokens, mobiles and query strings are blotted out of both.

    The last resort: nothing of the kind is to be logged, but a library's message may hold it.
    """

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 # the library's name
        return super().formatMessage(record).translate(_CONTROLS)

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        for pattern, blot in _PRIVATE:
            text = pattern.sub(blot, text)
        return text


def configure(level: str) -> None:
    """Log from `level` on; libraries that would log every statement or message stay quiet."""
    handler = logging.StreamHandler()
    handler.setFormatter(PrivateFormatter(_FORMAT))
    logging.basicConfig(level=level.upper(), handlers=[handler])
    for name, least in _QUIET.items():
        logging.getLogger(name).setLevel(max(least, logging.getLevelName(level.upper())))
