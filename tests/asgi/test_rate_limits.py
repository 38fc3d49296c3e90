"""Requests are counted whatever becomes of the storage that processes share."""

import pytest
from pydantic import ValidationError

from asgi.rate_limits import RateLimit
from asgi.windows import MemoryWindows
from config.settings import Settings
from tests.live_servers import free_port


async def test_a_process_counts_alone_while_the_shared_storage_is_away() -> None:
    limit = RateLimit("2/minute", storage=f"async+redis://127.0.0.1:{free_port()}")

    windows = [await limit.count("address:192.0.2.1") for _ in range(3)]
    other = await limit.count("address:192.0.2.2")

    assert [window.is_within for window in windows] == [True, True, False]
    assert (other.is_within, other.remaining) == (True, 1)


def test_a_storage_that_nobody_knows_is_refused_at_the_start() -> None:
    with pytest.raises(ValidationError, match="rate_limit_storage"):
        Settings(rate_limit_storage="redis://127.0.0.1")


def test_a_clock_that_is_set_back_locks_nobody_out(monkeypatch: pytest.MonkeyPatch) -> None:
    windows = MemoryWindows(60)
    windows.count("caller")
    monkeypatch.setattr("time.time", lambda: 0.0)

    requests, seconds_left = windows.count("caller")

    assert requests == 2
    assert 0 < seconds_left <= 60
