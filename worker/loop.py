"""Runs the jobs until the process is told to stop."""

import asyncio
import contextlib
import logging
from collections.abc import Iterable

from models import database
from resolvers.shop import Shop
from worker.jobs import JOBS, Job

logger = logging.getLogger("vitrin.worker")


async def run(shop: Shop, stopping: asyncio.Event, *, jobs: Iterable[Job] = JOBS) -> None:
    """Run every job until `stopping` is set; what has begun by then is finished first.

    A job that fails is logged and tried again after its rest: one fault must not stop the others.
    """
    async with asyncio.TaskGroup() as group:
        for job in jobs:
            group.create_task(_repeat(job, shop, stopping), name=job.name)


async def _repeat(job: Job, shop: Shop, stopping: asyncio.Event) -> None:
    while not stopping.is_set():
        if not await _done(job, shop):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), job.rest.total_seconds())


async def _done(job: Job, shop: Shop) -> int:
    try:
        return await job.operation(shop)
    except Exception as error:
        if database.is_unavailable(error):
            logger.error("%s: the database is unavailable: %s", job.name, type(error).__name__)
        else:
            logger.exception("%s failed", job.name)
        return 0
