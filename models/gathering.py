"""What is asked of the database at about the same time, by one statement for all who ask."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

A = TypeVar("A")
R = TypeVar("R", covariant=True)

Read = Callable[[str, list[object]], Awaitable[Sequence[Any]]]
_MOST = 100
Asked = list[tuple[Any, asyncio.Future[Any]]]


class Gathered(Protocol[A, R]):
    """A kind of question, hashable; equal ones are answered together."""

    async def answers(self, read: Read, asked: list[A]) -> Sequence[R]:
        """An answer to each, in the order of `asked`; `read` gives the rows of a statement."""


@dataclass(frozen=True)
class Lookup:
    """Rows by their key: `statement` takes a list of keys and tells each row's key in the first column."""

    statement: str

    async def answers(self, read: Read, asked: list[object]) -> list[list[Any]]:
        """The rows with each of the keys."""
        found: dict[object, list[Any]] = {}
        for row in await read(self.statement, [list({*asked})]):
            found.setdefault(row[0], []).append(row)
        return [found.get(key, []) for key in asked]


class Gathering:
    """Whoever asks while a statement runs is answered by a later one: what was read before is told to nobody.

    One statement of a kind runs at a time, for a hundred callers at most. One event loop's.
    """

    def __init__(self, read: Read) -> None:
        self._read = read
        self._asked: dict[Gathered[Any, Any], Asked] = {}
        self._runs: set[asyncio.Task[None]] = set()

    async def ask(self, kind: Gathered[A, R], question: A) -> R:
        """The answer to one of the questions of a kind.

        Raises:
            Exception: whatever the statement does, to all whom it was to answer. So a question has to be one
                that the statement can take.
        """
        asked = self._asked.get(kind)
        if asked is None:
            asked = self._asked[kind] = []
            run = asyncio.create_task(self._run(kind, asked))
            self._runs.add(run)
            run.add_done_callback(self._runs.discard)
        waiting: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        asked.append((question, waiting))
        return await waiting

    async def _run(self, kind: Gathered[Any, Any], everybody: Asked) -> None:
        asked: Asked = []
        try:
            while everybody:
                asked = everybody[:_MOST]
                del everybody[:_MOST]
                await self._answer(kind, [one for one in asked if not one[1].done()])
        finally:
            del self._asked[kind]
            # Nobody is left here but where the event loop ends.
            for _, waiting in (*asked, *everybody):
                waiting.cancel()

    async def _answer(self, kind: Gathered[Any, Any], asked: Asked) -> None:
        try:
            answers = await kind.answers(self._read, [question for question, _ in asked])
        except Exception as error:
            for _, waiting in asked:
                if not waiting.done():
                    waiting.set_exception(error)
            return
        for (_, waiting), answer in zip(asked, answers, strict=True):
            if not waiting.done():
                waiting.set_result(answer)
