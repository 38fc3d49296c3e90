"""GraphQL over WebSocket: the protocol graphql-transport-ws only.

Strawberry's handler implements the protocol. This module adds repeated authentication of the caller, and the
engine shared with HTTP.
"""

import asyncio
import contextlib
import logging
import time
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from graphql import GraphQLError
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler
from strawberry.subscriptions.protocols.graphql_transport_ws.types import SubscribeMessage
from strawberry.types.execution import ExecutionResult, PreExecutionError
from strawberry.types.unset import UNSET

from domain import problem_messages
from engine import errors
from engine.execution import Engine, ExecutionOutcome
from engine.protection.admission import GraphQLRequest
from engine.protection.document_cache import UnusableDocument
from engine.transport import requests
from engine.transport.json_socket import JsonSocket, SocketRejected
from engine.transport.requests import BadRequest
from engine.transport.view import ContextFactory
from observability import metrics, security_log
from observability.security_log import SecurityEvent
from resolvers import sessions
from resolvers.app_context import AppContext
from resolvers.sessions import Session
from web.authentication import parse_bearer
from web.client_network import get_client_network
from web.failures import log_failure
from web.middleware import cors

MAX_OPERATIONS = 100
"""Concurrent operations per socket."""

_TOKENS_PER_QUERY = 500
_log = logging.getLogger("vitrin.graphql")


@dataclass(frozen=True, kw_only=True)
class SocketLimits:
    """Time limits of a socket, and how often its token is checked."""

    init_timeout: timedelta = timedelta(seconds=5)
    send_timeout: timedelta = timedelta(seconds=10)
    check_interval: timedelta = timedelta(seconds=10)
    max_anonymous_idle: timedelta = timedelta(seconds=60)


class GraphQLSockets:
    """The ASGI application of `/graphql` for WebSockets. Close codes: see `docs/operating.md`."""

    def __init__(
        self, engine: Engine, *, app: AppContext, context: ContextFactory, limits: SocketLimits | None = None
    ) -> None:
        self._engine = engine
        self._app = app
        self._context = context
        self._limits = limits or SocketLimits()
        self._open: dict[JsonSocket, _SocketCaller] = {}
        self._by_network: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        websocket = WebSocket(scope, receive, send)
        settings = self._app.settings
        if not cors.is_allowed_origin(
            websocket, allowed=settings.allowed_origins, own_url=settings.effective_public_url
        ):
            await websocket.close()
        elif self._by_network[get_client_network(websocket)] >= settings.max_sockets_per_address:
            security_log.record(SecurityEvent.RATE_LIMIT_REACHED, limit="websockets")
            await websocket.send_denial_response(PlainTextResponse("Too many WebSocket connections.", 429))
        elif GRAPHQL_TRANSPORT_WS_PROTOCOL not in scope["subprotocols"]:
            await websocket.accept()
            await websocket.close(4406, "Subprotocol not acceptable")
        else:
            await self._serve(websocket)

    @property
    def open_sockets(self) -> int:
        """The number of open sockets."""
        return len(self._open)

    @contextlib.asynccontextmanager
    async def watch_sockets(self) -> AsyncIterator[None]:
        """Meanwhile, close sockets whose token expired or was revoked, or whose user was blocked."""
        watch = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            watch.cancel()
            await asyncio.wait([watch])

    async def _serve(self, websocket: WebSocket) -> None:
        socket = JsonSocket(websocket, send_timeout=self._limits.send_timeout)
        caller = _SocketCaller(self._engine, app=self._app, context=self._context, websocket=websocket)
        handler = _Handler(caller, socket, init_timeout=self._limits.init_timeout)
        caller.operations = handler.operations
        network = get_client_network(websocket)
        self._open[socket] = caller
        self._by_network[network] += 1
        metrics.SOCKETS.inc()
        try:
            await websocket.accept(GRAPHQL_TRANSPORT_WS_PROTOCOL)
            async with socket.lifetime():
                await handler.handle()
        except SocketRejected as rejected:
            await socket.close(rejected.code, rejected.reason)
        except Exception as error:
            failure = log_failure(error, _log, "websocket")
            await socket.close(failure.close_code, failure.phrase)
        finally:
            del self._open[socket]
            self._by_network[network] -= 1
            if not self._by_network[network]:
                del self._by_network[network]
            metrics.SOCKETS.dec()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(self._limits.check_interval.total_seconds())
            try:
                await self._close_ended()
                await self._close_idle()
            except Exception as error:
                log_failure(error, _log, "check of open websockets")

    async def _close_ended(self) -> None:
        tokens = {
            socket: caller.viewer.token_id
            for socket, caller in self._open.items()
            if caller.viewer is not None
        }
        token_ids = list(set(tokens.values()))
        valid_token_ids: set[str] = set()
        for start in range(0, len(token_ids), _TOKENS_PER_QUERY):
            valid_token_ids |= await sessions.filter_active(
                self._app, token_ids[start : start + _TOKENS_PER_QUERY]
            )
        ended = [socket for socket, token_id in tokens.items() if token_id not in valid_token_ids]
        await asyncio.gather(
            *(socket.close(4401, "The token has expired or was revoked.") for socket in ended)
        )

    async def _close_idle(self) -> None:
        """Close anonymous sockets that have been idle for a while; clients reconnect when needed."""
        now = time.monotonic()
        idle = [
            socket
            for socket, caller in self._open.items()
            if caller.viewer is None
            and caller.idle_seconds(now) > self._limits.max_anonymous_idle.total_seconds()
        ]
        await asyncio.gather(*(socket.close(1000, "Closed due to inactivity.") for socket in idle))


