"""Asking a provider to cancel orders, whichever way it understands the wish."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gateways.errors import GatewayError, GatewayRefused
from models import Order, Provider
from resolvers import provider_health
from resolvers.provider_health import Health
from resolvers.shop import Shop

logger = logging.getLogger("vitrin.cancellation")

_ACCEPTED = "the provider will try to cancel"
_REFUSED = "the provider does not cancel: {}"


@dataclass(frozen=True)
class CancelAnswer:
    """Whether the provider will try to cancel, and what it says, for staff."""

    is_accepted: bool
    said: str


async def ask_to_cancel(
    shop: Shop, provider: Provider, orders: Sequence[Order]
) -> Mapping[str, CancelAnswer]:
    """The provider's answers by its numbers; orders without a readable one are left out.

    All are asked for at once, and one by one those that this does not answer.
    """
    account, health = shop.provider_account(provider), Health(shop, provider)
    api = shop.provider_api(provider)
    numbers = sorted({order.provider_order_id for order in orders if order.provider_order_id})
    answers: dict[str, CancelAnswer] = {}
    is_cut_off = False
    turn = asyncio.Semaphore(provider.concurrency)

    async def note(error: Exception) -> None:
        nonlocal is_cut_off
        said = account.unnamed(provider_health.describe(error))
        logger.warning("provider %d: canceling failed: %s", provider.id, said)
        if isinstance(error, GatewayError) and await health.note_failure(error, said=said):
            is_cut_off = True

    async def ask_one(number: str) -> None:
        async with turn:
            if is_cut_off:
                return
            try:
                await api.cancel_one(account, number)
                answers[number] = CancelAnswer(is_accepted=True, said=_ACCEPTED)
            except GatewayRefused as refused:
                await note(refused)
                if not is_cut_off:
                    said = account.unnamed(provider_health.describe(refused))
                    answers[number] = CancelAnswer(is_accepted=False, said=_REFUSED.format(said))
            except (GatewayError, ValueError) as error:
                await note(error)

    try:
        answer = await api.cancel(account, numbers)
    except (GatewayError, ValueError) as error:
        await note(error)
    else:
        await health.note_answer()
        for number in answer.accepted:
            answers[number] = CancelAnswer(is_accepted=True, said=_ACCEPTED)
        for number, why in answer.refused.items():
            said = _REFUSED.format(account.unnamed(why))
            answers[number] = CancelAnswer(is_accepted=False, said=said)
    await asyncio.gather(*(ask_one(number) for number in numbers if number not in answers))
    return answers
