"""Processing batches so that one failing row does not stop the others; staff are alerted about it."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import database
from domain import notification_texts
from domain.enums import AlertKind
from models import Alert
from resolvers.shop_alerts import ShopAlert, raise_alert

logger = logging.getLogger("vitrin.isolation")

_MAX_SUBJECT_LENGTH = 64
Id = TypeVar("Id")


async def run_isolated(job: str, record: str, work: Awaitable[object]) -> bool:
    """Process one row of a batch; False if it failed.

    A failure is logged, reported to staff once, and retried with the batch's next run. An unavailable
    database is raised instead, as it is not the row's fault. Within a transaction `work` needs its own
    savepoint.
    """
    try:
        await work
    except Exception as error:
        if database.is_unavailable(error):
            raise
        await alert_failing_row(job, record)
        return False
    return True


async def count_isolated(job: str, record: str, work: Awaitable[int]) -> int:
    """`run_isolated` for work that returns a count; 0 if it failed."""
    counted = 0

    async def count() -> None:
        nonlocal counted
        counted = await work

    await run_isolated(job, record, count())
    return counted


async def run_bisecting(
    job: str, noun: str, ids: Sequence[Id], work: Callable[[Sequence[Id]], Awaitable[int]]
) -> int:
    """Process all rows at once and, if that fails, halves of them, down to the failing row.

    Returns the sum of what `work` returns: the number of rows it changed, as others may have changed some
    first. Within a transaction `work` needs its own savepoint.
    """
    if not ids:
        return 0
    if len(ids) == 1:
        return await count_isolated(job, f"{noun} {ids[0]}", work(ids))
    try:
        return await work(ids)
    except Exception as error:
        if database.is_unavailable(error):
            raise
        logger.warning(
            "batch failed, bisecting: job=%s rows=%d error=%s", job, len(ids), type(error).__name__
        )
    middle = len(ids) // 2
    return await run_bisecting(job, noun, ids[:middle], work) + await run_bisecting(
        job, noun, ids[middle:], work
    )


async def alert_failing_row(job: str, record: str) -> None:
    """Log the exception being handled and alert staff once about the row and job."""
    logger.exception("row set aside after failure: job=%s record=%s", job, record)
    subject = f"{job}: {record}"[:_MAX_SUBJECT_LENGTH]
    trouble = ShopAlert(
        kind=AlertKind.ROW_SET_ASIDE, subject=subject, sentence=notification_texts.row_set_aside(subject)
    )
    try:
        async with database.exclusive_transaction("rows set aside"):
            await raise_alert(trouble)
            await Alert.filter(kind=trouble.kind, subject=subject).update(latest_at=await database.now())
    except Exception as error:
        if database.is_unavailable(error):
            raise
        logger.exception("alerting staff about a set-aside row failed: %s", subject)
