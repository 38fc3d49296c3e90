"""Polling order statuses at providers, and accepting only plausible ones."""

import json
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from tortoise.transactions import in_transaction

import database
from database.claims import claim_due
from domain import order_state_machine, provider_status
from domain.order_state_machine import Dispatch, OrderActor
from domain.order_status import OrderStatus
from domain.provider_status import Interpretation, Report
from domain.public_reasons import PublicReason
from domain.service_types import ServiceType
from gateways.provider_results import ProviderOrderState
from gateways.providers import MAX_ORDERS
from models import Order, Provider
from resolvers import job_isolation, provider_health
from resolvers.app_context import AppContext
from resolvers.order_transitions import Change, change_order, lock_order
from resolvers.provider_status_reader import StatusReports, read_reports

logger = logging.getLogger("vitrin.following")

# Fresh orders change quickly: each is polled again after a twentieth of its age, within these bounds.
_AGE_DIVISOR = 20
_WAIT_RANGE = (5, 15, 60, 300, 900)
# Together with the longest interval between two polls this is less than an hour.
_UNCLEAR_TIMEOUT = timedelta(minutes=50)
_MAX_UNCLEAR_WAIT = 300


async def poll_orders(app: AppContext, provider: Provider) -> int:
    """Poll up to 100 of the provider's orders that are due; returns how many it reported on.

    An unclear report (an unknown word, no answer, a refusal) is retried within minutes; if it stays unclear,
    the order is held for staff within the hour. Safe with several workers; an order whose worker is lost is
    polled again after its lease.
    """
    if not provider_health.is_reachable(provider):
        return 0
    now = await database.now()
    order_ids = await claim_due(
        "orders",
        due="due_at",
        now=now,
        limit=MAX_ORDERS,
        changes={"due_at": now + app.settings.worker_lease},
        condition="dispatch = 'sent' AND provider_id = $1",
        values=(provider.id,),
    )
    if not order_ids:
        return 0
    orders = await Order.filter(id__in=order_ids)
    were_clear = {order.id for order in orders if order.unclear_since is None}
    reports = await read_reports(app, provider, orders)
    for order in orders:
        if not await job_isolation.run_isolated(
            "follow", f"order {order.id}", _apply(order, reports, now=now)
        ):
            await _record_unclear_status(
                order, "its report could not be applied, see the server's log", now=now
            )
    unclear = [order.id for order in orders if order.unclear_since is not None and order.id in were_clear]
    if unclear:
        await Order.filter(id__in=unclear, dispatch=Dispatch.SENT).update(unclear_since=now)
    await _schedule_next_poll(orders, now=now)
    return len(reports.states) + len(reports.failures)


async def _apply(order: Order, reports: StatusReports, *, now: datetime) -> None:
    number = order.provider_order_id or ""
    if number in reports.states:
        state = reports.states[number]
        if _has_changed(order, state):
            await _apply_status(order, state)
        if not _is_clear(order, state):
            await _record_unclear_status(
                order, f"the provider's word for it is unknown: {state.status_text!r}", now=now
            )
        elif order.unclear_since is not None:
            await Order.filter(id=order.id, dispatch=Dispatch.SENT).update(unclear_since=None)
            order.unclear_since = None
    elif number in reports.failures:
        await _record_unclear_status(order, reports.failures[number], now=now)


def _is_clear(order: Order, state: ProviderOrderState) -> bool:
    """Whether a report states the order's progress."""
    reading = _interpret(order, state)
    return reading.status is not None or reading.implausible_reason is not None


async def _record_unclear_status(order: Order, reason: str, *, now: datetime) -> None:
    """Record since when the order's status has been unclear; finally hold it for staff."""
    if order.unclear_since is None:
        # Written together with the others at the end of the round.
        order.unclear_since = now
    elif now - order.unclear_since >= _UNCLEAR_TIMEOUT:
        hold = _hold_if_unchanged(order, f"order {order.provider_order_id} at the provider: {reason}")
        await job_isolation.run_isolated("follow", f"order {order.id}", hold)


def _has_changed(order: Order, state: ProviderOrderState) -> bool:
    """Whether a report may change the row; most do not, and so need no transaction."""
    reading = _interpret(order, state)
    columns = _changed_columns(order, state)
    return (
        reading.implausible_reason is not None
        or _next_status(order, reading) is not order.status
        or any(getattr(order, name) != value for name, value in columns.items())
    )


async def _apply_status(polled: Order, state: ProviderOrderState) -> None:
    async with in_transaction():
        order = await lock_order(polled.id)
        if not _is_unchanged(order, polled):
            return
        now, reading = await database.now(), _interpret(order, state)
        if reading.implausible_reason is not None:
            await change_order(order, _hold_change(order, reading.implausible_reason), now=now)
        elif order.runs_by_shop and provider_status.is_over(reading.status):
            await _end_run(order, reading, now=now)
        else:
            columns = {**_changed_columns(order, state), **_remains_column(order, reading)}
            change = Change(to=_next_status(order, reading), actor=OrderActor.PROVIDER, columns=columns)
            await change_order(order, change, now=now)


async def _hold_if_unchanged(polled: Order, reason: str) -> None:
    async with in_transaction():
        order = await lock_order(polled.id)
        if _is_unchanged(order, polled):
            await change_order(order, _hold_change(order, reason), now=await database.now())


