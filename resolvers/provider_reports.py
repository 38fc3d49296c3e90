"""Reading how far orders are from a provider, whichever way it understands the question."""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from gateways.errors import GatewayError, GatewayRefused
from gateways.provider_results import ProviderOrderState
from models import Order, Provider
from resolvers import provider_health
from resolvers.provider_health import Health
from resolvers.shop import Shop

logger = logging.getLogger("vitrin.following")


@dataclass
class Reports:
    """What a provider says of its orders, by its numbers: states, and for the rest why there is none.

    Orders in neither were not asked about, as the provider cannot be reached.
    """

    states: dict[str, ProviderOrderState] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)


async def read_reports(shop: Shop, provider: Provider, orders: Sequence[Order]) -> Reports:
    """Ask for all orders at once, and one by one for those that this does not answer.

    A provider that refuses a list may not know lists, or one of its numbers: if every order can be read by
    itself it is remembered as the former. Orders whose last report was unclear never share a list with
    others, as one unknown number makes some providers refuse the whole of it.
    """
    reader = _Reader(shop, provider)
    doubtful = [order.provider_order_id or "" for order in orders if order.unclear_since is not None]
    together = [order.provider_order_id or "" for order in orders if order.unclear_since is None]
    if provider.reports_singly:
        await reader.ask_singly([*together, *doubtful])
        return reader.reports
    if together and not await reader.ask_together(together) and not reader.is_cut_off:
        await reader.ask_singly(together)
        if not reader.is_cut_off and not reader.reports.failures:
            logger.info("provider %d takes no lists of orders", provider.id)
            await Provider.filter(id=provider.id).update(reports_singly=True)
    await reader.ask_singly(doubtful)
    for number in [number for number in doubtful if number in reader.reports.failures]:
        # The other way round: it may know lists only.
        if not reader.is_cut_off:
            await reader.ask_together([number])
    return reader.reports


class _Reader:
    """One round of questions. `is_cut_off` once the next question would fare no better."""

    def __init__(self, shop: Shop, provider: Provider) -> None:
        self._api = shop.provider_api(provider)
        self._account = shop.provider_account(provider)
        self._turn = asyncio.Semaphore(provider.concurrency)
        self._health = Health(shop, provider)
        self.reports = Reports()
        self.is_cut_off = False

    async def ask_together(self, numbers: Sequence[str]) -> bool:
        """Whether a list of these was answered."""
        try:
            answer = await self._api.statuses(self._account, sorted(set(numbers)))
        except (GatewayError, ValueError) as error:
            await self._note(error)
            return False
        await self._health.note_answer()
        for number in numbers:
            if number in answer.states:
                self.reports.states[number] = answer.states[number]
                self.reports.failures.pop(number, None)
            else:
                said = answer.errors.get(number)
                self.reports.failures[number] = (
                    f"the provider says of it: {said}" if said else "the provider's answer leaves it out"
                )
        return True

    async def ask_singly(self, numbers: Iterable[str]) -> None:
        await asyncio.gather(*map(self._ask_one, dict.fromkeys(numbers)))

    async def _ask_one(self, number: str) -> None:
        async with self._turn:
            if self.is_cut_off:
                return
            try:
                self.reports.states[number] = await self._api.status(self._account, number)
            except (GatewayError, ValueError) as error:
                said = await self._note(error)
                if not self.is_cut_off:
                    self.reports.failures[number] = f"the provider says of it: {said}"
            else:
                await self._health.note_answer()

    async def _note(self, error: Exception) -> str:
        said = self._account.unnamed(provider_health.describe(error))
        if isinstance(error, GatewayError) and await self._health.note_failure(error, said=said):
            self.is_cut_off = True
        if not isinstance(error, GatewayRefused):
            logger.warning("a provider's report cannot be read: %s", said)
        return said