class _SocketCaller:
    """The caller of a socket; implements the interfaces of Strawberry's view, context and schema.

    Strawberry puts the payload of `connection_init` into `connection_params`.
    """

    def __init__(
        self, engine: Engine, *, app: AppContext, context: ContextFactory, websocket: WebSocket
    ) -> None:
        self._engine = engine
        self._app = app
        self._context = context
        self._address = get_client_network(websocket)
        self._languages = websocket.headers.get("accept-language", "")
        self._bearer = parse_bearer(websocket.headers.get("authorization", ""))
        self._user_agent = websocket.headers.get("user-agent")
        self.connection_params: Mapping[str, object] = {}
        self.viewer: Session | None = None
        self.operations: Mapping[str, object] = {}
        self._idle_since = time.monotonic()

    def idle_seconds(self, now: float) -> float:
        """How long no operation has been running, as of `now` (monotonic)."""
        if self.operations:
            self._idle_since = now
        return now - self._idle_since

    async def on_ws_connect(self, _: object) -> object:
        """Read the client's headers from the payload, in lower case or capitalized.

        A token may be sent with or without the word Bearer, and takes precedence over one in the upgrade
        request.

        Raises:
            SocketRejected: the token is not valid. Having none is allowed: some fields need none.
        """
        headers = {
            name.lower(): value for name, value in self.connection_params.items() if isinstance(value, str)
        }
        if authorization := headers.get("authorization"):
            self._bearer = parse_bearer(authorization) if " " in authorization else authorization
        self._languages = headers.get("accept-language", self._languages)
        await self.authenticate()
        return UNSET

    async def authenticate(self) -> None:
        """Authenticate the token again: since the last operation the user may have changed or been blocked.

        Raises:
            SocketRejected: the token is no longer valid.
        """
        if self._bearer is None:
            return
        self.viewer = await sessions.authenticate(self._app, self._bearer)
        if self.viewer is None:
            security_log.record(SecurityEvent.TOKEN_REFUSED)
            raise SocketRejected(4401, errors.INVALID_BEARER_MESSAGE)

    def resolve_text(self, request: GraphQLRequest) -> str:
        """The document of `request`.

        Raises:
            UnusableDocument: it is not known here, or not trusted.
        """
        return self._engine.admission.resolve_text(request)

    async def stream(
        self,
        query: str,
        *,
        variable_values: dict[str, object] | None,
        operation_name: str | None,
        context_value: object,
        root_value: object,
    ) -> AsyncGenerator[ExecutionResult, None]:
        """The results of an operation, for the socket's current caller."""
        request = GraphQLRequest(
            query=query, operation_name=operation_name or None, variables=variable_values
        )
        context = self._context(
            app=self._app,
            viewer=self.viewer,
            address=self._address,
            language=problem_messages.choose_language(self._languages),
            user_agent=self._user_agent,
        )
        return _results(self._engine.stream(request, context))


async def _results(outcomes: AsyncGenerator[ExecutionOutcome, None]) -> AsyncGenerator[ExecutionResult, None]:
    async with contextlib.aclosing(outcomes):
        async for outcome in outcomes:
            extensions = {"cost": outcome.cost.to_dict()} if outcome.cost else {}
            if outcome.was_executed:
                yield ExecutionResult(data=outcome.data, errors=outcome.errors or None, extensions=extensions)
            else:
                # The protocol's `error` contains errors only: the first one carries the cost.
                first = outcome.errors[0]
                first.extensions = {**(first.extensions or {}), **extensions}
                yield PreExecutionError(data=None, errors=outcome.errors, extensions=extensions)


class _Handler(BaseGraphQLTransportWSHandler[_SocketCaller, None]):
    """Strawberry's handler of one socket, with this server's limits."""

    def __init__(self, caller: _SocketCaller, socket: JsonSocket, *, init_timeout: timedelta) -> None:
        super().__init__(
            caller,  # type: ignore[arg-type] # only `on_ws_connect` of a view is called
            socket,
            caller,
            None,
            caller,  # type: ignore[arg-type] # only `stream` of a schema is called
            init_timeout,
        )

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        """Start an operation, if the client is allowed to.

        Raises:
            SocketRejected: the message is malformed, or the token has ended.
        """
        if self.connection_acknowledged:
            request = _parse_subscribe(message)
            await self.context.authenticate()
            try:
                message["payload"]["query"] = self.context.resolve_text(request)
            except UnusableDocument as error:
                await self._send_errors(message, error.errors)
                return
        if len(self.operations) >= MAX_OPERATIONS and message["id"] not in self.operations:
            security_log.record(SecurityEvent.RATE_LIMIT_REACHED, limit="socket-operations")
            await self._send_errors(message, [_TOO_MANY_OPERATIONS])
        else:
            await super().handle_subscribe(message)

    async def _send_errors(self, message: SubscribeMessage, errors: list[GraphQLError]) -> None:
        payload = [error.formatted for error in errors]
        await self.send_message({"id": message["id"], "type": "error", "payload": payload})


_TOO_MANY_OPERATIONS = GraphQLError(
    f"At most {MAX_OPERATIONS} operations may run at once on one socket.",
    extensions={"code": "TOO_MANY_OPERATIONS"},
)


def _parse_subscribe(message: Mapping[str, object]) -> GraphQLRequest:
    payload = message.get("payload")
    if "id" not in message or not isinstance(payload, dict):
        raise SocketRejected(4400, "`subscribe` requires an id and a payload.")
    try:
        return requests.parse_parameters(payload)
    except BadRequest as error:
        raise SocketRejected(4400, error.message) from error
