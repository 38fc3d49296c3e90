"""Lists without pages: short ones as one answer, long ones in pieces."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sized
from typing import TypeVar

import orjson
from starlette.responses import Response

from asgi.answers import Answer, Body, StreamedAnswer
from resolvers import pages

Part = TypeVar("Part", bound=Sized)
Shape = Callable[[Part], Body]


def answer_list(
    first: Part, shape: Shape[Part], *, empty: Part, following: Callable[[Part], Awaitable[Part]]
) -> Response:
    """A list whose `first` part was read; `following` reads the part after another.

    `shape` makes the whole body of the rows, with their list as the last value in it. However long the list
    is, no more than one part of it is in memory, and other requests run between two parts.
    """
    if len(first) < pages.PART_ROWS:
        return Answer(shape(first))
    return StreamedAnswer(_pieces(first, shape, empty, following))


async def _pieces(
    part: Part, shape: Shape[Part], empty: Part, following: Callable[[Part], Awaitable[Part]]
) -> AsyncGenerator[bytes]:
    """The bytes of `shape` of all rows."""
    before, _, after = orjson.dumps(shape(empty)).rpartition(b"[]")
    objects = slice(len(before) + 1, -len(after) - 1)
    yield orjson.dumps(shape(part))[: objects.stop]
    while len(part) == pages.PART_ROWS:
        part = await following(part)
        if len(part):
            yield b"," + orjson.dumps(shape(part))[objects]
    yield b"]" + after
