"""What is asked of the database at about the same time, by one statement for all who ask."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result", covariant=True)

Fetch = Callable[[str, list[object]], Awaitable[Sequence[Any]]]
MAX_BATCH_SIZE = 100
Batch = list[tuple[Any, asyncio.Future[Any]]]


class BatchQuery(Protocol[Item, Result]):
    """A kind of question, hashable; equal ones are answered together."""

    async def run(self, fetch: Fetch, items: list[Item]) -> Sequence[Result]:
        """An answer to each, in the order of `asked`; `read` gives the rows of a statement."""


@dataclass(frozen=True)
class KeyLookup:
    """Rows by their key: `statement` takes a list of keys and tells each row's key in the first column."""

    statement: str

    async def run(self, fetch: Fetch, items: list[object]) -> list[list[Any]]:
        """The rows with each of the keys."""
        rows_by_key: dict[object, list[Any]] = {}
        for row in await fetch(self.statement, [list({*items})]):
            rows_by_key.setdefault(row[0], []).append(row)
        return [rows_by_key.get(key, []) for key in items]


class Batcher:
    """Whoever asks while a statement runs is answered by a later one: what was read before is told to nobody.

    One statement of a kind runs at a time, for a hundred callers at most. One event loop's.
    """

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._queued: dict[BatchQuery[Any, Any], Batch] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def submit(self, query: BatchQuery[Item, Result], item: Item) -> Result:
        """The answer to one of the questions of a kind.

        Raises:
            Exception: whatever the statement does, to all whom it was to answer. So a question has to be one
                that the statement can take.
        """
        batch = self._queued.get(query)
        if batch is None:
            batch = self._queued[query] = []
            task = asyncio.create_task(self._run_batches(query, batch))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        batch.append((item, future))
        return await future

    async def _run_batches(self, query: BatchQuery[Any, Any], queued: Batch) -> None:
        batch: Batch = []
        try:
            while queued:
                batch = queued[:MAX_BATCH_SIZE]
                del queued[:MAX_BATCH_SIZE]
                await self._run_batch(query, [entry for entry in batch if not entry[1].done()])
        finally:
            del self._queued[query]
            # Nobody is left here but where the event loop ends.
            for _, future in (*batch, *queued):
                future.cancel()

    async def _run_batch(self, query: BatchQuery[Any, Any], batch: Batch) -> None:
        try:
            results = await query.run(self._fetch, [item for item, _ in batch])
        except Exception as error:
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), result in zip(batch, results, strict=True):
            if not future.done():
                future.set_result(result)
