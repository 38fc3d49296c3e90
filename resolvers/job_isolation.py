"""Work on many rows, none of which stops another: what fails is set aside, and staff are told of it."""

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
    """Do one row's part of a batch; True where it was done.

    A failure is logged and told to staff once, and left for the batch's next turn. A database that is away
    is no row's fault, and is raised. Within a transaction `work` needs a savepoint of its own.
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
    """`apart` for work that counts what it does; 0 where it failed."""
    counted = 0

    async def count() -> None:
        nonlocal counted
        counted = await work

    await run_isolated(job, record, count())
    return counted


async def run_bisecting(
    job: str, noun: str, ids: Sequence[Id], work: Callable[[Sequence[Id]], Awaitable[int]]
) -> int:
    """Work on all rows at once and, where that fails, on halves of them, down to the row that is at fault.

    Returns the sum of what `work` returns: how many rows it changed, as others may have changed some first.
    Within a transaction `work` needs a savepoint of its own.
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
        logger.warning("%s: %d rows at once failed (%s)", job, len(ids), type(error).__name__)
    middle = len(ids) // 2
    return await run_bisecting(job, noun, ids[:middle], work) + await run_bisecting(
        job, noun, ids[middle:], work
    )


async def alert_failing_row(job: str, record: str) -> None:
    """Log the exception being handled and tell staff which row of which job it was, once."""
    logger.exception("%s: %s failed and was set aside", job, record)
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
        logger.exception("staff could not be told that %s was set aside", subject)
