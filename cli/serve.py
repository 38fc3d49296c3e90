"""serve: the shop itself."""

import argparse
import asyncio
import contextlib
import gc
import logging
import signal
import socket
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from types import FrameType

import uvicorn

from app.application import build_application
from app.bootstrap import build_shop
from app.server import http_protocol
from app.server.listeners import PacedServer, listen
from cli.startup import prepare_process
from config.settings import Settings, check_production
from database.sqlite_lock import database_lock
from resolvers.app_context import AppContext

DEMO_MOBILE = "09011235566"

_log = logging.getLogger("vitrin.serve")
# From when the process is told. The jobs of an embedded worker and the last SMS take two seconds more at
# most; process managers wait ten.
_REQUEST_TIMEOUT = timedelta(seconds=6)


def run(settings: Settings, _: argparse.Namespace) -> None:
    """Prepare the database and serve until stopped."""
    check_production(settings)
    shop = build_shop(settings)
    asyncio.run(prepare_process(settings))
    address = f"http://{settings.host}:{settings.port}"
    print(f"GraphiQL      {address}/graphql")
    print(f"REST routes   {address}/api/v1/services")
    print(f"Documents     {address}/docs")
    print(f"Reseller API  {address}/api/v2")
    print(f"Staff pages   {address}/admin")
    if not settings.is_production:
        print(
            f"Demo sign-in  mobile {DEMO_MOBILE}; its code is printed here. "
            f"A token: uv run main.py token {DEMO_MOBILE}"
        )
    sys.stdout.flush()
    served = build_application(shop)
    freeze_garbage()
    config = uvicorn.Config(
        served,
        host=settings.host,
        port=settings.port,
        http=http_protocol.build_http_protocol(
            head_timeout=settings.header_timeout,
            send_timeout=settings.send_timeout,
            # As long as the client had for the request itself.
            discard_timeout=settings.header_timeout + settings.body_timeout,
        ),
        log_config=None,
        # Its lines would hold query strings, in which the legacy app sends codes and resellers their keys.
        access_log=False,
        server_header=False,
        # `web.client_network` reads what proxies forward.
        proxy_headers=False,
        timeout_graceful_shutdown=(_REQUEST_TIMEOUT - settings.stop_delay).seconds,
        ws="websockets-sansio",
        ws_max_size=settings.max_body_bytes,
        # Answers are short, and each compressed socket would hold its tables for as long as it lives.
        ws_per_message_deflate=False,
        # "auto" would go on without the database where the application fails to start.
        lifespan="on",
    )
    server = _Server(config, shop)
    if not settings.is_embedded:
        _serve(server)
        return
    with database_lock(settings.effective_database_url) as is_only_server:
        if not is_only_server:
            _log.warning("another server has this SQLite file open: live updates do not cross processes")
        _serve(server)


def _serve(server: "_Server") -> None:
    # The stop by the keyboard, after which uvicorn raises it again.
    with contextlib.suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        raise SystemExit(1)


class _Server(uvicorn.Server):
    """Tells the embedded worker to stop as soon as the process is told, not when the last request is done.

    Takes requests for `STOP_DELAY` more, so that load balancers send the next elsewhere before it closes its
    port. A second signal from the keyboard ends that.
    """

    def __init__(self, config: uvicorn.Config, shop: AppContext) -> None:
        super().__init__(config)
        self._shop = shop
        self._closes_at: timedelta | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        # Given no sockets, uvicorn starts the application and opens none.
        await super().startup(sockets=[])
        try:
            listeners = listen(self.config.host, self.config.port, backlog=self.config.backlog)
        except OSError as error:
            _log.error("cannot listen on %s:%d: %s", self.config.host, self.config.port, error)
            await self.lifespan.shutdown()
            raise SystemExit(1) from error
        self.servers = [PacedServer(self._connection, listeners)]  # type: ignore[list-item] # what uvicorn uses of one
        _log.info("listening on %s", ", ".join(_shown(each) for each in listeners))

    def _connection(self) -> asyncio.Protocol:
        protocol: asyncio.Protocol = self.config.http_protocol_class(  # type: ignore[call-arg] # as uvicorn does
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        return protocol

    async def on_tick(self, counter: int) -> bool:
        if not await super().on_tick(counter):
            return False
        now = timedelta(seconds=time.monotonic())
        if self._closes_at is None:
            self._closes_at = now + self._shop.settings.stop_delay
        return self.force_exit or now >= self._closes_at

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop in order on SIGHUP, too, unless the process was started to ignore it, as by nohup."""
        with super().capture_signals():
            if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
                # As SIGTERM: uvicorn raises the signal again when it has stopped.
                signal.signal(signal.SIGHUP, lambda _, frame: self.handle_exit(signal.SIGTERM, frame))
            yield

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        # The loop ticks ten times a second: what waits for it wakes soon enough.
        self._shop.stopping.set()


def _shown(listener: socket.socket) -> str:
    host, port, *_ = listener.getsockname()
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def freeze_garbage() -> None:
    """Leave what lives as long as the process out of every collection, and collect the rest less often.

    A request makes thousands of short-lived objects and hardly a cycle.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
