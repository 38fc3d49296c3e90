"""The security log's stream, read by tests."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from observability import security_log


@contextmanager
def capture_stream(file: Path) -> Iterator[Path]:
    """Writes the security log to `file` until the end."""
    logger = logging.getLogger(security_log.LOGGER_NAME)
    before = (list(logger.handlers), logger.level, logger.propagate)
    security_log.configure(file)
    try:
        yield file
    finally:
        logger.handlers, logger.level, logger.propagate = before
