"""Answers are written byte for byte as uvicorn writes them, and refused where it refuses them."""

import asyncio
import logging
from typing import Any, TypeVar

from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message
from uvicorn.protocols.http.flow_control import FlowControl

from app.server.response_cycle import CoalescingResponseCycle

UVICORNS: Any = CoalescingResponseCycle.__base__
"""Under its own name the served one is found."""
Answering = TypeVar("Answering", bound=CoalescingResponseCycle)

LENGTH = (b"content-length", b"2")
HEADERS = st.sampled_from(
    [
        (b"content-type", b"application/json"),
        (b"Vary", b"Origin"),
        (b"vary", b"Accept"),
        LENGTH,
        (b"Content-Length", b"2"),
        (b"content-length", b"7"),
        (b"content-length", b"two"),
        (b"transfer-encoding", b"chunked"),
        (b"connection", b"close"),
        (b"connection", b"keep-alive"),
        (b"x-request-id", b"a\r\nset-cookie: b"),
        (b"x request", b"id"),
        (b"x-empty", b""),
        (b"x-latin", "é".encode("latin-1")),
    ]
)


class Wire(asyncio.Transport):
    """Remembers what is written to it."""

    def __init__(self) -> None:
        super().__init__()
        self.packets: list[bytes] = []
        self.is_closed = False

    def write(self, data: Any) -> None:
        if self.is_closed:
            # As uvloop does.
            raise RuntimeError("the handler is closed")
        self.packets.append(bytes(data))

    def close(self) -> None:
        self.is_closed = True

    def is_closing(self) -> bool:
        return self.is_closed

    def resume_reading(self) -> None: ...


def create_cycle(kind: type[Answering], wire: Wire, *, method: str, keep_alive: bool) -> Answering:
    log = logging.getLogger("test")
    return kind(
        scope={"type": "http", "method": method, "headers": []},  # type: ignore[typeddict-item]  # no more is read
        transport=wire,
        flow=FlowControl(wire),
        logger=log,
        access_logger=log,
        access_log=False,
        default_headers=[(b"date", b"Fri, 27 Nov 2026 16:38:29 GMT")],
        message_event=asyncio.Event(),
        expect_100_continue=False,
        keep_alive=keep_alive,
        on_response=lambda: None,
    )


async def drive_cycle(
    kind: type[CoalescingResponseCycle], messages: list[Message], **options: Any
) -> dict[str, object]:
    """The result of the messages: bytes, the connection's state, and the exception."""
    wire = Wire()
    cycle = create_cycle(kind, wire, **options)
    raised = ""
    try:
        for message in messages:
            await cycle.send(message)
    except (RuntimeError, ValueError) as error:
        raised = f"{type(error).__name__}: {error}"
    return {
        "packets": len(wire.packets),
        "written": b"".join(wire.packets),
        "closed": wire.is_closed,
        "complete": cycle.response_complete,
        "raised": raised,
    }


@given(
    headers=st.lists(HEADERS, max_size=6),
    parts=st.lists(st.sampled_from([b"", b"o", b"ok", b"more than it said"]), min_size=1, max_size=3),
    status=st.sampled_from([200, 204, 304, 404]),
    method=st.sampled_from(["GET", "HEAD", "POST"]),
    keep_alive=st.booleans(),
)
def test_an_answer_is_what_uvicorn_would_have_written(
    headers: list[tuple[bytes, bytes]], parts: list[bytes], status: int, method: str, keep_alive: bool
) -> None:
    def messages() -> list[Message]:
        return [
            {"type": "http.response.start", "status": status, "headers": list(headers)},
            *({"type": "http.response.body", "body": part, "more_body": True} for part in parts[:-1]),
            {"type": "http.response.body", "body": parts[-1]},
        ]

    options: dict[str, Any] = {"method": method, "keep_alive": keep_alive}
    ours = asyncio.run(drive_cycle(CoalescingResponseCycle, messages(), **options))
    theirs = asyncio.run(drive_cycle(UVICORNS, messages(), **options))

    assert ours.pop("packets") <= theirs.pop("packets")  # type: ignore[operator]  # numbers
    assert ours == theirs


async def test_head_and_body_go_out_as_one() -> None:
    messages: list[Message] = [
        {"type": "http.response.start", "status": 200, "headers": [LENGTH, (b"vary", b"Origin")]},
        {"type": "http.response.body", "body": b"ok"},
    ]
    answer = await drive_cycle(CoalescingResponseCycle, messages, method="GET", keep_alive=True)

    assert answer["written"] == (
        b"HTTP/1.1 200 OK\r\ndate: Fri, 27 Nov 2026 16:38:29 GMT\r\n"
        b"content-length: 2\r\nvary: Origin\r\n\r\nok"
    )
    assert (answer["packets"], answer["complete"], answer["raised"]) == (1, True, "")


async def test_a_head_waits_for_its_body_and_comes_before_it_when_the_client_reads_slowly() -> None:
    start: Message = {"type": "http.response.start", "status": 200, "headers": [LENGTH]}
    body: Message = {"type": "http.response.body", "body": b"ok"}
    wire, sent = Wire(), []
    cycle = create_cycle(CoalescingResponseCycle, wire, method="GET", keep_alive=True)
    await cycle.send(start)
    sent.append(list(wire.packets))
    cycle.flow.pause_writing()
    sending = asyncio.ensure_future(cycle.send(body))
    await asyncio.sleep(0)
    sent.append(list(wire.packets))
    cycle.flow.resume_writing()
    await sending

    assert sent[0] == []
    assert b"".join(sent[1]).endswith(b"content-length: 2\r\n\r\n")
    assert b"".join(wire.packets).endswith(b"\r\n\r\nok")


async def test_a_response_is_dropped_when_its_connection_is_gone() -> None:
    wire = Wire()
    cycle = create_cycle(CoalescingResponseCycle, wire, method="GET", keep_alive=True)
    await cycle.send({"type": "http.response.start", "status": 200, "headers": [LENGTH]})
    cycle.disconnected = True
    wire.close()
    await cycle.send({"type": "http.response.body", "body": b"ok"})

    assert wire.packets == []


async def test_a_body_of_unknown_length_ends_with_the_connection_for_http_1_0() -> None:
    wire = Wire()
    cycle = create_cycle(CoalescingResponseCycle, wire, method="GET", keep_alive=True)
    cycle.scope["http_version"] = "1.0"
    await cycle.send({"type": "http.response.start", "status": 200, "headers": [(b"vary", b"Origin")]})
    for part in (b"a", b"", b"long part"):
        await cycle.send({"type": "http.response.body", "body": part, "more_body": True})
    assert not wire.is_closed
    await cycle.send({"type": "http.response.body", "body": b"."})

    head, _, body = b"".join(wire.packets).partition(b"\r\n\r\n")
    assert b"transfer-encoding" not in head
    assert head.endswith(b"connection: close")
    assert (body, wire.is_closed, cycle.response_complete) == (b"along part.", True, True)
