"""Long lists are sent in chunks: same bytes, other requests run meanwhile, and a disconnect ends them."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import httpx
import orjson
import pytest
from starlette.types import Message
from tortoise.exceptions import DBConnectionError

import database
from app.application import build_application
from database.rows import RowSet
from domain.enums import NotificationKind
from domain.order_status import OrderSource
from domain.service_types import ServiceType
from models import Notification, Order, Service, Ticket, TicketMessage, User
from resolvers import orders, pagination
from resolvers.app_context import AppContext
from rest_compat.serializers import catalogue, tickets
from rest_compat.serializers import notifications as notification_serializers
from rest_compat.serializers import orders as order_serializers
from tests.database_state import record_statements
from tests.fakes import TIMESTAMP, create_user
from tests.fixtures import create_authorization
from tests.resolvers.factories import create_service

TIMES: dict[str, Any] = {"created_at": TIMESTAMP, "updated_at": TIMESTAMP}


async def add_orders(user: User, count: int, *, service: Service | None = None) -> None:
    service = service or await create_service()
    await Order.bulk_create(
        Order(
            user=user,
            category_id=service.category_id,
            service=service,
            source=OrderSource.DIRECT,
            service_type=ServiceType.DEFAULT,
            link=f"https://example.com/{number}",
            quantity=1,
            charge=1,
            **TIMES,
        )
        for number in range(count)
    )


async def add_other_rows(user: User, count: int) -> Ticket:
    """Notifications (some with equal timestamps), a ticket, and services (some without original price)."""
    await Notification.bulk_create(
        Notification(
            user=user,
            kind=NotificationKind.GIFT_WON,
            message=f"{number}",
            created_at=TIMESTAMP + timedelta(seconds=number // 3),
        )
        for number in range(count)
    )
    await Ticket.bulk_create(Ticket(user=user, subject="s", description="d", **TIMES) for _ in range(count))
    ticket = await Ticket.filter(user_id=user.id).order_by("id").first()
    assert ticket is not None
    await TicketMessage.bulk_create(
        TicketMessage(ticket=ticket, user=user, message=f"{number}", **TIMES) for number in range(count)
    )
    service = await create_service()
    await Service.bulk_create(
        Service(
            category_id=service.category_id,
            name=f"{number % 7}",
            price=number % 5,
            original_price=number % 4 or None,
            min_quantity=1,
            max_quantity=9,
            source=service.source,
            **TIMES,
        )
        for number in range(count - 1)
    )
    return ticket


Whole = tuple[str, Callable[[Any], Any], Sequence[Any]]


async def whole_lists(user: User, ticket: Ticket) -> list[Whole]:
    """Paths, the shapes of their answers and all their rows, each read by one statement."""
    notifications = await Notification.filter(user_id=user.id).order_by("-created_at", "-id")
    lists: list[Whole] = [
        ("/v1/user/notifications", notification_serializers.notification_list, notifications),
        ("/v1/user/notifications/unread", notification_serializers.unread_notification_list, notifications),
        ("/v1/user/tickets", tickets.ticket_list, await Ticket.filter(user_id=user.id).order_by("-id")),
        (
            f"/v1/user/tickets/{ticket.id}",
            partial(tickets.ticket_with_messages, ticket, user),
            await TicketMessage.filter(ticket_id=ticket.id).order_by("id"),
        ),
        ("/v1/services", catalogue.service_list, await Service.all().order_by("-id")),
    ]
    for column in ("name", "price", "original_price"):
        for sign in ("", "-"):
            services = await Service.all().order_by(f"{sign}{column}", f"{sign}id")
            lists.append((f"/v1/services?order_by={sign}{column}", catalogue.service_list, services))
    return lists


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> int:
    """Parts of few rows, so that few rows make a long list."""
    monkeypatch.setattr(pagination, "CHUNK_SIZE", 4)
    return 4


@pytest.mark.both_databases
async def test_a_list_of_any_length_is_the_same_bytes(
    small_chunks: int, app: AppContext, client: httpx.AsyncClient, subtests: pytest.Subtests
) -> None:
    for count in (small_chunks - 1, small_chunks, small_chunks + 1, 3 * small_chunks):
        user = await create_user()
        await Service.all().delete()
        ticket = await add_other_rows(user, count)
        headers = await create_authorization(app, user)
        for path, shape, rows in await whole_lists(user, ticket):
            with subtests.test(f"{count} of {path}"):
                answer = await client.get(f"/api{path}", headers=headers)
                assert answer.status_code == 200
                assert answer.content == orjson.dumps(shape(rows))
                assert len(rows) == count
                assert ("content-length" in answer.headers) is (count < small_chunks)


@pytest.mark.both_databases
async def test_a_list_of_orders_of_any_length_is_the_same_bytes_compressed_or_not(
    small_chunks: int, app: AppContext, client: httpx.AsyncClient, subtests: pytest.Subtests
) -> None:
    service = await create_service()
    for count in (0, small_chunks - 1, small_chunks, small_chunks + 1, 3 * small_chunks):
        user = await create_user()
        await add_orders(user, count, service=service)
        newest_first = await Order.filter(user_id=user.id).order_by("-id")
        headers = await create_authorization(app, user)
        for coding in ("identity", "gzip"):
            with subtests.test(f"{count} orders, {coding}"):
                answer = await client.get("/api/v1/order", headers={**headers, "Accept-Encoding": coding})
                assert answer.content == orjson.dumps(order_serializers.order_list(newest_first))
                is_compressed = answer.headers.get("content-encoding") == "gzip"
                assert is_compressed is (coding == "gzip" and count > 1)
                assert ("content-length" in answer.headers) is (count < small_chunks)


class Reader:
    """A client that takes the first piece of an answer and then no more, until it goes on or hangs up."""

    def __init__(self) -> None:
        self.first_came, self.goes_on, self.has_left = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.body = b""
        self.is_complete = False
        self._has_requested = False

    async def get(self, app: Any, path: str, headers: dict[str, str]) -> None:
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": b"",
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
            "client": ("127.0.0.1", 1),
            "server": ("localhost", 8000),
        }
        await app(scope, self._receive, self._send)

    async def first_piece(self, reading: asyncio.Task[None]) -> None:
        """Wait until it came; what the request raised instead is raised here."""
        coming = asyncio.create_task(self.first_came.wait())
        await asyncio.wait((coming, reading), return_when=asyncio.FIRST_COMPLETED)
        if reading.done():
            coming.cancel()
            await reading
            raise AssertionError(f"the answer came as a whole: {self.body[:200]!r}")

    async def _receive(self) -> Message:
        if not self._has_requested:
            self._has_requested = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.has_left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if message["type"] != "http.response.body":
            return
        self.body += message.get("body", b"")
        self.is_complete = not message.get("more_body", False)
        if not self.is_complete:
            self.first_came.set()
            await self.goes_on.wait()


def count_order_reads(statements: list[str]) -> int:
    return sum('FROM "orders"' in statement for statement in statements)


@pytest.mark.both_databases
async def test_others_are_answered_while_a_long_list_waits_for_its_reader(
    small_chunks: int, app: AppContext, client: httpx.AsyncClient
) -> None:
    user = await create_user()
    await add_orders(user, 2 * small_chunks + 1)
    headers = {"Host": "localhost", **await create_authorization(app, user)}
    reader = Reader()
    with record_statements() as statements:
        reading = asyncio.create_task(reader.get(build_application(app), "/api/v1/order", headers))
        await reader.first_piece(reading)
        other = await client.get("/api/v1/services")
        assert (other.status_code, count_order_reads(statements), reader.is_complete) == (200, 1, False)
        reader.goes_on.set()
        await reading

    assert count_order_reads(statements) == 3
    assert reader.is_complete
    newest_first = await Order.filter(user_id=user.id).order_by("-id")
    assert reader.body == orjson.dumps(order_serializers.order_list(newest_first))


@pytest.mark.both_databases
async def test_reading_stops_when_the_client_disconnects(small_chunks: int, app: AppContext) -> None:
    user = await create_user()
    await add_orders(user, 2 * small_chunks + 1)
    headers = {"Host": "localhost", **await create_authorization(app, user)}
    reader = Reader()
    with record_statements() as statements:
        reading = asyncio.create_task(reader.get(build_application(app), "/api/v1/order", headers))
        await reader.first_piece(reading)
        reader.has_left.set()
        await reading

    assert count_order_reads(statements) == 1
    assert not reader.is_complete
    assert (await database.fetch("SELECT 1 AS one"))[0]["one"] == 1


async def test_an_outage_in_the_middle_breaks_the_answer_off_and_leaves_a_line_in_the_log(
    small_chunks: int, app: AppContext, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def away(*_: object, **__: object) -> RowSet[Order]:
        raise DBConnectionError

    monkeypatch.setattr(orders, "list_older_orders", away)
    user = await create_user()
    await add_orders(user, small_chunks + 1)
    headers = {"Host": "localhost", **await create_authorization(app, user)}
    reader = Reader()
    reader.goes_on.set()
    await reader.get(build_application(app), "/api/v1/order", headers)

    assert reader.body.startswith(b'{"status":200,"orders":[{')
    assert not reader.is_complete
    (failure,) = (record for record in caplog.records if record.levelname == "ERROR")
    assert (failure.name, failure.exc_info) == ("vitrin.asgi", None)


async def test_head_of_a_long_list_reads_no_more_than_its_first_part(
    small_chunks: int, app: AppContext, client: httpx.AsyncClient
) -> None:
    user = await create_user()
    await add_orders(user, small_chunks + 1)
    headers = await create_authorization(app, user)
    with record_statements() as statements:
        answer = await client.head("/api/v1/order", headers=headers)

    assert (answer.status_code, answer.content) == (200, b"")
    assert count_order_reads(statements) == 1
