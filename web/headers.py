"""Headers in ASGI's form: pairs of bytes, names in lower case."""

from collections.abc import Awaitable, Callable, Iterable

from starlette.types import Message, Scope, Send

HeaderPairs = list[tuple[bytes, bytes]]

_TABLE_KEY = "header_table"


def get_header(scope: Scope, name: bytes) -> str:
    """The first value of a request header, or empty; `name` in lower case.

    The headers are indexed once per request: a dozen are looked up for each.
    """
    table: dict[bytes, bytes] | None = scope.get(_TABLE_KEY)
    if table is None:
        table = scope[_TABLE_KEY] = dict(reversed(scope["headers"]))
    value = table.get(name)
    return "" if value is None else value.decode("latin-1")


def encode_headers(headers: Iterable[tuple[str, str]]) -> HeaderPairs:
    """Headers as ASGI messages contain them."""
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]


def wrap_send(send: Send, change: Callable[[HeaderPairs], None], *, types: tuple[str, ...]) -> Send:
    """A `send` that passes the headers of these message types to `change` first."""

    # Not a coroutine of its own: several of these wrap every response.
    def wrapped_send(message: Message) -> Awaitable[None]:
        if message["type"] in types:
            headers = list(message.get("headers", ()))
            change(headers)
            message["headers"] = headers
        return send(message)

    return wrapped_send
