"""SIGTERM: running work is finished, none is started, and the process exits within ten seconds."""

import asyncio
import os
import signal
import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

import database
import main
from domain.order_state_machine import Dispatch
from domain.order_status import OrderStatus
from models import Order, Payment, Provider
from resolvers.app_context import AppContext
from tests.fakes import create_user
from tests.forked_commands import ForkedProcess
from tests.live_servers import LiveServer, find_free_port
from tests.money.server_fleet import run_fleet
from tests.resolvers.provider_factories import create_provider, create_provider_service, place_order

pytestmark = pytest.mark.processes

_MAX_SECONDS = 10
_BODY = b'{"query": "{ services(first: 1) { totalCount } }"}'


class SlowProvider(ThreadingHTTPServer):
    """Takes orders and answers each after a while; `taken` counts them."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _ProviderHandler)
        self.taken = 0
        self.first_came = threading.Event()


class _ProviderHandler(BaseHTTPRequestHandler):
    server: SlowProvider

    def do_POST(self) -> None:
        form = self.rfile.read(int(self.headers["Content-Length"]))
        answer = b'{"balance": "5", "currency": "USD"}'
        if b"action=add" in form:
            self.server.taken += 1
            self.server.first_came.set()
            time.sleep(4)
            answer = b'{"order": %d}' % (900 + self.server.taken)
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 # the library's name
        return


@pytest.fixture
def slow_provider() -> Iterator[SlowProvider]:
    with SlowProvider() as slow_provider:
        thread = threading.Thread(target=slow_provider.serve_forever)
        thread.start()
        yield slow_provider
        slow_provider.shutdown()
        thread.join()


def wait_until_refused(port: int) -> bool:
    """Whether new connections were refused before running requests are cut off."""
    for _ in range(40):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            return True
        time.sleep(0.1)
    return False


def status_until(expected: int, url: str) -> int | None:
    """The first status that is as expected, over connections of their own; None once they are refused."""
    while True:
        try:
            answer = httpx.get(url)
        except httpx.ConnectError:
            return None
        if answer.status_code == expected:
            return expected


def test_a_server_finishes_its_requests_and_accepts_no_others(tmp_path: Path) -> None:
    with LiveServer(tmp_path) as server, socket.create_connection(("127.0.0.1", server.port)) as client:
        head = f"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(_BODY)}\r\n"
        client.sendall(f"{head}Content-Type: application/json\r\n\r\n".encode() + _BODY[:9])
        time.sleep(0.5)
        began = time.monotonic()
        server.terminate()
        is_closed = wait_until_refused(server.port)
        client.sendall(_BODY[9:])
        client.settimeout(_MAX_SECONDS)
        answer = b"".join(iter(lambda: client.recv(65_536), b""))
        server.stop()
        took = time.monotonic() - began

    assert is_closed
    assert answer.startswith(b"HTTP/1.1 200")
    assert b"totalCount" in answer
    assert took < _MAX_SECONDS
    assert "Traceback" not in server.output()


def test_a_server_is_unready_before_it_closes_its_port(tmp_path: Path) -> None:
    with LiveServer(tmp_path, STOP_DELAY="3") as server:
        began = time.monotonic()
        server.terminate()
        health = status_until(503, f"{server.url}/healthz")
        shop = status_until(200, f"{server.url}/docs/openapi.json")
        is_closed = wait_until_refused(server.port)
        server.stop()
        took = time.monotonic() - began

    assert (health, shop, is_closed) == (503, 200, True)
    assert took < _MAX_SECONDS
    assert "Traceback" not in server.output()


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_a_worker_finishes_requests_in_flight_and_leaves_the_rest_to_others(
    app: AppContext, slow_provider: SlowProvider, tmp_path: Path
) -> None:
    provider = await create_provider(concurrency=1)
    await Provider.filter(id=provider.id).update(url=f"http://127.0.0.1:{slow_provider.server_port}/api/v2")
    service = await create_provider_service(provider)
    for link in ("a", "b", "c"):
        await place_order(app, service, link=link)
    port = find_free_port()
    environment = {
        **os.environ,
        "WORKER_PORT": str(port),
        "DATABASE_URL": app.settings.database_url,
        "DATA_FOLDER": str(tmp_path),
        "ALLOW_PRIVATE_PROVIDERS": "true",
    }
    log = tmp_path / "log"
    worker = ForkedProcess(main.main, ["worker"], environment, stdout=log, stderr=log)
    try:
        assert await asyncio.to_thread(slow_provider.first_came.wait, 120), log.read_text()
        metrics = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30).read()
        began = time.monotonic()
        worker.terminate()
        await asyncio.to_thread(worker.wait, 30)
        took = time.monotonic() - began
    finally:
        worker.kill()

    assert (worker.returncode, slow_provider.taken) == (0, 1)
    assert b'vitrin_job_runs_total{job="hold lost orders",outcome="done"}' in metrics
    assert took < _MAX_SECONDS
    assert "Traceback" not in log.read_text()
    first, *others = await Order.all().order_by("id")
    assert (first.dispatch, first.provider_order_id) == (Dispatch.SENT, "901")
    now = await database.now()
    for order in others:
        assert (order.status, order.dispatch) == (OrderStatus.PENDING, Dispatch.QUEUED)
        assert (order.worker, order.lease_until) == (None, None)
        assert order.due_at is not None
        assert order.due_at <= now


class UnresponsiveGateway(socket.socket):
    """A payment gateway that takes connections and never answers."""

    def __init__(self) -> None:
        super().__init__()
        self.bind(("127.0.0.1", 0))
        self.listen()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.getsockname()[1]}"


@pytest.mark.both_databases
async def test_a_request_interrupted_by_shutdown_after_its_commit_is_not_answered_500(
    own_database_url: str, tmp_path: Path
) -> None:
    with UnresponsiveGateway() as gateway:
        settings = {
            "PAYMENT_GATEWAY": "zarinpal",
            "ZARINPAL_URL": gateway.url,
            "ZARINPAL_MERCHANT_ID": "a" * 36,
            "GATEWAY_TOTAL_TIMEOUT": "60",
        }
        with run_fleet(own_database_url, tmp_path, processes=1, **settings) as fleet:
            server = fleet.servers[0]
            async with database.open_connections(own_database_url):
                token = await fleet.create_token(await create_user())
            async with httpx.AsyncClient(base_url=server.url, headers=token, timeout=60) as client:
                paying = asyncio.create_task(client.post("/api/v1/user/payment", json={"amount": 10_000}))
                waiting, _ = await asyncio.to_thread(gateway.accept)
                server.terminate()
                with waiting, pytest.raises(httpx.RemoteProtocolError, match="disconnected without"):
                    await paying
            server.stop()

    assert "request cut off by shutdown: POST /api/v1/user/payment" in server.output()
    assert "Traceback" not in server.output()
    async with database.open_connections(own_database_url):
        assert await Payment.all().count() == 1


def test_sighup_stops_a_server_in_order(tmp_path: Path) -> None:
    with LiveServer(tmp_path) as server:
        # As after SIGTERM, which uvicorn raises again when it has stopped.
        assert server.stop(signal.SIGHUP) == -signal.SIGTERM
