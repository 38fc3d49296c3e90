"""The database's time, estimated between its readings."""

from datetime import UTC, datetime, timedelta

import pytest

from database.clock import CLOCK, DatabaseClock
from resolvers import sessions
from resolvers.app_context import AppContext
from tests.fakes import create_user

HOUR = timedelta(hours=1)


def test_an_estimate_continues_from_the_last_reading() -> None:
    clock = DatabaseClock()
    machine = datetime.now(UTC)
    assert abs(clock.estimate() - machine) < HOUR / 60

    clock.record(machine + HOUR)

    assert HOUR <= clock.estimate() - machine < HOUR * 1.1
    assert abs(clock.difference - HOUR) < timedelta(seconds=2)


async def test_tokens_are_judged_by_the_database_s_clock_not_by_the_machine_s(
    app: AppContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = await create_user()
    ahead = datetime.now(UTC).replace(microsecond=0) + HOUR
    for name, value in list(vars(CLOCK).items()):
        # Restored afterwards: it is the process's one clock.
        monkeypatch.setattr(CLOCK, name, value)
    CLOCK.record(ahead)

    token, _ = await sessions.issue_token(app, user, now=ahead)

    signed_in = await sessions.authenticate(app, token)
    assert signed_in is not None
    assert signed_in.user.id == user.id
