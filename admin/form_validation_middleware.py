"""Rejects malformed forms, with which starlette-admin's own parsing would fail."""

from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.parameters import normalize_multipart_type

_MULTIPART = "multipart/form-data"


class FormValidationMiddleware:
    """Responds with 400 to a malformed form; passes on all others, without their charset."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        media_type = request.headers.get("content-type", "")
        if media_type.lower().startswith(_MULTIPART):
            safe_type = normalize_multipart_type(media_type)
            if safe_type is None:
                await _malformed_form_response()(scope, receive, send)
                return
            scope = {**scope, "headers": _set_content_type(scope["headers"], safe_type)}
        body = await request.body()
        if not await _is_readable(scope, body):
            await _malformed_form_response()(scope, receive, send)
            return
        await self._app(scope, _BodyReplay(body, receive), send)


class _BodyReplay:
    """Replays a request's body, then passes on further messages of the connection."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> Message:
        if self._body is None:
            return await self._receive()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}


def _set_content_type(headers: list[tuple[bytes, bytes]], media_type: str) -> list[tuple[bytes, bytes]]:
    other_headers = [(name, value) for name, value in headers if name != b"content-type"]
    return [*other_headers, (b"content-type", media_type.encode())]


async def _is_readable(scope: Scope, body: bytes) -> bool:
    request = Request({**scope, "state": {}}, _BodyReplay(body, _disconnect_message))
    try:
        form = await request.form()
    except (MultiPartException, HTTPException):
        return False
    await form.close()
    return True


async def _disconnect_message() -> Message:
    return {"type": "http.disconnect"}


def _malformed_form_response() -> PlainTextResponse:
    return PlainTextResponse("The form is malformed.", 400)
