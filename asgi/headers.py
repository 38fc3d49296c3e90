"""Headers as ASGI has them: pairs of bytes, names in lower case."""

from collections.abc import Awaitable, Callable, Iterable

from starlette.types import Message, Scope, Send

Pairs = list[tuple[bytes, bytes]]

_TABLE = "header_table"


def header(scope: Scope, name: bytes) -> str:
    """The first value of a request's header, empty where it has none; `name` in lower case.

    The request's headers are put into a table once: a dozen are asked for on the way of every request.
    """
    table: dict[bytes, bytes] | None = scope.get(_TABLE)
    if table is None:
        table = scope[_TABLE] = dict(reversed(scope["headers"]))
    value = table.get(name)
    return "" if value is None else value.decode("latin-1")


def encoded(headers: Iterable[tuple[str, str]]) -> Pairs:
    """Headers the way that messages have them."""
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]


def changing(send: Send, change: Callable[[Pairs], None], *, types: tuple[str, ...]) -> Send:
    """A `send` that lets `change` see the headers of the messages of these types first."""

    # No coroutine of its own: several of these stand around every answer.
    def changed_send(message: Message) -> Awaitable[None]:
        if message["type"] in types:
            headers = list(message.get("headers", ()))
            change(headers)
            message["headers"] = headers
        return send(message)

    return changed_send
