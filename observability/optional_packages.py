"""Packages that only some installations need."""

from config.errors import UsageError


class MissingPackage(UsageError):
    """A setting asks for a package that is not installed; the text says how to get it."""

    def __init__(self, setting: str, *, group: str) -> None:
        super().__init__(f"{setting} needs packages that are not installed: uv sync --group {group}")
