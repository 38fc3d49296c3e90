"""Handling of a request: rate limit by address, authentication by key, rate limit by user, action."""

import logging

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from domain.problems import Problem
from observability import security_log
from observability.security_log import SecurityEvent
from reseller_api import errors
from reseller_api.actions import ACTIONS
from reseller_api.errors import RequestRejected
from reseller_api.requests import ActionCall, get_api_key
from resolvers import api_keys
from resolvers.app_context import AppContext
from web.client_network import get_client_network
from web.failures import log_failure
from web.middleware.rate_limits import RateLimit
from web.parameters import Parameters, get_idempotency_key, read_parameters
from web.responses import NoStoreJSONResponse

PATH = "/api/v2"

_logger = logging.getLogger("vitrin.reseller")


def routes(context: AppContext) -> list[BaseRoute]:
    """/api/v2, with or without a trailing slash."""
    api = ResellerApi(context)
    return [Route(PATH, api), Route(f"{PATH}/", api)]


class ResellerApi:
    """The panel API v2 as one ASGI application. All errors in a request are reported with HTTP 200."""

    def __init__(self, context: AppContext) -> None:
        settings = context.settings
        self._context = context
        self._addresses = RateLimit(settings.reseller_address_rate_limit, storage=settings.rate_limit_storage)
        self._users = RateLimit(settings.reseller_rate_limit, storage=settings.rate_limit_storage)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._respond(Request(scope, receive))
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> NoStoreJSONResponse:
        try:
            return await self._run_action(request)
        except RequestRejected as rejected:
            return errors.build_error(rejected.sentence, retry_after_seconds=rejected.retry_after_seconds)
        except Problem as problem:
            return NoStoreJSONResponse(errors.build_error_body(problem))
        except HTTPException as limit:
            # Only the limits on bodies raise it.
            return errors.build_error(errors.TOO_LARGE if limit.status_code == 413 else errors.TOO_SLOW)
        except ClientDisconnect:
            return errors.build_error(errors.INVALID_ACTION)
        except Exception as error:
            return errors.failed(log_failure(error, _logger, f"path={PATH}"))

    async def _run_action(self, request: Request) -> NoStoreJSONResponse:
        if request.method not in ("GET", "POST"):
            raise RequestRejected(errors.INVALID_METHOD)
        # Before the key is looked up: guessing keys must not cause database queries.
        await _check_rate_limit(self._addresses, "reseller-address", get_client_network(request))
        params = Parameters(await read_parameters(request))
        user = await api_keys.get_user_by_key(get_api_key(request, params))
        if user is None:
            security_log.record(SecurityEvent.API_KEY_REFUSED)
            raise RequestRejected(errors.INVALID_KEY)
        # By user, not by key: a new key must not reset the limit.
        await _check_rate_limit(self._users, "reseller", str(user.id), user_id=user.id)
        handler = ACTIONS.get(params.get_text_or_empty("action"))
        if handler is None:
            raise RequestRejected(errors.INVALID_ACTION)
        call = ActionCall(
            app=self._context, user=user, params=params, idempotency_key=get_idempotency_key(request)
        )
        return NoStoreJSONResponse(await handler(call))


async def _check_rate_limit(limit: RateLimit, name: str, caller: str, *, user_id: int | None = None) -> None:
    window = await limit.count(f"{name}:{caller}")
    if not window.is_allowed:
        security_log.record(SecurityEvent.RATE_LIMIT_REACHED, user_id=user_id, limit=name)
        raise RequestRejected(errors.TOO_MANY_REQUESTS, retry_after_seconds=window.retry_after_seconds)
