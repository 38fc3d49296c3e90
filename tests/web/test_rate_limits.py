"""Requests are counted whatever becomes of the storage that processes share."""

import pytest
from pydantic import ValidationError

from config.settings import Settings
from tests.live_servers import find_free_port
from web.fixed_windows import FixedWindowCounter
from web.middleware.rate_limits import RateLimit


async def test_a_process_counts_locally_while_the_shared_storage_is_unavailable() -> None:
    limit = RateLimit("2/minute", storage=f"async+redis://127.0.0.1:{find_free_port()}")

    windows = [await limit.count("address:192.0.2.1") for _ in range(3)]
    other = await limit.count("address:192.0.2.2")

    assert [window.is_allowed for window in windows] == [True, True, False]
    assert (other.is_allowed, other.remaining) == (True, 1)


def test_an_unknown_storage_is_refused_at_startup() -> None:
    with pytest.raises(ValidationError, match="rate_limit_storage"):
        Settings(rate_limit_storage="redis://127.0.0.1")


def test_a_clock_set_back_blocks_no_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    windows = FixedWindowCounter(60)
    windows.count("caller")
    monkeypatch.setattr("time.time", lambda: 0.0)

    requests, seconds_left = windows.count("caller")

    assert requests == 2
    assert 0 < seconds_left <= 60
