"""The whole import: starts it, resumes it, or reports a finished one."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from cli.legacy_import.source_folder import SourceFolder
from cli.legacy_import.table_mover import TableMover
from cli.legacy_import.tables import TABLES, LegacyTable
from models import LegacyImport
from resolvers import legacy_imports

BATCH_SIZE = 5_000


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
    begins = {name: (file.begin, file.begin_line) for name, file in source.files.items()}
    of_import = await legacy_imports.begin_or_resume(source.fingerprint, begins=begins)
    was_finished = of_import.finished_at is not None
    if not was_finished:
        for table in TABLES:
            if table.name in source.files:
                await _move(table, source, of_import, watcher, batch_size=batch_size)
        await legacy_imports.finish(of_import, tables={*(table.target for table in TABLES), "ledger_entries"})
    return await _build_report(of_import, was_finished_before=was_finished)


async def _move(
    table: LegacyTable,
    source: SourceFolder,
    of_import: LegacyImport,
    watcher: ProgressListener,
    *,
    batch_size: int,
) -> None:
    progress = await legacy_imports.get_progress(of_import, table.name)
    if progress.is_finished:
        return
    watcher.begin(table.name, rows=source.files[table.name].rows, done=progress.written + progress.rejected)
    async for moved in TableMover(table, source, of_import).move(progress, batch_size=batch_size):
        watcher.advance(moved)
    await legacy_imports.finish_table(progress)


async def _build_report(of_import: LegacyImport, *, was_finished_before: bool) -> Report:
    tables = await legacy_imports.list_progress(of_import)
    return Report(
        was_finished_before=was_finished_before,
        tables={
            table.name: TableReport(written=table.written, rejected=table.rejected, corrected=table.corrected)
            for table in tables
        },
        money_read=sum((Decimal(table.money_read) for table in tables), Decimal(0)),
        money_rejected=sum((Decimal(table.money_rejected) for table in tables), Decimal(0)),
        money_imported=await legacy_imports.sum_opening_balances(),
    )
