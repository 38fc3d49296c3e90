"""Runs the jobs until the process is told to stop."""

import asyncio
import contextlib
import functools
import logging
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta

from models import Provider, database
from observation import meters
from resolvers.shop import Shop
from worker.jobs import JOBS, PROVIDER_JOBS, Job, ProviderJob

logger = logging.getLogger("vitrin.worker")

_LOOK_FOR_PROVIDERS = timedelta(seconds=5)
_FINISH_WITHIN = timedelta(seconds=8)


async def run(
    shop: Shop,
    stopping: asyncio.Event,
    *,
    jobs: Iterable[Job] = JOBS,
    provider_jobs: Iterable[ProviderJob] = PROVIDER_JOBS,
    look_for_providers_every: timedelta = _LOOK_FOR_PROVIDERS,
    finish_within: timedelta = _FINISH_WITHIN,
) -> None:
    """Run every job until `stopping` is set; what has begun by then is finished first, if it is in time.

    A job that fails is logged and tried again after its rest: one fault must not stop the others. What is
    cut off is as if this worker had been lost: orders on the wire are held for staff.
    """
    working = asyncio.create_task(_work(shop, stopping, jobs, provider_jobs, look_for_providers_every))
    told = asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait({working, told}, return_when=asyncio.FIRST_COMPLETED)
        _, late = await asyncio.wait({working}, timeout=finish_within.total_seconds())
    finally:
        told.cancel()
        working.cancel()
    if late:
        logger.error("jobs cut off: not finished %d seconds after the stop", finish_within.total_seconds())
    with contextlib.suppress(asyncio.CancelledError):
        await working


async def _work(
    shop: Shop,
    stopping: asyncio.Event,
    jobs: Iterable[Job],
    provider_jobs: Iterable[ProviderJob],
    look_for_providers_every: timedelta,
) -> None:
    async with asyncio.TaskGroup() as group:
        for job in jobs:
            operation = functools.partial(job.operation, shop)
            group.create_task(_repeat(job.name, operation, job.rest, stopping))
        if of_providers := tuple(provider_jobs):
            looking = _work_for_providers(shop, of_providers, stopping, look_every=look_for_providers_every)
            group.create_task(looking)


async def _work_for_providers(
    shop: Shop, jobs: tuple[ProviderJob, ...], stopping: asyncio.Event, *, look_every: timedelta
) -> None:
    """Keep a task for each job of each provider; providers that are added meanwhile get theirs."""
    known: set[int] = set()
    async with asyncio.TaskGroup() as group:
        while not stopping.is_set():
            for provider_id in await _new_providers(known):
                known.add(provider_id)
                for job in jobs:
                    operation = functools.partial(_with_provider, job, shop, provider_id)
                    name = f"{job.name} {provider_id}"
                    group.create_task(_repeat(name, operation, job.rest, stopping))
            await _rest(stopping, look_every)


async def _new_providers(known: set[int]) -> list[int]:
    try:
        return [provider.id for provider in await Provider.all() if provider.id not in known]
    except Exception:
        logger.exception("providers cannot be read")
        return []


async def _with_provider(job: ProviderJob, shop: Shop, provider_id: int) -> int:
    # Read anew each time: staff may have changed its key or its limit, or switched it off.
    provider = await Provider.get_or_none(id=provider_id)
    return 0 if provider is None else await job.operation(shop, provider)


async def _repeat(
    name: str, operation: Callable[[], Awaitable[int]], rest: timedelta, stopping: asyncio.Event
) -> None:
    while not stopping.is_set():
        if not await _done(name, operation):
            await _rest(stopping, rest)


async def _rest(stopping: asyncio.Event, time: timedelta) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stopping.wait(), time.total_seconds())


async def _done(name: str, operation: Callable[[], Awaitable[int]]) -> int:
    try:
        done = await operation()
    except Exception as error:
        meters.JOB_RUNS.labels(name, "failed").inc()
        if database.is_unavailable(error):
            logger.error("%s: the database is unavailable: %s", name, type(error).__name__)
        else:
            logger.exception("%s failed", name)
        return 0
    meters.JOB_RUNS.labels(name, "done").inc()
    meters.JOB_LAST_DONE.labels(name).set_to_current_time()
    return done
