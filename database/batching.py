"""Batching of concurrent queries: equal queries share one statement."""

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
    """A hashable kind of query; queries of equal kinds are batched."""

    async def run(self, fetch: Fetch, items: list[Item]) -> Sequence[Result]:
        """The results of `items`, in order; `fetch` returns the rows of a statement."""


@dataclass(frozen=True)
class KeyLookup:
    """Looks rows up by key: `statement` takes a list of keys and returns the key as the first column."""

    statement: str

    async def run(self, fetch: Fetch, items: list[object]) -> list[list[Any]]:
        """The rows with each of the keys."""
        rows_by_key: dict[object, list[Any]] = {}
        for row in await fetch(self.statement, [list({*items})]):
            rows_by_key.setdefault(row[0], []).append(row)
        return [rows_by_key.get(key, []) for key in items]


class Batcher:
    """Batches queries; those that arrive while a statement is running join the next batch.

    So no caller sees data read before it asked. One statement of a kind runs at a time, for up to a hundred
    callers. For one event loop.
    """

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._queued: dict[BatchQuery[Any, Any], Batch] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def submit(self, query: BatchQuery[Item, Result], item: Item) -> Result:
        """The result of one query of a kind.

        Raises:
            Exception: raised by the statement, for every caller in the batch. So each query must be valid for
                the statement.
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
            # Anyone left here was cut off by the end of the event loop.
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
