"""Work that a client waits for, given up when the client is gone."""

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Receive

T = TypeVar("T")


async def cancel_on_disconnect(receive: Receive, work: Coroutine[Any, Any, T]) -> T:
    """The result of `work`, which is cancelled if the client of an HTTP request hangs up first.

    Work for a client that is gone already never begins.

    Only for work that may be cancelled at any await: what writes must run to its end.

    Raises:
        ClientDisconnect: the client hung up.
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
    """Whether the client has hung up, which is known when it does; False where that cannot be told."""
    with contextlib.suppress(HTTPException):
        message = await receive()
        while message["type"] == "http.request" and message.get("more_body", False):
            message = await receive()
        if message["type"] == "http.request":
            # The end of a body that nobody had read; what follows is the end of the connection.
            message = await receive()
        return bool(message["type"] == "http.disconnect")
    return False
