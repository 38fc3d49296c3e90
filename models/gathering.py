"""Lookups by key that are made at about the same time, by one statement for all of them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

Read = Callable[[str, list[object]], Awaitable[Sequence[Any]]]
Asked = list[tuple[object, asyncio.Future[list[Any]]]]


class Gathering:
    """Whoever asks while a statement runs is answered by the next: what was read before is told to nobody.

    `read` gives the rows of a statement that takes a list of keys, each row with its key in the first column.
    One event loop's.
    """

    def __init__(self, read: Read) -> None:
        self._read = read
        self._asked: dict[str, Asked] = {}
        self._runs: set[asyncio.Task[None]] = set()

    async def rows(self, statement: str, key: object) -> list[Any]:
        """The rows with this key.

        Raises:
            Exception: whatever the statement does, to all whom it was to answer. So a key has to be one that
                the column can hold.
        """
        asked = self._asked.get(statement)
        if asked is None:
            asked = self._asked[statement] = []
            run = asyncio.create_task(self._run(statement))
            self._runs.add(run)
            run.add_done_callback(self._runs.discard)
        waiting: asyncio.Future[list[Any]] = asyncio.get_running_loop().create_future()
        asked.append((key, waiting))
        return await waiting

    async def _run(self, statement: str) -> None:
        asked: Asked = []
        try:
            while asked := self._asked[statement]:
                self._asked[statement] = []
                await self._answer(statement, asked)
        finally:
            # Nobody is left here but where the event loop ends.
            for _, waiting in (*asked, *self._asked.pop(statement)):
                waiting.cancel()

    async def _answer(self, statement: str, asked: Asked) -> None:
        try:
            rows = await self._read(statement, [list({key for key, _ in asked})])
        except Exception as error:
            for _, waiting in asked:
                if not waiting.done():
                    waiting.set_exception(error)
            return
        found: dict[object, list[Any]] = {}
        for row in rows:
            found.setdefault(row[0], []).append(row)
        for key, waiting in asked:
            if not waiting.done():
                waiting.set_result(found.get(key, []))
