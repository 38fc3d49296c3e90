"""Imports one table in batches: rows, findings and progress commit together or not at all."""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice

from tortoise.transactions import in_transaction

from cli.legacy_import import catalogue, files, references
from cli.legacy_import import users as legacy_users
from cli.legacy_import.cells import Row, Unreadable, parse_decimal
from cli.legacy_import.files import Record, TableFile
from cli.legacy_import.references import Catalogue, References
from cli.legacy_import.source_folder import SourceFolder
from cli.legacy_import.tables import LegacyTable
from database import bulk
from domain.enums import FindingKind, LedgerKind
from models import LegacyImport, LegacyImportTable
from resolvers import legacy_imports

_FINDING_COLUMNS = "legacy_import_id table_name line record kind reason".split()
_LEDGER_COLUMNS = "user_id kind amount balance_after cause created_at".split()


@dataclass(kw_only=True)
class Batch:
    """The result of a batch of rows."""

    written: list[tuple[object, ...]] = field(default_factory=list)
    findings: list[tuple[object, ...]] = field(default_factory=list)
    rejected: int = 0
    corrected: int = 0
    money_read: Decimal = Decimal(0)
    money_rejected: Decimal = Decimal(0)


class TableMover:
    """Imports the rows of one table's file, starting at its stored progress."""

    def __init__(self, table: LegacyTable, source: SourceFolder, of_import: LegacyImport) -> None:
        self._table = table
        self._file: TableFile = source.files[table.name]
        self._zone = source.zone
        self._import = of_import
        self._places = {column: place for place, column in enumerate(self._file.columns)}

    async def move(self, progress: LegacyImportTable, *, batch_size: int) -> AsyncIterator[int]:
        """Import the remaining rows, `batch_size` per transaction; yields the number of rows of each one.

        Raises ImportedElsewhere if another process is faster.
        """
        known = await references.load_catalogue()
        rows = files.read_records(self._file, position=progress.position, line=progress.line)
        while batch := list(islice(rows, batch_size)):
            await self._move_batch(batch, progress, known)
            yield len(batch)

    async def _move_batch(
        self, batch: Sequence[Record], progress: LegacyImportTable, known: Catalogue
    ) -> None:
        rows = [self._parse_row(record) for record in batch]
        async with in_transaction():
            found = await references.load_references(
                [row for row in rows if row is not None],
                table=self._table.target,
                known=known,
                named=self._table.named,
                started_at=self._import.started_at,
            )
            result = self._convert(batch, rows, found)
            await legacy_imports.advance(
                progress,
                to=(batch[-1].end, batch[-1].next_line),
                written=len(result.written),
                rejected=result.rejected,
                corrected=result.corrected,
                money_read=result.money_read,
                money_rejected=result.money_rejected,
            )
            await self._write(result, found)
        await progress.refresh_from_db()

    def _parse_row(self, record: Record) -> Row | None:
        if record.problem or len(record.cells) != len(self._places):
            return None
        return Row(record.cells, self._places, dialect=self._file.dialect, zone=self._zone)

    def _convert(self, batch: Sequence[Record], rows: Sequence[Row | None], found: References) -> Batch:
        result = Batch()
        for record, row in zip(batch, rows, strict=True):
            money = self._read_money(row)
            result.money_read += money
            try:
                if row is None:
                    raise Unreadable(self._describe_problem(record))
                values = self._table.convert(row, found)
            except Unreadable as reason:
                result.rejected += 1
                result.money_rejected += money
                result.findings.append(self._build_finding(record, FindingKind.REJECTED, str(reason)))
                continue
            found.taken.add(row.read_id())
            result.written.append(values)
            if row.notes:
                result.corrected += 1
                result.findings.append(
                    self._build_finding(record, FindingKind.CORRECTED, "; ".join(row.notes))
                )
        return result

    def _describe_problem(self, record: Record) -> str:
        return record.problem or f"has {len(record.cells)} cells, the columns are {len(self._places)}"

    def _read_money(self, row: Row | None) -> Decimal:
        if self._table.money is None or row is None:
            return Decimal(0)
        return parse_decimal(row.read_raw(self._table.money) or "") or Decimal(0)

    def _build_finding(self, record: Record, kind: FindingKind, reason: str) -> tuple[object, ...]:
        place = self._places["id"]
        number = record.cells[place][:40].replace("\x00", "") if len(record.cells) > place else None
        return (self._import.id, self._table.name, record.line, number, kind, reason)

    async def _write(self, result: Batch, found: References) -> None:
        started_at = self._import.started_at
        if found.missing_providers:
            placeholders = [
                catalogue.build_unknown_provider(number, started_at)
                for number in sorted(found.missing_providers)
            ]
            await bulk.insert("providers", catalogue.PROVIDER_COLUMNS, placeholders)
            found.catalogue.providers |= found.missing_providers
        await bulk.insert(self._table.target, self._table.columns, result.written)
        if self._table.target == "users":
            opened = list(_build_opening_entries(result.written, self._import))
            await bulk.insert("ledger_entries", _LEDGER_COLUMNS, opened)
        await bulk.insert("legacy_findings", _FINDING_COLUMNS, result.findings)


def _build_opening_entries(
    users: Sequence[tuple[object, ...]], of_import: LegacyImport
) -> Iterator[tuple[object, ...]]:
    """The ledger entries that explain the users' balances."""
    for user in users:
        if balance := user[legacy_users.BALANCE]:
            cause = f"opening:user:{user[0]}"
            yield (user[0], LedgerKind.OPENING, balance, balance, cause, of_import.started_at)
