"""Reading order statuses from a provider, by whichever form of the request it supports."""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from gateways.errors import GatewayError, GatewayRejected
from gateways.provider_results import ProviderOrderState
from models import Order, Provider
from resolvers import provider_health
from resolvers.app_context import AppContext
from resolvers.provider_health import ProviderHealth

logger = logging.getLogger("vitrin.following")


@dataclass
class StatusReports:
    """A provider's reports by its order numbers: states, and errors for the rest.

    Orders in neither were not asked about, as the provider cannot be reached.
    """

    states: dict[str, ProviderOrderState] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)


async def read_reports(app: AppContext, provider: Provider, orders: Sequence[Order]) -> StatusReports:
    """Ask for all orders at once, and one by one for those left unanswered.

    A provider that refuses a list may not support lists, or may not know one of the numbers: if every order
    can be read individually, it is remembered as not supporting lists. Orders whose last report was unclear
    are never put in a list with others, as one unknown number makes some providers refuse the whole list.
    """
    reader = _StatusReader(app, provider)
    doubtful = [order.provider_order_id or "" for order in orders if order.unclear_since is not None]
    together = [order.provider_order_id or "" for order in orders if order.unclear_since is None]
    if provider.reports_singly:
        await reader.read_singly([*together, *doubtful])
        return reader.reports
    if together and not await reader.read_batch(together) and not reader.is_cut_off:
        await reader.read_singly(together)
        if not reader.is_cut_off and not reader.reports.failures:
            logger.info(
                "provider rejects batched status requests, polling one by one: provider=%d", provider.id
            )
            await Provider.filter(id=provider.id).update(reports_singly=True)
    await reader.read_singly(doubtful)
    for number in [number for number in doubtful if number in reader.reports.failures]:
        # The reverse: it may support lists only.
        if not reader.is_cut_off:
            await reader.read_batch([number])
    return reader.reports


class _StatusReader:
    """One round of requests. `is_cut_off` is set once another request would fail the same way."""

    def __init__(self, app: AppContext, provider: Provider) -> None:
        self._provider_id = provider.id
        self._api = app.get_provider_api(provider)
        self._account = app.get_provider_account(provider)
        self._turn = asyncio.Semaphore(provider.concurrency)
        self._health = ProviderHealth(app, provider)
        self.reports = StatusReports()
        self.is_cut_off = False

    async def read_batch(self, numbers: Sequence[str]) -> bool:
        """Whether a list of these was answered."""
        try:
            answer = await self._api.statuses(self._account, sorted(set(numbers)))
        except (GatewayError, ValueError) as error:
            await self._record_failure(error)
            return False
        await self._health.record_answer()
        for number in numbers:
            if number in answer.states:
                self.reports.states[number] = answer.states[number]
                self.reports.failures.pop(number, None)
            else:
                message = answer.errors.get(number)
                self.reports.failures[number] = (
                    f"the provider says of it: {message}"
                    if message
                    else "the provider's answer leaves it out"
                )
        return True

    async def read_singly(self, numbers: Iterable[str]) -> None:
        await asyncio.gather(*map(self._read_one, dict.fromkeys(numbers)))

    async def _read_one(self, number: str) -> None:
        async with self._turn:
            if self.is_cut_off:
                return
            try:
                self.reports.states[number] = await self._api.status(self._account, number)
            except (GatewayError, ValueError) as error:
                message = await self._record_failure(error)
                if not self.is_cut_off:
                    self.reports.failures[number] = f"the provider says of it: {message}"
            else:
                await self._health.record_answer()

    async def _record_failure(self, error: Exception) -> str:
        message = self._account.redact(provider_health.describe(error))
        if isinstance(error, GatewayError) and await self._health.record_failure(error, message=message):
            self.is_cut_off = True
        if not isinstance(error, GatewayRejected):
            logger.warning("order status request failed: provider=%d error=%s", self._provider_id, message)
        return message
