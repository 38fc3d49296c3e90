"""An advisory lock beside a SQLite file, by which servers detect each other."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def database_lock(url: str) -> Iterator[bool]:
    """Whether this process is the only server of the SQLite file at `sqlite://…`; held until the block ends.

    The kernel releases the lock of a process that dies.
    """
    file = Path(url.removeprefix("sqlite://").partition("?")[0])
    with file.with_name(f"{file.name}.serving").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
