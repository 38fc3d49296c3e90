"""Responses of the REST API under /api."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing

import orjson
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from web.disconnects import cancel_on_disconnect

_FIXED = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
Body = Mapping[str, object]


class NoStoreJSONResponse(Response):
    """JSON response with `no-store` and `nosniff`."""

    media_type = "application/json"

    def __init__(
        self,
        body: Body | Sequence[Body],
        *,
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(orjson.dumps(body), status_code, {**_FIXED, **(headers or {})})


class StreamedJSONResponse(Response):
    """The same in chunks, for a body of unknown length.

    Stops when the client disconnects. `chunks` may be cancelled at any await, so they must not write.
    """

    media_type = "application/json"

    def __init__(self, chunks: AsyncGenerator[bytes]) -> None:
        super().__init__(headers=_FIXED)
        del self.headers["content-length"]
        self._pieces = chunks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await cancel_on_disconnect(receive, self._send_all(send, has_body=scope["method"] != "HEAD"))

    async def _send_all(self, send: Send, *, has_body: bool) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        if has_body:
            async with aclosing(self._pieces) as chunks:
                async for chunk in chunks:
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
