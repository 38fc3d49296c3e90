"""The server that `serve` runs: uvicorn with our connections, or plain uvicorn in an untested version."""

import asyncio
import contextlib
import logging
import signal
import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from app.server.http_protocol import build_http_protocol
from app.server.listeners import PacedServer, listen
from config.settings import Settings
from resolvers.app_context import AppContext

TESTED_UVICORN = "0.54.0"
"""`http_protocol`, `response_cycle` and `ConnectionServer` override what other versions may do otherwise."""

_log = logging.getLogger("vitrin.serve")
# Counted from the signal to stop. The jobs of an embedded worker and the last SMS take two seconds more at
# most; process managers wait ten.
_REQUEST_TIMEOUT = timedelta(seconds=6)


def build_server(
    app: ASGIApp, context: AppContext, *, uvicorn_version: str = uvicorn.__version__
) -> "StoppableServer":
    """The server of an application, not started.

    With a version of uvicorn that was not tested, it is plain uvicorn that stops in order, without our
    deadlines for slow clients, limits on framing and pace of new connections; a warning says so.
    """
    if uvicorn_version != TESTED_UVICORN:
        _log.warning("uvicorn %s was not tested: connections have uvicorn's own limits", uvicorn_version)
        return StoppableServer(_build_config(app, context.settings, http="httptools"), context)
    protocol = build_http_protocol(
        head_timeout=context.settings.header_timeout,
        send_timeout=context.settings.send_timeout,
        # As long as the client had for the request itself.
        discard_timeout=context.settings.header_timeout + context.settings.body_timeout,
    )
    return ConnectionServer(_build_config(app, context.settings, http=protocol), context)


def _build_config(app: ASGIApp, settings: Settings, *, http: type[asyncio.Protocol] | str) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=http,
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


class StoppableServer(uvicorn.Server):
    """Stops the embedded worker when the process receives the signal, not after the last request.

    Takes requests for `STOP_DELAY` more, so that load balancers send the next elsewhere before it closes its
    port. A second signal from the keyboard ends that.
    """

    def __init__(self, config: uvicorn.Config, context: AppContext) -> None:
        super().__init__(config)
        self._context = context
        self._closes_at: timedelta | None = None

    async def on_tick(self, counter: int) -> bool:
        if not await super().on_tick(counter):
            return False
        now = timedelta(seconds=time.monotonic())
        if self._closes_at is None:
            self._closes_at = now + self._context.settings.stop_delay
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
        self._context.stopping.set()


class ConnectionServer(StoppableServer):
    """Opens its sockets itself, which take new connections at a pace of their own: see `PacedServer`."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        # Given no sockets, uvicorn starts the application and opens none.
        await super().startup(sockets=[])
        try:
            listeners = listen(self.config.host, self.config.port, backlog=self.config.backlog)
        except OSError as error:
            _log.error("cannot listen on %s:%d: %s", self.config.host, self.config.port, error)
            await self.lifespan.shutdown()
            raise SystemExit(1) from error
        self.servers = [PacedServer(self._build_connection, listeners)]  # type: ignore[list-item] # what uvicorn uses of one
        _log.info("listening on %s", ", ".join(_format_address(each) for each in listeners))

    def _build_connection(self) -> asyncio.Protocol:
        protocol: asyncio.Protocol = self.config.http_protocol_class(  # type: ignore[call-arg] # as uvicorn does
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        return protocol


def _format_address(listener: socket.socket) -> str:
    host, port, *_ = listener.getsockname()
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
