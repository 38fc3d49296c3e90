"""Lists without pages: short ones as one response, long ones streamed in chunks."""

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
    """A list whose first chunk was read already; further chunks are read after it.

    Only one chunk of a list is in memory at a time, and other requests run between two chunks.
    """
    if len(first) < pagination.CHUNK_SIZE:
        return NoStoreJSONResponse(serialize(first))
    return StreamedJSONResponse(_stream_list(first, serialize, empty, read_next))


async def _stream_list(
    part: Part, serialize: Serializer[Part], empty: Part, read_next: Callable[[Part], Awaitable[Part]]
) -> AsyncGenerator[bytes]:
    """The bytes of the whole body."""
    before, _, after = orjson.dumps(serialize(empty)).rpartition(b"[]")
    objects = slice(len(before) + 1, -len(after) - 1)
    yield orjson.dumps(serialize(part))[: objects.stop]
    while len(part) == pagination.CHUNK_SIZE:
        part = await read_next(part)
        if len(part):
            yield b"," + orjson.dumps(serialize(part))[objects]
    yield b"]" + after
