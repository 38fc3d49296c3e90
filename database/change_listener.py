"""Listening to PostgreSQL's notifications, with reconnection."""

import asyncio
import logging
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import NoReturn

import asyncpg

from database import connections
from database.change_events import CHANNEL, ChangeEvent, Listener

APPLICATION_NAME = "vitrin live updates"
HEARTBEAT = timedelta(seconds=5)
"""How often a silent connection is probed, and how long it may take to answer."""

_MIN_RETRY_WAIT = timedelta(milliseconds=100)
_MAX_RETRY_WAIT = timedelta(seconds=5)

_log = logging.getLogger("vitrin.live")


async def listen(url: str, *, on_event: Listener, resync: Callable[[], None]) -> NoReturn:
    """Pass every event to `on_event`, forever.

    `resync` is called each time listening has begun, since earlier events may have been missed.
    """
    wait = _MIN_RETRY_WAIT

    def on_connected() -> None:
        nonlocal wait
        wait = _MIN_RETRY_WAIT
        resync()

    while True:
        try:
            await _listen_once(url, on_event=on_event, on_connected=on_connected)
        except Exception as error:
            # Any error: a listener that ended would leave every subscriber waiting forever.
            _log.warning(
                "live updates interrupted: %s", type(error).__name__, exc_info=_get_if_unexpected(error)
            )
        # With jitter: all processes lose a failing server at the same time.
        await asyncio.sleep(wait.total_seconds() * (1 + secrets.randbelow(100) / 200))
        wait = min(wait * 2, _MAX_RETRY_WAIT)


async def _listen_once(url: str, *, on_event: Listener, on_connected: Callable[[], None]) -> None:
    """Listen until the connection is lost.

    Raises:
        Exception: why there is no connection, or no longer one.
    """
    lost = asyncio.Event()
    session = await connections.open_session(url, name=APPLICATION_NAME)
    try:
        session.add_termination_listener(lambda _: lost.set())
        await session.add_listener(CHANNEL, lambda *arguments: _dispatch(arguments[-1], on_event))
        on_connected()
        _log.info("listening for live updates")
        while not await _is_set(lost, max_wait=HEARTBEAT):
            await session.execute("SELECT 1", timeout=HEARTBEAT.total_seconds())
        raise ConnectionResetError
    finally:
        session.terminate()


def _dispatch(payload: str, on_event: Listener) -> None:
    try:
        event = ChangeEvent.from_json(payload)
    except ValueError as error:
        _log.warning("change event ignored: %s", error)
    else:
        on_event(event)


async def _is_set(event: asyncio.Event, *, max_wait: timedelta) -> bool:
    try:
        async with asyncio.timeout(max_wait.total_seconds()):
            return await event.wait()
    except TimeoutError:
        return False


def _get_if_unexpected(error: Exception) -> Exception | None:
    """`error` unless it is an ordinary loss of the connection."""
    is_ordinary = isinstance(error, OSError | TimeoutError | asyncpg.PostgresError | asyncpg.InterfaceError)
    return None if is_ordinary else error
