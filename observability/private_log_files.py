"""Log files readable by their owner and group only."""

import os
from io import TextIOWrapper
from logging.handlers import WatchedFileHandler
from typing import cast

_MODE = 0o640


class PrivateFileHandler(WatchedFileHandler):
    """Makes its file, also after a rotation, unreadable to other users of the machine."""

    def _open(self) -> TextIOWrapper:
        stream = open(  # noqa: SIM115 - the handler closes it
            self.baseFilename,
            self.mode,
            encoding=self.encoding,
            errors=self.errors,
            opener=lambda path, flags: os.open(path, flags, _MODE),
        )
        return cast(TextIOWrapper, stream)
