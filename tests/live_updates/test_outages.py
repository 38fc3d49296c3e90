"""The product while its database is away or its disk is full: 503, a log line, and recovery."""

import asyncio
import contextlib
import resource
import threading
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

import database
from domain.roles import UserRole
from models import Category, User
from resolvers import sessions
from tests.databases import cancel_leftover_tasks
from tests.fakes import create_user
from tests.money.server_fleet import Fleet, run_fleet

pytestmark = pytest.mark.processes

_FIRST_LINES = {"fa": "ارتباط با پایگاه داده برقرار نیست.", "en": "The database is unavailable."}


class TcpProxy:
    """A TCP port that passes connections on to PostgreSQL's Unix socket, in its own thread, until cut."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._socket = f"{parse_qs(parts.query)['host'][0]}/.s.PGSQL.5432"
        self._name, self._user = parts.path, parts.username
        self._writers: list[asyncio.StreamWriter] = []
        self._server: asyncio.Server | None = None
        self._port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    def __enter__(self) -> Self:
        self._thread.start()
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()
        self._run(cancel_leftover_tasks())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def url(self) -> str:
        return f"postgres://{self._user}@127.0.0.1:{self._port}{self._name}?minsize=1&maxsize=4"

    def start(self) -> None:
        self._run(self._start())

    def cut(self) -> None:
        self._run(self._cut())

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _start(self) -> None:
        self._server = await asyncio.start_server(self._pass_on, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def _cut(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_unix_connection(self._socket)
        self._writers += [writer, back]
        await asyncio.gather(_copy(reader, back), _copy(there, writer))


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def owners_browser(fleet: Fleet) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the staff's pages, signed in as an owner."""
    async with database.open_connections(fleet.database_url):
        owner = await create_user()
        await User.filter(id=owner.id).update(role=UserRole.OWNER)
        owner = await User.get(id=owner.id)
        token, _ = await sessions.issue_staff_session(fleet.app, owner, now=await database.now())
    url = fleet.servers[0].url
    async with httpx.AsyncClient(base_url=url, cookies={"staff": token}, timeout=60) as browser:
        yield browser


async def assert_away_on_pages(browser: httpx.AsyncClient, path: str, form: dict[str, str] | None) -> None:
    """The page, by GET or by a form, is the plain one in either language."""
    for language, line in _FIRST_LINES.items():
        browser.cookies.set("language", language)
        answer = await browser.request("POST" if form else "GET", path, data=form)
        assert answer.status_code == 503, answer.text
        assert int(answer.headers["retry-after"]) > 0
        assert f"<h1>{line}</h1>" in answer.text
        assert f'lang="{language}"' in answer.text
        assert "<script" not in answer.text


def list_logged_failures(fleet: Fleet) -> list[str]:
    output = fleet.servers[0].output()
    assert "Traceback" not in output
    return [line for line in output.splitlines() if "ERROR" in line]


@pytest.mark.parametrize("database_kind", ["postgres"], indirect=True)
async def test_every_api_answers_503_while_postgresql_is_unavailable_and_recovers(
    own_database_url: str, tmp_path: Path
) -> None:
    with TcpProxy(own_database_url) as relay, run_fleet(relay.url, tmp_path, processes=1) as fleet:
        async with owners_browser(fleet) as browser:
            assert (await browser.get("/admin/orders/list")).status_code == 200
            form = await _category_form(browser)
            relay.cut()

            before = len(list_logged_failures(fleet))
            await assert_away_on_pages(browser, "/admin/orders/list", None)
            assert len(list_logged_failures(fleet)) == before + 2
            script = await browser.post("/admin/_api/orders/row-action?pk=1&name=resend", data=form)
            assert (script.status_code, script.json()) == (503, {"msg": _FIRST_LINES["en"]})
            for answer in (
                await browser.get("/api/v1/services"),
                await browser.post("/api/v2", data={"key": "k" * 32, "action": "balance"}),
                await browser.post("/graphql", json={"query": "{ services(first: 1) { totalCount } }"}),
            ):
                assert answer.status_code == 503, answer.text
                assert "retry-after" in answer.headers
            list_logged_failures(fleet)

            relay.start()
            async with asyncio.timeout(60):
                while (await browser.get("/admin/orders/list")).status_code != 200:
                    await asyncio.sleep(0.1)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_staff_pages_answer_503_while_the_disk_is_full_and_go_on_afterwards(
    own_database_url: str, tmp_path: Path
) -> None:
    with run_fleet(own_database_url, tmp_path, processes=1) as fleet:
        async with owners_browser(fleet) as browser:
            form = await _category_form(browser)
            process = fleet.servers[0].pid
            unlimited = resource.prlimit(process, resource.RLIMIT_FSIZE)
            # No file may grow beyond this: neither the write-ahead log, whose first page ends behind it.
            resource.prlimit(process, resource.RLIMIT_FSIZE, (4_000, unlimited[1]))
            try:
                await assert_away_on_pages(browser, "/admin/categories/create", form)
            finally:
                resource.prlimit(process, resource.RLIMIT_FSIZE, unlimited)
            assert list_logged_failures(fleet)

            saved = await browser.post("/admin/categories/create", data=form)
            assert saved.status_code == 303, saved.text
    async with database.open_connections(own_database_url):
        assert await Category.filter(name=form["name"]).count() == 1


async def _category_form(browser: httpx.AsyncClient) -> dict[str, str]:
    await browser.get("/admin/categories/create")
    token = browser.cookies["starlette_admin_csrftoken"].strip('"')
    return {"name": "Followers", "position": "1", "is_active": "on", "csrftoken": token}
