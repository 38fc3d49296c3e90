"""Packages required only by some installations."""

from config.errors import UsageError


class MissingPackage(UsageError):
    """A setting requires a package that is not installed; the message says how to install it."""

    def __init__(self, setting: str, *, group: str) -> None:
        super().__init__(f"{setting} needs packages that are not installed: uv sync --group {group}")
