"""The command `import-legacy`: imports the old panel's tables."""

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import NoReturn, Self, TextIO
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tqdm import tqdm

import database
from cli.legacy_import import importer
from cli.legacy_import.files import Dialect, UnreadableFile
from cli.legacy_import.importer import Report
from cli.legacy_import.source_folder import SourceFolder, inspect_folder
from config.settings import Settings
from resolvers import legacy_imports
from resolvers.exports.formats import CsvWriter
from resolvers.legacy_imports import DatabaseInUse, ImportedElsewhere

SOME_ROWS_REJECTED = 3
_REJECTS_COLUMNS = ("table", "line", "id", "outcome", "reason")


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "folder", type=Path, help="folder with users.csv, orders.csv…; see docs/import-legacy.md"
    )
    command.add_argument(
        "--format", choices=list(Dialect), help="format of all files; detected per file by default"
    )
    command.add_argument(
        "--timezone",
        type=_parse_zone,
        default=ZoneInfo("Asia/Tehran"),
        help="time zone of timestamps that are not Unix seconds [Asia/Tehran]",
    )
    command.add_argument(
        "--rejects",
        type=Path,
        metavar="FILE",
        help="file for rejected and corrected rows [FOLDER/rejects.csv]",
    )
    command.add_argument("--json", action="store_true", help="print the summary as JSON")


def run(settings: Settings, arguments: argparse.Namespace) -> None:
    """Import the old panel's tables, resuming an interrupted import. Exits with 3 if rows were rejected."""
    folder: Path = arguments.folder
    try:
        source = inspect_folder(folder, dialect=arguments.format, zone=arguments.timezone)
        for table, columns in source.unknown_columns.items():
            print(f"vitrin: {table}: ignoring unknown columns: {', '.join(columns)}", file=sys.stderr)
        report = asyncio.run(_import(settings, source, arguments.rejects or folder / "rejects.csv"))
    except (UnreadableFile, DatabaseInUse, ImportedElsewhere) as refusal:
        raise SystemExit(f"vitrin: {refusal}") from refusal
    print(json.dumps(_summarize(report)) if arguments.json else _format_report(report))
    if any(table.rejected for table in report.tables.values()):
        raise SystemExit(SOME_ROWS_REJECTED)


def _parse_zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise argparse.ArgumentTypeError(f"{text} is not a time zone") from error


async def _import(settings: Settings, source: SourceFolder, rejects: Path) -> Report:
    await database.migrate(settings.effective_session_url)
    async with database.open_connections(settings.effective_database_url):
        # Opened first: if it cannot be written, nothing is imported.
        with _open_private(rejects) as target, ProgressBars() as bars:
            report = await importer.import_all(source, bars)
            target.truncate(0)
            writer = CsvWriter(target, _REJECTS_COLUMNS)
            async for found in legacy_imports.iterate_findings(source.fingerprint):
                writer.write([found.table_name, found.line, found.record, found.kind, found.reason])
    return report


def _open_private(path: Path) -> TextIO:
    """Open the file for its owner only: it may contain users' mobiles."""
    path.touch(mode=0o600)
    return path.open("a", encoding="utf-8", newline="")


class ProgressBars:
    """A progress bar per table, on a terminal's standard error only."""

    def __init__(self) -> None:
        self._bar: tqdm[NoReturn] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def begin(self, table: str, *, rows: int, done: int) -> None:
        """A table begins, or continues after `done` of its `rows`."""
        self._end()
        # None: decided by whether standard error is a terminal.
        self._bar = tqdm(desc=f"{table:<16}", total=rows, initial=done, disable=None, unit=" rows")

    def advance(self, rows: int) -> None:
        """Further rows of it are finished."""
        if self._bar is not None:
            self._bar.update(rows)

    def _end(self) -> None:
        if self._bar is not None:
            self._bar.close()


def _summarize(report: Report) -> dict[str, object]:
    return {
        "was_finished_before": report.was_finished_before,
        "tables": {name: vars(table) for name, table in report.tables.items()},
        "balances": {
            "read": str(report.money_read),
            "rejected": str(report.money_rejected),
            "rounded_off": str(report.money_rounded_off),
            "imported": report.money_imported,
        },
    }


def _format_report(report: Report) -> str:
    rows = [
        f"{name:<16} {table.written:>9} imported {table.rejected:>7} rejected {table.corrected:>7} corrected"
        for name, table in report.tables.items()
    ]
    money = (
        f"balances in Toman: {report.money_read} read = {report.money_imported} imported"
        f" + {report.money_rejected} rejected + {report.money_rounded_off} rounded off"
    )
    before = ["this import was already finished: nothing was changed"] if report.was_finished_before else []
    return "\n".join([*before, *rows, money])
