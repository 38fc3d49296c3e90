"""The heads of answers: uvicorn's, with the lines that come again and again made and checked once."""

from collections.abc import Coroutine
from functools import lru_cache
from typing import Any

from starlette.types import Message
from uvicorn.protocols.http.httptools_impl import (
    HEADER_RE,
    HEADER_VALUE_RE,
    STATUS_LINE,
    RequestResponseCycle,
)

_LENGTH = b"content-length"
_FRAMING = {_LENGTH, b"transfer-encoding", b"connection"}
# Those of requests of one moment, some of which are never the same again.
_LINES_KEPT = 512


class Answer(RequestResponseCycle):
    """One request and its answer on a connection; whatever is not the usual case is uvicorn's."""

    def send(self, message: Message) -> Coroutine[Any, Any, None]:  # type: ignore[override] # as it is awaited
        is_usual = (
            message["type"] == "http.response.start"
            and self.keep_alive
            and not (self.response_started or self.disconnected or self.access_log or self.flow.write_paused)
        )
        return self._begin(message) if is_usual else super().send(message)  # type: ignore[arg-type] # the same

    async def _begin(self, message: Message) -> None:
        lines, length = [STATUS_LINE[message["status"]]], None
        for pair in (*self.default_headers, *message.get("headers", ())):
            line = _line(*pair)
            if line is None:
                if pair[0] != _LENGTH or length is not None:
                    await super().send(message)  # type: ignore[arg-type] # the same
                    return
                length = int(pair[1].decode())
                line = b"content-length: %d\r\n" % length
            lines.append(line)
        if length is None:
            await super().send(message)  # type: ignore[arg-type] # the same
            return
        self.response_started, self.waiting_for_100_continue = True, False
        self.chunked_encoding, self.expected_content_length = False, length
        lines.append(b"\r\n")
        self.transport.write(b"".join(lines))


@lru_cache(_LINES_KEPT)
def _line(name: bytes, value: bytes) -> bytes | None:
    """A header as it is written; None for one that says where the answer ends, or that may not be written."""
    name = name.lower()
    if name in _FRAMING or HEADER_RE.search(name) or HEADER_VALUE_RE.search(value):
        return None
    return b"%b: %b\r\n" % (name, value)
