"""What the worker does, and how long each job rests when there is nothing to do."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from resolvers import payments
from resolvers.shop import Shop


@dataclass(frozen=True, kw_only=True)
class Job:
    """A loop around one operation, which returns how many things it did. Safe in any number of workers."""

    name: str
    operation: Callable[[Shop], Awaitable[int]]
    rest: timedelta


JOBS = (Job(name="check payments", operation=payments.check_payments, rest=timedelta(seconds=15)),)
