"""Lists without pages: short ones as one answer, long ones in pieces."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sized
from typing import TypeVar

import orjson
from starlette.responses import Response

from resolvers import pagination
from web.responses import Body, NoStoreJSONResponse, StreamedJSONResponse

Part = TypeVar("Part", bound=Sized)
Serializer = Callable[[Part], Body]


def respond_with_list(
    first: Part, serialize: Serializer[Part], *, empty: Part, read_next: Callable[[Part], Awaitable[Part]]
) -> Response:
    """A list whose `first` part was read; `following` reads the part after another.

    `shape` makes the whole body of the rows, with their list as the last value in it. However long the list
    is, no more than one part of it is in memory, and other requests run between two parts.
    """
    if len(first) < pagination.CHUNK_SIZE:
        return NoStoreJSONResponse(serialize(first))
    return StreamedJSONResponse(_stream_list(first, serialize, empty, read_next))


async def _stream_list(
    part: Part, serialize: Serializer[Part], empty: Part, read_next: Callable[[Part], Awaitable[Part]]
) -> AsyncGenerator[bytes]:
    """The bytes of `shape` of all rows."""
    before, _, after = orjson.dumps(serialize(empty)).rpartition(b"[]")
    objects = slice(len(before) + 1, -len(after) - 1)
    yield orjson.dumps(serialize(part))[: objects.stop]
    while len(part) == pagination.CHUNK_SIZE:
        part = await read_next(part)
        if len(part):
            yield b"," + orjson.dumps(serialize(part))[objects]
    yield b"]" + after
