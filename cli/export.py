"""The command `export`: orders and ledger entries as files."""

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo

import database
from config.settings import Settings
from resolvers.exports import tables
from resolvers.exports.formats import CsvWriter, JsonLinesWriter
from resolvers.exports.tables import TABLES, Selection


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("table", choices=list(TABLES), metavar="orders|ledger")
    formats = "2026-01-31 or 2026-01-31T10:00:00+03:30; in the shop's time zone by default"
    command.add_argument("--since", type=parse_datetime, help=f"created at or after this time: {formats}")
    command.add_argument("--until", type=parse_datetime, help="created before this time")
    command.add_argument("--user", help="only this user's rows, by id or mobile number")
    command.add_argument("--json", action="store_true", help="write JSON lines instead of CSV")
    command.add_argument(
        "--output", type=Path, metavar="FILE", help="write to this file instead of standard output"
    )


def run(settings: Settings, arguments: argparse.Namespace) -> None:
    """Export orders or ledger entries as CSV or JSON lines. Exits with 1 if the user is unknown."""
    try:
        asyncio.run(_export(settings, arguments))
    except BrokenPipeError:
        # The reader closed the pipe, as `head` does. Python would raise again on closing it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None


def parse_datetime(text: str) -> datetime:
    """The timestamp of an ISO 8601 text; naive if it has no time zone."""
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text} is not an ISO 8601 timestamp") from error


async def _export(settings: Settings, arguments: argparse.Namespace) -> None:
    table = TABLES[arguments.table]
    async with database.open_connections(settings.effective_database_url):
        user_id = await _find_user_id(arguments.user) if arguments.user else None
        since, until = (_to_utc(bound, settings.time_zone) for bound in (arguments.since, arguments.until))
        selection = Selection(since=since, until=until, user_id=user_id)
        async with tables.consistent_snapshot():
            with _open_target(arguments.output) as target:
                rows = aiter(tables.iterate_rows(table, selection))
                # The first row is read before the header is written: an unreadable table must not leave a
                # partial file.
                first = await anext(rows, None)
                writer_of = JsonLinesWriter if arguments.json else CsvWriter
                writer = writer_of(target, table.columns)
                if first is not None:
                    writer.write(first)
                async for row in rows:
                    writer.write(row)


def _to_utc(timestamp: datetime | None, zone: ZoneInfo) -> datetime | None:
    """`timestamp` in UTC; a naive one is in the shop's time zone."""
    if timestamp is None:
        return None
    return (timestamp if timestamp.tzinfo else timestamp.replace(tzinfo=zone)).astimezone(UTC)


async def _find_user_id(text: str) -> int:
    user = await tables.find_user(text)
    if user is None:
        raise SystemExit(f"vitrin: user {text} not found")
    return user.id


@contextmanager
def _open_target(path: Path | None) -> Iterator[TextIO]:
    """Standard output, or a file readable by its owner only that appears once it is complete."""
    if path is None:
        with open(sys.stdout.fileno(), "w", encoding="utf-8", newline="", closefd=False) as target:
            yield target
        return
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    unfinished = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as target:
            yield target
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
