"""How a request runs: counted by address, recognised by its key, counted by its user, and done."""

import logging

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from asgi.answers import Answer
from asgi.client_network import client_network
from asgi.parameters import Parameters, idempotency_key, sent_with
from asgi.rate_limits import RateLimit
from domain.problems import Problem
from models import database
from observation import security_log
from observation.security_log import SecurityEvent
from reseller_api import errors
from reseller_api.actions import ACTIONS
from reseller_api.errors import Refused
from reseller_api.requests import Call, key_of
from resolvers import api_keys
from resolvers.shop import Shop

PATH = "/api/v2"

_logger = logging.getLogger("vitrin.reseller")


def routes(shop: Shop) -> list[BaseRoute]:
    """/api/v2, with a slash at its end or without."""
    door = ResellerApi(shop)
    return [Route(PATH, door), Route(f"{PATH}/", door)]


class ResellerApi:
    """The trade's API v2 as one ASGI application. All that is wrong with a request is told with HTTP 200."""

    def __init__(self, shop: Shop) -> None:
        settings = shop.settings
        self._shop = shop
        self._addresses = RateLimit(settings.reseller_address_rate_limit, storage=settings.rate_limit_storage)
        self._users = RateLimit(settings.reseller_rate_limit, storage=settings.rate_limit_storage)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._respond(Request(scope, receive))
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Answer:
        try:
            return await self._answer(request)
        except Refused as refused:
            return errors.refusal(refused.sentence, retry_after_seconds=refused.retry_after_seconds)
        except Problem as problem:
            return Answer(errors.body_of(problem))
        except HTTPException as limit:
            # Only the limits on bodies raise it.
            return errors.refusal(errors.TOO_LARGE if limit.status_code == 413 else errors.TOO_SLOW)
        except ClientDisconnect:
            return errors.refusal(errors.INVALID_ACTION)
        except Exception as error:
            if database.is_unavailable(error):
                _logger.error("the database is unavailable: %s", type(error).__name__)
                return errors.unavailable()
            _logger.exception("a reseller's request crashed")
            return errors.crashed()

    async def _answer(self, request: Request) -> Answer:
        if request.method not in ("GET", "POST"):
            raise Refused(errors.INVALID_METHOD)
        # Before the key is looked up: guessing keys must not cost the database anything.
        await _count(self._addresses, "reseller-address", client_network(request))
        sent = Parameters(await sent_with(request))
        user = await api_keys.user_of_key(key_of(request, sent))
        if user is None:
            security_log.record(SecurityEvent.API_KEY_REFUSED)
            raise Refused(errors.INVALID_KEY)
        # By user, not by key: a new key is no new allowance.
        await _count(self._users, "reseller", str(user.id), user_id=user.id)
        act = ACTIONS.get(sent.text_or_blank("action"))
        if act is None:
            raise Refused(errors.INVALID_ACTION)
        call = Call(shop=self._shop, user=user, sent=sent, idempotency_key=idempotency_key(request))
        return Answer(await act(call))


async def _count(limit: RateLimit, name: str, caller: str, *, user_id: int | None = None) -> None:
    window = await limit.count(f"{name}:{caller}")
    if not window.is_within:
        security_log.record(SecurityEvent.RATE_LIMIT_REACHED, user_id=user_id, limit=name)
        raise Refused(errors.TOO_MANY_REQUESTS, retry_after_seconds=window.retry_after_seconds)
