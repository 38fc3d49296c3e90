"""The folder with the old panel's files, inspected before anything is written."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from cli.legacy_import import files
from cli.legacy_import.files import Dialect, TableFile, UnreadableFile
from cli.legacy_import.tables import TABLES, LegacyTable


@dataclass(frozen=True, kw_only=True)
class SourceFolder:
    """The files to import, one per table. Equal contents have the same `fingerprint`."""

    files: Mapping[str, TableFile]
    zone: ZoneInfo

    @property
    def fingerprint(self) -> str:
        """SHA-256 of everything that determines the result of the import."""
        parts = [f"{name} {file.sha256}" for name, file in self.files.items()]
        return hashlib.sha256("\n".join([*parts, self.zone.key]).encode()).hexdigest()

    @property
    def unknown_columns(self) -> Mapping[str, list[str]]:
        """Unknown columns by table; they are not imported."""
        found = {
            table.name: table.find_unknown_columns(self.files[table.name].columns)
            for table in TABLES
            if table.name in self.files
        }
        return {name: columns for name, columns in found.items() if columns}


def inspect_folder(folder: Path, *, dialect: Dialect | None, zone: ZoneInfo) -> SourceFolder:
    """Find and read all files once.

    Raises:
        UnreadableFile: one is missing, lacks columns or cannot be read row by row; lists all errors.
    """
    found: dict[str, TableFile] = {}
    faults = []
    for table in TABLES:
        path = _find_path(folder, table)
        if path is None:
            if table.is_required:
                faults.append(f"{table.file_names[0]} is missing")
            continue
        try:
            found[table.name] = files.inspect_file(path, dialect=dialect, required=table.required)
        except UnreadableFile as fault:
            faults.append(str(fault))
    if faults:
        raise UnreadableFile("; ".join(faults))
    return SourceFolder(files=found, zone=zone)


def _find_path(folder: Path, table: LegacyTable) -> Path | None:
    there = [folder / name for name in table.file_names if (folder / name).is_file()]
    if len(there) > 1:
        raise UnreadableFile(f"{there[0].name} and {there[1].name} are the same table")
    return there[0] if there else None
