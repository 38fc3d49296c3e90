"""Canceling orders at a provider, by whichever form of the request it supports."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gateways.errors import GatewayError, GatewayRejected
from models import Order, Provider
from resolvers import provider_health
from resolvers.app_context import AppContext
from resolvers.provider_health import ProviderHealth

logger = logging.getLogger("vitrin.cancellation")

_ACCEPTED = "the provider will try to cancel"
_REFUSED = "the provider does not cancel: {}"


@dataclass(frozen=True)
class CancelResult:
    """Whether the provider will try to cancel, and its message for staff."""

    is_accepted: bool
    message: str


async def request_cancellations(
    app: AppContext, provider: Provider, orders: Sequence[Order]
) -> Mapping[str, CancelResult]:
    """The provider's answers by its order numbers; orders without a readable answer are omitted.

    One request covers all orders; those it leaves unanswered are asked for one by one.
    """
    account, health = app.get_provider_account(provider), ProviderHealth(app, provider)
    api = app.get_provider_api(provider)
    numbers = sorted({order.provider_order_id for order in orders if order.provider_order_id})
    answers: dict[str, CancelResult] = {}
    is_cut_off = False
    turn = asyncio.Semaphore(provider.concurrency)

    async def record_failure(error: Exception) -> None:
        nonlocal is_cut_off
        message = account.redact(provider_health.describe(error))
        logger.warning("order cancellation failed: provider=%d error=%s", provider.id, message)
        if isinstance(error, GatewayError) and await health.record_failure(error, message=message):
            is_cut_off = True

    async def request_one(number: str) -> None:
        async with turn:
            if is_cut_off:
                return
            try:
                await api.cancel_one(account, number)
                answers[number] = CancelResult(is_accepted=True, message=_ACCEPTED)
            except GatewayRejected as refused:
                await record_failure(refused)
                if not is_cut_off:
                    message = account.redact(provider_health.describe(refused))
                    answers[number] = CancelResult(is_accepted=False, message=_REFUSED.format(message))
            except (GatewayError, ValueError) as error:
                await record_failure(error)

    try:
        answer = await api.cancel(account, numbers)
    except (GatewayError, ValueError) as error:
        await record_failure(error)
    else:
        await health.record_answer()
        for number in answer.accepted:
            answers[number] = CancelResult(is_accepted=True, message=_ACCEPTED)
        for number, why in answer.rejected.items():
            message = _REFUSED.format(account.redact(why))
            answers[number] = CancelResult(is_accepted=False, message=message)
    await asyncio.gather(*(request_one(number) for number in numbers if number not in answers))
    return answers
