"""Runs the jobs until the process is stopped."""

import asyncio
import contextlib
import functools
import logging
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta

import database
from models import Provider
from observability import metrics
from resolvers.app_context import AppContext
from worker.jobs import JOBS, PROVIDER_JOBS, Job, ProviderJob

logger = logging.getLogger("vitrin.worker")

_PROVIDER_POLL_INTERVAL = timedelta(seconds=5)
_SHUTDOWN_TIMEOUT = timedelta(seconds=8)


async def run(
    app: AppContext,
    stopping: asyncio.Event,
    *,
    jobs: Iterable[Job] = JOBS,
    provider_jobs: Iterable[ProviderJob] = PROVIDER_JOBS,
    provider_poll_interval: timedelta = _PROVIDER_POLL_INTERVAL,
    shutdown_timeout: timedelta = _SHUTDOWN_TIMEOUT,
) -> None:
    """Run every job until `stopping` is set; work in progress is finished first, if there is time.

    A job that fails is logged and retried after its interval: one error must not stop the others. Work that
    is cut off is treated as if this worker had been lost: orders being sent are held for staff.
    """
    working = asyncio.create_task(_run_jobs(app, stopping, jobs, provider_jobs, provider_poll_interval))
    stop_signal = asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait({working, stop_signal}, return_when=asyncio.FIRST_COMPLETED)
        _, late = await asyncio.wait({working}, timeout=shutdown_timeout.total_seconds())
    finally:
        stop_signal.cancel()
        working.cancel()
    if late:
        logger.error(
            "jobs cancelled: still running %d seconds after shutdown began", shutdown_timeout.total_seconds()
        )
    with contextlib.suppress(asyncio.CancelledError):
        await working


async def _run_jobs(
    app: AppContext,
    stopping: asyncio.Event,
    jobs: Iterable[Job],
    provider_jobs: Iterable[ProviderJob],
    provider_poll_interval: timedelta,
) -> None:
    async with asyncio.TaskGroup() as group:
        for job in jobs:
            operation = functools.partial(job.operation, app)
            group.create_task(_repeat(job.name, operation, job.interval, stopping))
        if of_providers := tuple(provider_jobs):
            looking = _run_provider_jobs(app, of_providers, stopping, poll_interval=provider_poll_interval)
            group.create_task(looking)


async def _run_provider_jobs(
    app: AppContext, jobs: tuple[ProviderJob, ...], stopping: asyncio.Event, *, poll_interval: timedelta
) -> None:
    """Keep a task for each job of each provider, including providers added meanwhile."""
    known: set[int] = set()
    async with asyncio.TaskGroup() as group:
        while not stopping.is_set():
            for provider_id in await _find_new_providers(known):
                known.add(provider_id)
                for job in jobs:
                    operation = functools.partial(_run_for_provider, job, app, provider_id)
                    name = f"{job.name} {provider_id}"
                    group.create_task(_repeat(name, operation, job.interval, stopping))
            await _sleep(stopping, poll_interval)


async def _find_new_providers(known: set[int]) -> list[int]:
    try:
        return [provider.id for provider in await Provider.all() if provider.id not in known]
    except Exception:
        logger.exception("loading providers failed")
        return []


async def _run_for_provider(job: ProviderJob, app: AppContext, provider_id: int) -> int:
    # Re-read each time: staff may have changed its key or its limit, or switched it off.
    provider = await Provider.get_or_none(id=provider_id)
    return 0 if provider is None else await job.operation(app, provider)


async def _repeat(
    name: str, operation: Callable[[], Awaitable[int]], interval: timedelta, stopping: asyncio.Event
) -> None:
    while not stopping.is_set():
        if not await _run_once(name, operation):
            await _sleep(stopping, interval)


async def _sleep(stopping: asyncio.Event, time: timedelta) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stopping.wait(), time.total_seconds())


async def _run_once(name: str, operation: Callable[[], Awaitable[int]]) -> int:
    try:
        done = await operation()
    except Exception as error:
        metrics.JOB_RUNS.labels(name, "failed").inc()
        if database.is_unavailable(error):
            logger.error("job failed, database unavailable: job=%s error=%s", name, type(error).__name__)
        else:
            logger.exception("job failed: %s", name)
        return 0
    metrics.JOB_RUNS.labels(name, "done").inc()
    metrics.JOB_LAST_SUCCESS.labels(name).set_to_current_time()
    return done
