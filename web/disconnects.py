"""Cancelling work when its client disconnects."""

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Receive

T = TypeVar("T")


async def cancel_on_disconnect(receive: Receive, work: Coroutine[Any, Any, T]) -> T:
    """The result of `work`, which is cancelled if the HTTP client disconnects first.

    If the client has disconnected already, work is not started. Only for work that may be cancelled at any
    await: writes must run to completion.

    Raises:
        ClientDisconnect: the client disconnected.
    """
    disconnect_task = asyncio.create_task(_wait_for_disconnect(receive))
    await asyncio.sleep(0)
    if disconnect_task.done() and disconnect_task.result():
        work.close()
        raise ClientDisconnect
    work_task = asyncio.ensure_future(work)
    try:
        await asyncio.wait((work_task, disconnect_task), return_when=asyncio.FIRST_COMPLETED)
        if not work_task.done() and disconnect_task.result():
            raise ClientDisconnect
        return await work_task
    finally:
        for task in (work_task, disconnect_task):
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await work_task


async def _wait_for_disconnect(receive: Receive) -> bool:
    """Wait until the client disconnects and return True; False if that cannot be detected."""
    with contextlib.suppress(HTTPException):
        message = await receive()
        while message["type"] == "http.request" and message.get("more_body", False):
            message = await receive()
        if message["type"] == "http.request":
            # The end of a body that was not read; the next message is the disconnect.
            message = await receive()
        return bool(message["type"] == "http.disconnect")
    return False
