"""Simulates an order at the sandbox provider, from its link and the elapsed time."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from domain import panel_api_vocabulary
from domain.enums import RefillStatus
from domain.order_status import OrderStatus, SubscriptionStatus

# Milliseconds of an order's age.
_PROCESSING, _STARTED, _FINISHED = 1_000, 3_000, 8_000
_CANCELED_BY_ITSELF = 4_000
# Milliseconds after a request.
_CANCELING = 1_000
_REFILLING, _REFILLED = 2_000, 5_000
_WHOLE = 1_000


class Outcome(StrEnum):
    """Outcomes that a link can select by `sandbox/` and a word, such as https://example.com/sandbox/partial.

    Page names, which contain no slash, select them likewise: `sandbox_partial`. partial: three fifths are
    delivered. canceled: nothing is. refused: the order is refused. slow: it never ends by itself. unreadable:
    it is accepted, but the response is unreadable. refill-rejected: it is completed, and its refills are
    rejected.
    """

    PARTIAL = "partial"
    CANCELED = "canceled"
    REFUSED = "refused"
    SLOW = "slow"
    UNREADABLE = "unreadable"
    REFILL_REJECTED = "refill-rejected"


_OUTCOME_PATTERN = re.compile(rf"sandbox[/._-]({'|'.join(Outcome)})\b")
# The largest delivered share, in thousandths.
_MAX_DELIVERED: Mapping[Outcome | None, int] = {Outcome.PARTIAL: 600, Outcome.CANCELED: 0, Outcome.SLOW: 500}


@dataclass(frozen=True, kw_only=True)
class SandboxOrder:
    """An order of the simulator. Timestamps are Unix milliseconds.

    `quantity` is the total; `runs` is 0 unless it is a drip-feed, `posts` 0 unless it is a subscription.
    """

    id: int
    link: str
    quantity: int
    runs: int
    posts: int
    placed_at: int
    canceled_at: int | None


@dataclass(frozen=True, kw_only=True)
class SandboxState:
    """The state of an order, with the panel API's `status`; `runs` and `posts` are those done."""

    status: str
    start_count: int
    remains: int
    runs: int
    posts: int
    is_finished: bool


def parse_outcome(link: str) -> Outcome | None:
    """The outcome selected by the link; None for an order that is completed within seconds."""
    match = _OUTCOME_PATTERN.search(link)
    return Outcome(match[1]) if match else None


def compute_state(order: SandboxOrder, *, now: int) -> SandboxState:
    """The state of the order at `now`."""
    is_stopped = order.canceled_at is not None and now - order.canceled_at >= _CANCELING
    age = (order.canceled_at if is_stopped and order.canceled_at else now) - order.placed_at
    outcome = parse_outcome(order.link)
    delivered, runs, posts = _count_delivered(
        order, _compute_thousandths(age, maximum=_MAX_DELIVERED.get(outcome, _WHOLE))
    )
    remaining = order.quantity - delivered
    status = (
        _get_stopped_status(remaining, order.quantity)
        if is_stopped
        else _get_running_status(outcome, age, remaining)
    )
    return SandboxState(
        status=_get_subscription_status(status)
        if order.posts
        else panel_api_vocabulary.ORDER_STATUSES[status],
        start_count=_get_start_count(order.link),
        remains=remaining,
        runs=runs,
        posts=posts,
        is_finished=status in (OrderStatus.COMPLETED, OrderStatus.PARTIAL, OrderStatus.CANCELED),
    )


def compute_refill_status(link: str, *, age: int) -> str:
    """The panel API's status of a refill `age` milliseconds after it was requested."""
    if age < _REFILLING:
        return panel_api_vocabulary.REFILL_STATUSES[RefillStatus.PENDING]
    if age < _REFILLED:
        return panel_api_vocabulary.REFILL_STATUSES[RefillStatus.INPROGRESS]
    is_rejected = parse_outcome(link) is Outcome.REFILL_REJECTED
    return panel_api_vocabulary.REFILL_STATUSES[
        RefillStatus.REJECTED if is_rejected else RefillStatus.COMPLETED
    ]


def _compute_thousandths(age: int, *, maximum: int) -> int:
    passed = (age - _STARTED) * _WHOLE // (_FINISHED - _STARTED)
    return min(max(passed, 0), maximum)


def _count_delivered(order: SandboxOrder, thousandths: int) -> tuple[int, int, int]:
    """Units, runs and posts delivered; a drip-feed delivers whole runs, a subscription whole posts."""
    parts = order.runs or order.posts
    if not parts:
        return order.quantity * thousandths // _WHOLE, 0, 0
    done = parts * thousandths // _WHOLE
    return order.quantity // parts * done, done if order.runs else 0, done if order.posts else 0


def _get_running_status(outcome: Outcome | None, age: int, remaining: int) -> OrderStatus:
    if outcome is Outcome.CANCELED and age >= _CANCELED_BY_ITSELF:
        return OrderStatus.CANCELED
    if age >= _FINISHED and outcome is not Outcome.SLOW:
        return OrderStatus.PARTIAL if remaining else OrderStatus.COMPLETED
    if age >= _STARTED:
        return OrderStatus.INPROGRESS
    return OrderStatus.PROCESSING if age >= _PROCESSING else OrderStatus.PENDING


def _get_stopped_status(remaining: int, quantity: int) -> OrderStatus:
    if remaining == 0:
        return OrderStatus.COMPLETED
    return OrderStatus.CANCELED if remaining == quantity else OrderStatus.PARTIAL


def _get_subscription_status(status: OrderStatus) -> str:
    """Subscriptions end early by expiring."""
    ended = {
        OrderStatus.COMPLETED: SubscriptionStatus.COMPLETED,
        OrderStatus.PARTIAL: SubscriptionStatus.EXPIRED,
        OrderStatus.CANCELED: SubscriptionStatus.CANCELED,
    }
    return ended.get(status, SubscriptionStatus.ACTIVE).value


def _get_start_count(link: str) -> int:
    return 100 + int.from_bytes(hashlib.sha256(link.encode()).digest()[:4]) % 9_900
