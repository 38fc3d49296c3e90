"""The product's own command line, started so that it dies at a named point, or with a planted fault.

Its arguments are `[--die-at POINT:N] [--plant FAULT] COMMAND …`; it ends with code 137 on the Nth pass of the
point, as a power cut would.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import database
import main
from domain.money import Toman
from domain.order_state_machine import Dispatch
from domain.problems import InsufficientBalance
from gateways.providers import HttpProviderApi
from models import Order, User
from resolvers import idempotency, order_polling, order_submission, wallet
from resolvers.order_placement import batched_insert
from resolvers.wallet import Spending

POINTS = (
    "before the order is committed",
    "after the order is committed",
    "after the claim",
    "before the wire",
    "after the wire",
    "after the number is stored",
    "before the state is stored",
)
PLANTS = ("naive retry", "no transaction", "check then act", "resend on start")
_DEATH = 137


class Countdown:
    """Ends the process on the Nth pass."""

    def __init__(self, passes: int) -> None:
        self.remaining = passes

    def __call__(self) -> None:
        self.remaining -= 1
        if self.remaining <= 0:
            os._exit(_DEATH)


def die_before(function: Callable[..., Awaitable[Any]], die: Countdown) -> Callable[..., Awaitable[Any]]:
    async def dying(*arguments: Any, **named: Any) -> Any:
        die()
        return await function(*arguments, **named)

    return dying


def die_after(function: Callable[..., Awaitable[Any]], die: Countdown) -> Callable[..., Awaitable[Any]]:
    async def dying(*arguments: Any, **named: Any) -> Any:
        result = await function(*arguments, **named)
        die()
        return result

    return dying


def die_at(point: str, passes: int) -> None:
    """Arrange the death at a named point."""
    die = Countdown(passes)
    arrange: dict[str, Callable[[], None]] = {
        POINTS[0]: lambda: _die_before_the_commit(die),
        POINTS[1]: lambda: _die_after_the_commit(die),
        POINTS[2]: lambda: setattr(order_submission, "_claim", die_after(order_submission._claim, die)),
        POINTS[3]: lambda: setattr(HttpProviderApi, "add", die_before(HttpProviderApi.add, die)),
        POINTS[4]: lambda: setattr(HttpProviderApi, "add", die_after(HttpProviderApi.add, die)),
        POINTS[5]: lambda: setattr(
            order_submission, "_record_accepted", die_after(order_submission._record_accepted, die)
        ),
        POINTS[6]: lambda: setattr(
            order_polling, "_apply_status", die_before(order_polling._apply_status, die)
        ),
    }
    arrange[point]()


def _die_before_the_commit(die: Countdown) -> None:
    _place_step_by_step()
    setattr(Spending, "record", die_after(Spending.record, die))  # noqa: B010 - mypy refuses the plain form


def _die_after_the_commit(die: Countdown) -> None:
    setattr(idempotency, "run_once", die_after(idempotency.run_once, die))  # noqa: B010 - the same
    setattr(batched_insert, "place", die_after(batched_insert.place, die))  # noqa: B010 - the same


def _place_step_by_step() -> None:
    """A single statement cannot stop halfway, and nothing runs between its read and its write."""
    setattr(batched_insert, "get_batch_client", lambda: None)  # noqa: B010 - the same


async def _requeue_unknown(order_id: int, *_: object, **__: object) -> None:
    await Order.filter(id=order_id, dispatch=Dispatch.SENDING).update(
        dispatch=Dispatch.QUEUED, due_at=await database.now(), worker=None, lease_until=None
    )


async def _requeue_lost(_: object) -> int:
    now = await database.now()
    lost = Order.filter(dispatch=Dispatch.SENDING, lease_until__lte=now)
    return await lost.update(dispatch=Dispatch.QUEUED, due_at=now, worker=None, lease_until=None)


async def _spend_after_reading(user_id: int, amount: Toman) -> Spending:
    balance = (await User.get(id=user_id)).balance
    await asyncio.sleep(0.01)
    if balance < amount:
        raise InsufficientBalance(balance=Toman(balance), charge=amount)
    await User.filter(id=user_id).update(balance=balance - amount)
    return Spending(user_id=user_id, amount=amount, balance_after=Toman(balance - amount))


class _NoTransaction:
    async def __aenter__(self) -> None: ...

    async def __aexit__(self, *_: object) -> None: ...


async def _spend_slowly(user_id: int, amount: Toman) -> Spending:
    spending = await _SPEND(user_id, amount)
    # A process that dies here leaves a charge without its order.
    await asyncio.sleep(0.05)
    return spending


_SPEND = wallet.spend


def plant(fault: str) -> None:
    """Break the product in one of the ways that such products are broken."""
    if fault == "naive retry":
        setattr(order_submission, "_hold", _requeue_unknown)  # noqa: B010 - mypy refuses the plain form
    if fault == "resend on start":
        _plant_job("hold lost orders", _requeue_lost)
    if fault == "check then act":
        _place_step_by_step()
        setattr(wallet, "spend", _spend_after_reading)  # noqa: B010 - the same
    if fault == "no transaction":
        _place_step_by_step()
        setattr(idempotency, "in_transaction", _NoTransaction)  # noqa: B010 - the same
        setattr(wallet, "spend", _spend_slowly)  # noqa: B010 - the same


def _plant_job(name: str, operation: Callable[[Any], Awaitable[int]]) -> None:
    from dataclasses import replace

    from worker import jobs, loop

    planted = tuple(replace(job, operation=operation) if job.name == name else job for job in jobs.JOBS)
    (loop.run.__kwdefaults__ or {})["jobs"] = planted


def run() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--die-at")
    parser.add_argument("--plant", choices=PLANTS)
    parser.add_argument("command", nargs="*")
    arguments = parser.parse_args()
    if arguments.die_at:
        point, _, passes = arguments.die_at.partition(":")
        die_at(point, int(passes))
    if arguments.plant:
        plant(arguments.plant)
    sys.argv = ["main.py", *arguments.command]
    main.main()