def _is_unchanged(order: Order, polled: Order) -> bool:
    """Whether the report still applies: the order may have finished, or its next run been sent, meanwhile."""
    return order.dispatch is Dispatch.SENT and order.provider_order_id == polled.provider_order_id


def _hold_change(order: Order, reason: str) -> Change:
    logger.error("order on hold: order=%d reason=%s", order.id, reason)
    columns = {
        "dispatch": Dispatch.UNKNOWN,
        "due_at": None,
        "unclear_since": None,
        "staff_note": reason,
        "public_reason": PublicReason.UNDER_REVIEW,
    }
    return Change(to=OrderStatus.AWAITING, actor=OrderActor.PROVIDER, staff_note=reason, columns=columns)


def _to_report(state: ProviderOrderState) -> Report:
    return Report(
        status=state.status,
        subscription=state.subscription_status,
        start_count=state.start_count,
        remains=state.remains,
        posts=state.posts,
    )


def _interpret(order: Order, state: ProviderOrderState) -> Interpretation:
    report = _to_report(state)
    if order.service_type is ServiceType.SUBSCRIPTIONS:
        return provider_status.interpret_subscription(
            report, posts=order.subscription_posts or 0, units_per_post=order.subscription_max or 0
        )
    units = order.drip_feed_quantity if order.runs_by_shop else order.quantity
    return provider_status.interpret(report, units=units)


def _next_status(order: Order, reading: Interpretation) -> OrderStatus:
    """The status that the report leads to; a backward step is an error of the provider's and is ignored."""
    if reading.status is None or not order_state_machine.can_become(order.status, reading.status):
        return order.status
    return reading.status


def _remains_column(order: Order, reading: Interpretation) -> Mapping[str, object]:
    # The remainder of a run is not the remainder of the order.
    return {} if reading.remains is None or order.runs_by_shop else {"remains": reading.remains}


def _changed_columns(order: Order, state: ProviderOrderState) -> Mapping[str, object]:
    """The columns besides the status that a report changes."""
    shown: dict[str, object] = {}
    start = provider_status.plausible_start_count(_to_report(state))
    if start is not None:
        shown["start_count"] = start
    if order.service_type is ServiceType.SUBSCRIPTIONS:
        if state.subscription_status is not None:
            shown["subscription_status"] = state.subscription_status
        if state.posts is not None and 0 <= state.posts <= (order.subscription_posts or 0):
            shown["subscription_response_posts"] = state.posts
        if state.orders:
            shown["subscription_response_orders"] = json.dumps(
                [_to_provider_number(order) for order in state.orders]
            )
    elif not order.runs_by_shop and state.remains is not None and 0 <= state.remains <= order.quantity:
        shown["remains"] = state.remains
    return shown


def _to_provider_number(order_id: str) -> int | str:
    """The legacy app reads a list of integers, which nearly all providers use as order numbers."""
    return int(order_id) if order_id.isdecimal() else order_id


async def _end_run(order: Order, reading: Interpretation, *, now: datetime) -> None:
    """Count one run of a drip-feed managed by the shop: queue the next run, or settle the whole order."""
    missing = provider_status.count_undelivered(reading, units=order.drip_feed_quantity)
    order.runs_done += 1
    order.undelivered += missing
    is_canceled = reading.status in (OrderStatus.CANCELED, OrderStatus.REFUNDED)
    # If the buyer asked to cancel during the run, no further run follows.
    is_continued = order.cancel_requested_at is None
    staff_note = (
        f"run {order.runs_done} of {order.runs}, provider's order {order.provider_order_id}: "
        f"{order.drip_feed_quantity - missing} delivered"
    )
    counted = {"runs_done": order.runs_done, "undelivered": order.undelivered}
    if order.runs_done < order.runs and is_continued and not is_canceled:
        due_at = max(now, order.created_at + order.runs_done * timedelta(minutes=order.interval))
        columns = {**counted, "dispatch": Dispatch.QUEUED, "due_at": due_at, "provider_order_id": None}
        change = Change(
            to=_next_status(order, Interpretation(status=OrderStatus.INPROGRESS)),
            actor=OrderActor.PROVIDER,
            staff_note=staff_note,
            columns=columns,
        )
    else:
        undelivered = order.undelivered_if_stopped
        columns = {**counted, "remains": undelivered}
        change = Change(
            to=_total_status(undelivered, order.quantity),
            actor=OrderActor.PROVIDER,
            staff_note=staff_note,
            columns=columns,
        )
    await change_order(order, change, now=now)


def _total_status(undelivered: int, units: int) -> OrderStatus:
    if undelivered == 0:
        return OrderStatus.COMPLETED
    return OrderStatus.CANCELED if undelivered == units else OrderStatus.PARTIAL


async def _schedule_next_poll(orders: list[Order], *, now: datetime) -> None:
    """Schedule each order's next poll; orders settled meanwhile are left alone."""
    waits: dict[int, list[int]] = {}
    for order in orders:
        age = (now - order.created_at) // timedelta(seconds=_AGE_DIVISOR)
        wait = next((seconds for seconds in _WAIT_RANGE if seconds >= age), _WAIT_RANGE[-1])
        if order.unclear_since is not None:
            wait = min(wait, _MAX_UNCLEAR_WAIT)
        waits.setdefault(wait, []).append(order.id)
    for wait, ids in waits.items():
        due = Order.filter(id__in=ids, dispatch=Dispatch.SENT)
        await due.update(due_at=now + timedelta(seconds=wait))
