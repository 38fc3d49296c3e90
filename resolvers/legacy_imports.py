"""The progress of an import from the old panel, which resumes where it stopped, and its findings."""

from collections.abc import AsyncIterator, Collection, Mapping
from decimal import Decimal

from tortoise.models import Model

import database
from database import bulk
from domain.service_types import ServiceType
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

_TABLES_REQUIRED_EMPTY: tuple[type[Model], ...] = (User, Category, Provider, Service, Order, Payment)
_LOCK = "legacy import"
_FINDINGS_PAGE_SIZE = 5_000
# Guarded by the start of the batch: of two concurrent processes, the second finds nothing left to do.
_ADVANCE = """
UPDATE legacy_import_tables SET position = $2, line = $3, written = written + $4, rejected = rejected + $5,
    corrected = corrected + $6, money_read = $7, money_rejected = $8
WHERE id = $1 AND position = $9 RETURNING id
"""


class DatabaseInUse(Exception):
    """The database contains records that this import did not write."""


class ImportedElsewhere(Exception):
    """Another process is running the same import."""


async def begin_or_resume(fingerprint: str, *, begins: Mapping[str, tuple[int, int]]) -> LegacyImport:
    """The import of these files; a new one begins each table at its position and line.

    Raises:
        DatabaseInUse: there are records that this import did not write.
    """
    async with database.exclusive_transaction(_LOCK):
        known = await LegacyImport.get_or_none(fingerprint=fingerprint)
        if known is None:
            return await _create(fingerprint, begins)
        if known.finished_at is None:
            await _reject_database_in_use(known)
        return known


async def get_progress(of_import: LegacyImport, table: str) -> LegacyImportTable:
    """The progress of one table."""
    return await LegacyImportTable.get(legacy_import=of_import, name=table)


async def list_progress(of_import: LegacyImport) -> list[LegacyImportTable]:
    """The progress of all tables, in the order of the import."""
    return await LegacyImportTable.filter(legacy_import=of_import).order_by("id")


async def list_ids(model: type[Category] | type[Provider]) -> set[int]:
    """The ids of all categories or providers."""
    return {number for (number,) in await model.all().values_list("id")}


async def list_service_types() -> list[tuple[int, int, ServiceType]]:
    """Each service's id, category and type."""
    return await Service.all().values_list("id", "category_id", "type")


async def advance(
    progress: LegacyImportTable,
    *,
    to: tuple[int, int],
    written: int,
    rejected: int,
    corrected: int,
    money_read: Decimal,
    money_rejected: Decimal,
) -> None:
    """Add a batch to a table's progress, up to the position and line `to`, in the batch's transaction.

    Raises:
        ImportedElsewhere: another process imported the batch.
    """
    position, line = to
    advanced = await database.fetch(
        _ADVANCE,
        progress.id,
        position,
        line,
        written,
        rejected,
        corrected,
        str(Decimal(progress.money_read) + money_read),
        str(Decimal(progress.money_rejected) + money_rejected),
        progress.position,
    )
    if not advanced:
        raise ImportedElsewhere("another process goes on with this import")


async def finish_table(progress: LegacyImportTable) -> None:
    """Mark a table as imported."""
    await LegacyImportTable.filter(id=progress.id).update(is_finished=True)


async def finish(of_import: LegacyImport, *, tables: Collection[str]) -> None:
    """Mark the import as finished; new records of `tables` continue after the imported ids."""
    async with database.exclusive_transaction(_LOCK):
        await bulk.advance_id_sequences([*tables])
        await LegacyImport.filter(id=of_import.id).update(finished_at=await database.now())


async def sum_opening_balances() -> int:
    """Toman with which all balances were opened."""
    (opened,) = await database.fetch(
        "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS total FROM ledger_entries WHERE kind = 'opening'"
    )
    return int(opened["total"])


async def iterate_findings(fingerprint: str) -> AsyncIterator[LegacyFinding]:
    """All rows that were skipped or changed, in the order of the import."""
    last, query = 0, LegacyFinding.filter(legacy_import__fingerprint=fingerprint).order_by("id")
    while page := await query.filter(id__gt=last).limit(_FINDINGS_PAGE_SIZE):
        for finding in page:
            yield finding
        last = page[-1].id


async def _create(fingerprint: str, begins: Mapping[str, tuple[int, int]]) -> LegacyImport:
    if await LegacyImport.filter(finished_at=None).exists():
        raise DatabaseInUse("an import of other files, or of files that have changed, is unfinished")
    for model in _TABLES_REQUIRED_EMPTY:
        if await model.exists():
            raise DatabaseInUse(f"the database already has {model._meta.db_table}")
    started = await LegacyImport.create(fingerprint=fingerprint, started_at=await database.now())
    for name, (position, line) in begins.items():
        await LegacyImportTable.create(legacy_import=started, name=name, position=position, line=line)
    return started


async def _reject_database_in_use(unfinished: LegacyImport) -> None:
    progress = await get_progress(unfinished, "users")
    if await User.all().count() != progress.written:
        raise DatabaseInUse("the database has users that the unfinished import did not write")
