"""The whole import: starts it, resumes it, or reports a finished one."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from tortoise.models import Model

import database
from cli.legacy_import.source_folder import SourceFolder
from cli.legacy_import.table_mover import TableMover
from cli.legacy_import.tables import TABLES, LegacyTable
from database import bulk
from models import (
    Category,
    LegacyFinding,
    LegacyImport,
    LegacyImportTable,
    Order,
    Payment,
    Provider,
    Service,
    User,
)

BATCH_SIZE = 5_000
_TABLES_REQUIRED_EMPTY: tuple[type[Model], ...] = (User, Category, Provider, Service, Order, Payment)
_LOCK = "legacy import"
_FINDINGS_PAGE_SIZE = 5_000


class DatabaseInUse(Exception):
    """The database contains records that this import did not write."""


class ProgressListener(Protocol):
    """Receives the progress of the import."""

    def begin(self, table: str, *, rows: int, done: int) -> None:
        """A table begins, or continues after `done` of its `rows`."""

    def advance(self, rows: int) -> None:
        """Further rows of it are finished."""


@dataclass(frozen=True, kw_only=True)
class TableReport:
    """How many rows of a table were imported, skipped, or imported with a changed value."""

    written: int
    rejected: int
    corrected: int


@dataclass(frozen=True, kw_only=True)
class Report:
    """The result of an import. Amounts are Toman: `money_read` is the exact sum in the files."""

    was_finished_before: bool
    tables: Mapping[str, TableReport]
    money_read: Decimal
    money_rejected: Decimal
    money_imported: int

    @property
    def money_rounded_off(self) -> Decimal:
        """Fractions of a Toman that balances lost."""
        return self.money_read - self.money_rejected - self.money_imported


async def import_all(
    source: SourceFolder, watcher: ProgressListener, *, batch_size: int = BATCH_SIZE
) -> Report:
    """Import everything that is missing. Importing the same files again changes nothing.

    Raises:
        DatabaseInUse: there are records that this import did not write.
        ImportedElsewhere: another process is running the import.
    """
    of_import = await _begin_or_resume(source)
    was_finished = of_import.finished_at is not None
    if not was_finished:
        for table in TABLES:
            if table.name in source.files:
                await _move(table, source, of_import, watcher, batch_size=batch_size)
        await _finish(of_import)
    return await _build_report(of_import, was_finished_before=was_finished)


async def iterate_findings(source: SourceFolder) -> AsyncIterator[LegacyFinding]:
    """All rows that were skipped or changed, in the order of the import."""
    last, query = 0, LegacyFinding.filter(legacy_import__fingerprint=source.fingerprint).order_by("id")
    while page := await query.filter(id__gt=last).limit(_FINDINGS_PAGE_SIZE):
        for finding in page:
            yield finding
        last = page[-1].id


async def _begin_or_resume(source: SourceFolder) -> LegacyImport:
    async with database.exclusive_transaction(_LOCK):
        known = await LegacyImport.get_or_none(fingerprint=source.fingerprint)
        if known is None:
            return await _create_import(source)
        if known.finished_at is None:
            await _reject_database_in_use(known)
        return known


async def _create_import(source: SourceFolder) -> LegacyImport:
    if await LegacyImport.filter(finished_at=None).exists():
        raise DatabaseInUse("an import of other files, or of files that have changed, is unfinished")
    for model in _TABLES_REQUIRED_EMPTY:
        if await model.exists():
            raise DatabaseInUse(f"the database already has {model._meta.db_table}")
    begun = await LegacyImport.create(fingerprint=source.fingerprint, started_at=await database.now())
    for name, file in source.files.items():
        await LegacyImportTable.create(
            legacy_import=begun, name=name, position=file.begin, line=file.begin_line
        )
    return begun


async def _reject_database_in_use(unfinished: LegacyImport) -> None:
    progress = await LegacyImportTable.get(legacy_import=unfinished, name="users")
    if await User.all().count() != progress.written:
        raise DatabaseInUse("the database has users that the unfinished import did not write")


async def _move(
    table: LegacyTable,
    source: SourceFolder,
    of_import: LegacyImport,
    watcher: ProgressListener,
    *,
    batch_size: int,
) -> None:
    progress = await LegacyImportTable.get(legacy_import=of_import, name=table.name)
    if progress.is_finished:
        return
    watcher.begin(table.name, rows=source.files[table.name].rows, done=progress.written + progress.rejected)
    async for moved in TableMover(table, source, of_import).move(progress, batch_size=batch_size):
        watcher.advance(moved)
    await LegacyImportTable.filter(id=progress.id).update(is_finished=True)


async def _finish(of_import: LegacyImport) -> None:
    async with database.exclusive_transaction(_LOCK):
        await bulk.advance_id_sequences([*{table.target for table in TABLES}, "ledger_entries"])
        await LegacyImport.filter(id=of_import.id).update(finished_at=await database.now())


async def _build_report(of_import: LegacyImport, *, was_finished_before: bool) -> Report:
    tables = await LegacyImportTable.filter(legacy_import=of_import).order_by("id")
    (opened,) = await database.fetch(
        "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS total FROM ledger_entries WHERE kind = 'opening'"
    )
    return Report(
        was_finished_before=was_finished_before,
        tables={
            table.name: TableReport(written=table.written, rejected=table.rejected, corrected=table.corrected)
            for table in tables
        },
        money_read=sum((Decimal(table.money_read) for table in tables), Decimal(0)),
        money_rejected=sum((Decimal(table.money_rejected) for table in tables), Decimal(0)),
        money_imported=int(opened["total"]),
    )
