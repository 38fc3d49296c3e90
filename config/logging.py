"""Logging of the whole process, on standard error."""

import logging


def configure(level: str) -> None:
    """One line a record; libraries that log every statement stay quiet."""
    logging.basicConfig(level=level.upper(), format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for noisy in ("aiosqlite", "tortoise", "tortoise.db_client"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
