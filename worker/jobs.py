"""What the worker does, and how long each job rests when there is nothing to do."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from models import Provider
from resolvers import (
    alerts,
    cancellation,
    clock_watch,
    daily_audit,
    following,
    housekeeping,
    payment_checks,
    provider_health,
    provider_sync,
    refills,
    submission,
    tallies,
)
from resolvers.shop import Shop


@dataclass(frozen=True, kw_only=True)
class Job:
    """A loop around one operation, which returns how many things it did. Safe in any number of workers."""

    name: str
    operation: Callable[[Shop], Awaitable[int]]
    rest: timedelta


@dataclass(frozen=True, kw_only=True)
class ProviderJob:
    """A job that runs for each provider by itself, so that a slow one keeps no other waiting."""

    name: str
    operation: Callable[[Shop, Provider], Awaitable[int]]
    rest: timedelta


JOBS = (
    Job(name="hold lost orders", operation=submission.hold_lost_orders, rest=timedelta(seconds=5)),
    Job(name="check payments", operation=payment_checks.check_payments, rest=timedelta(seconds=15)),
    Job(name="refills", operation=refills.carry_out_refills, rest=timedelta(seconds=10)),
    Job(
        name="end subscriptions",
        operation=cancellation.end_expired_subscriptions,
        rest=timedelta(minutes=10),
    ),
    Job(name="tally orders", operation=tallies.fold_deltas, rest=timedelta(seconds=10)),
    Job(name="sync providers", operation=provider_sync.sync_due_providers, rest=timedelta(minutes=1)),
    Job(name="watch the shop", operation=alerts.watch_shop, rest=timedelta(minutes=1)),
    Job(name="compare clocks", operation=clock_watch.compare_clocks, rest=timedelta(minutes=5)),
    Job(name="daily audit", operation=daily_audit.audit_a_little, rest=timedelta(minutes=10)),
    Job(name="remove expired", operation=housekeeping.remove_expired, rest=timedelta(minutes=5)),
)
PROVIDER_JOBS = (
    ProviderJob(name="submit", operation=submission.submit_orders, rest=timedelta(seconds=1)),
    ProviderJob(name="follow", operation=following.follow_orders, rest=timedelta(seconds=2)),
    ProviderJob(name="probe", operation=provider_health.probe_paused_provider, rest=timedelta(seconds=5)),
    ProviderJob(name="cancel", operation=cancellation.send_cancellations, rest=timedelta(seconds=5)),
)
