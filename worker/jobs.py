"""The worker's jobs, and their intervals when there is nothing to do."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from models import Provider
from resolvers import (
    alert_checks,
    cleanup,
    clock_check,
    ledger_audit_job,
    order_cancellation,
    order_polling,
    order_submission,
    order_totals,
    payment_checks,
    provider_health,
    provider_sync,
    refills,
)
from resolvers.app_context import AppContext


@dataclass(frozen=True, kw_only=True)
class Job:
    """A loop around one operation, which returns how many items it processed. Safe with several workers."""

    name: str
    operation: Callable[[AppContext], Awaitable[int]]
    interval: timedelta


@dataclass(frozen=True, kw_only=True)
class ProviderJob:
    """A job that runs separately for each provider, so that a slow one does not delay the others."""

    name: str
    operation: Callable[[AppContext, Provider], Awaitable[int]]
    interval: timedelta


JOBS = (
    Job(name="hold lost orders", operation=order_submission.hold_lost_orders, interval=timedelta(seconds=5)),
    Job(name="check payments", operation=payment_checks.check_payments, interval=timedelta(seconds=15)),
    Job(name="refills", operation=refills.process_refills, interval=timedelta(seconds=10)),
    Job(
        name="end subscriptions",
        operation=order_cancellation.end_expired_subscriptions,
        interval=timedelta(minutes=10),
    ),
    Job(name="update order totals", operation=order_totals.apply_deltas, interval=timedelta(seconds=10)),
    Job(name="sync providers", operation=provider_sync.sync_due_providers, interval=timedelta(minutes=1)),
    Job(name="watch the shop", operation=alert_checks.watch_shop, interval=timedelta(minutes=1)),
    Job(name="compare clocks", operation=clock_check.compare_clocks, interval=timedelta(minutes=5)),
    Job(name="daily audit", operation=ledger_audit_job.audit_next_batch, interval=timedelta(minutes=10)),
    Job(name="remove expired", operation=cleanup.delete_expired, interval=timedelta(minutes=5)),
)
PROVIDER_JOBS = (
    ProviderJob(name="submit", operation=order_submission.submit_orders, interval=timedelta(seconds=1)),
    ProviderJob(name="follow", operation=order_polling.poll_orders, interval=timedelta(seconds=2)),
    ProviderJob(name="probe", operation=provider_health.probe_paused_provider, interval=timedelta(seconds=5)),
    ProviderJob(
        name="cancel", operation=order_cancellation.send_cancellations, interval=timedelta(seconds=5)
    ),
)
