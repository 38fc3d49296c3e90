"""Listening to PostgreSQL's notifications, through lost connections."""

import asyncio
import logging
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import NoReturn

import asyncpg

from models import database
from models.live import CHANNEL, Announcement, Listener

APPLICATION_NAME = "vitrin live updates"
PULSE = timedelta(seconds=5)
"""How often a silent connection is asked whether it still lives; it has as long to answer."""

_SHORTEST_WAIT = timedelta(milliseconds=100)
_LONGEST_WAIT = timedelta(seconds=5)

_log = logging.getLogger("vitrin.live")


async def listen(url: str, *, hear: Listener, resync: Callable[[], None]) -> NoReturn:
    """Hand every announcement to `hear`, for ever.

    `resync` is called each time that listening has begun: what was announced before may not have been heard.
    """
    wait = _SHORTEST_WAIT

    def begin() -> None:
        nonlocal wait
        wait = _SHORTEST_WAIT
        resync()

    while True:
        try:
            await _listen_once(url, hear=hear, begin=begin)
        except Exception as error:
            # Whatever it was: a listener that ended would leave every subscriber waiting for ever.
            _log.warning(
                "live updates are interrupted: %s", type(error).__name__, exc_info=_unexpected(error)
            )
        # A little apart: all processes lose a server that goes away at the same moment.
        await asyncio.sleep(wait.total_seconds() * (1 + secrets.randbelow(100) / 200))
        wait = min(wait * 2, _LONGEST_WAIT)


async def _listen_once(url: str, *, hear: Listener, begin: Callable[[], None]) -> None:
    """Listen until the connection is lost.

    Raises:
        Exception: why there is no connection, or not any more.
    """
    lost = asyncio.Event()
    session = await database.open_session(url, name=APPLICATION_NAME)
    try:
        session.add_termination_listener(lambda _: lost.set())
        await session.add_listener(CHANNEL, lambda *heard: _read(heard[-1], hear))
        begin()
        _log.info("listening for live updates")
        while not await _is_set(lost, within=PULSE):
            await session.execute("SELECT 1", timeout=PULSE.total_seconds())
        raise ConnectionResetError
    finally:
        session.terminate()


def _read(payload: str, hear: Listener) -> None:
    try:
        announcement = Announcement.read(payload)
    except ValueError as error:
        _log.warning("%s", error)
    else:
        hear(announcement)


async def _is_set(event: asyncio.Event, *, within: timedelta) -> bool:
    try:
        async with asyncio.timeout(within.total_seconds()):
            return await event.wait()
    except TimeoutError:
        return False


def _unexpected(error: Exception) -> Exception | None:
    """`error` where it is no ordinary loss of a database."""
    is_ordinary = isinstance(error, OSError | TimeoutError | asyncpg.PostgresError | asyncpg.InterfaceError)
    return None if is_ordinary else error
