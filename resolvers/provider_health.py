"""Pausing a provider that would refuse or lose every order, and detecting its recovery."""

import logging
from datetime import timedelta

from tortoise.transactions import in_transaction

import database
from domain import provider_amounts
from domain.enums import PauseReason, RefusalKind
from gateways import provider_error_kinds
from gateways.errors import (
    GatewayError,
    GatewayInvalidResponse,
    GatewayRateLimited,
    GatewayRejected,
    GatewayUnavailable,
)
from models import Provider
from resolvers.app_context import AppContext

logger = logging.getLogger("vitrin.providers")

_MAX_CONSECUTIVE_OUTAGES = 3
# A rate limit usually ends within a minute.
_FIRST_BUSY_PAUSE = timedelta(seconds=30)
_MAX_PAUSE = timedelta(hours=2)
_MAX_NOTE_LENGTH = 500
_MAX_DOUBLINGS = 8
_PROVIDER_WIDE_REFUSALS = {
    RefusalKind.FUNDS: PauseReason.FUNDS,
    RefusalKind.ACCOUNT: PauseReason.ACCOUNT,
    RefusalKind.BUSY: PauseReason.BUSY,
}
CLEARED_PAUSE = {
    "paused_until": None,
    "pause_reason": None,
    "pause_note": None,
    "pauses": 0,
    "outages": 0,
}
"""The columns of a healthy provider."""


def accepts_orders(provider: Provider) -> bool:
    """Whether orders are sent to it now."""
    return provider.is_active and provider.paused_until is None


def is_reachable(provider: Provider) -> bool:
    """Whether its orders can be polled; this works even when the shop has no balance there."""
    return provider.paused_until is None or provider.pause_reason is PauseReason.FUNDS


class ProviderHealth:
    """Health of a provider, updated by a round of calls. All workers share the counts in its row."""

    def __init__(self, app: AppContext, provider: Provider) -> None:
        self._first_pause = app.settings.provider_pause
        self._provider_id = provider.id
        self._has_outages = provider.outages > 0
        self._was_paused = provider.pause_reason is not None
        self.is_paused = False
        self.has_answered = False

    async def record_accepted(self) -> None:
        """It accepted an order, so whatever it was paused for is over."""
        self.has_answered = True
        if self._has_outages or self._was_paused:
            self._has_outages = self._was_paused = False
            # Unless another order was refused meanwhile.
            await Provider.filter(id=self._provider_id, paused_until=None).update(**CLEARED_PAUSE)

    async def record_answer(self) -> None:
        """It answered, so there is no outage."""
        self.has_answered = True
        if self._has_outages:
            self._has_outages = False
            await Provider.filter(id=self._provider_id).update(outages=0)

    async def record_idle(self) -> None:
        """Nothing is queued for it: a provider on probation has nothing left to prove."""
        if self._was_paused:
            await Provider.filter(id=self._provider_id, paused_until=None).update(**CLEARED_PAUSE)

    async def record_failure(self, error: GatewayError, *, message: str) -> bool:
        """Count a failed call; True if every order would fail the same way. `message` is for staff."""
        if isinstance(error, GatewayRejected):
            reason = _PROVIDER_WIDE_REFUSALS.get(provider_error_kinds.classify(error))
            if reason is None:
                await self.record_answer()
                return False
            await self._pause(reason, message)
            return True
        if isinstance(error, GatewayRateLimited):
            await self._pause(PauseReason.BUSY, message)
            return True
        if isinstance(error, GatewayUnavailable) or is_outage(error):
            await self._record_outage(message)
            return True
        return False

    async def _record_outage(self, message: str) -> None:
        self._has_outages = True
        counted = "UPDATE providers SET outages = outages + 1 WHERE id = $1 RETURNING outages"
        rows = await database.fetch(counted, self._provider_id)
        if rows and int(rows[0]["outages"]) >= _MAX_CONSECUTIVE_OUTAGES:
            await self._pause(PauseReason.OUTAGE, message)

    async def _pause(self, reason: PauseReason, message: str) -> None:
        self.is_paused = True
        await _pause(self._provider_id, reason, message, first=self._first_pause)


def is_outage(error: GatewayError) -> bool:
    """Whether the response did not come from the provider itself."""
    return isinstance(error, GatewayInvalidResponse) and error.is_outage


async def probe_paused_provider(app: AppContext, provider: Provider) -> int:
    """Once its pause is over, ask a provider for its balance; if it answers, submission resumes.

    Until it accepts an order, orders are sent one at a time, and a further pause is twice as long. Returns
    how many providers were probed.
    """
    now = await database.now()
    if provider.paused_until is None or provider.paused_until > now:
        return 0
    mine = Provider.filter(id=provider.id, paused_until=provider.paused_until)
    if not await mine.update(paused_until=now + app.settings.worker_lease):
        return 0
    again = await _find_pause_reason(app, provider)
    if again is None:
        logger.info("provider recovered: provider=%d", provider.id)
        await Provider.filter(id=provider.id).update(paused_until=None, outages=0)
    else:
        reason, message = again
        await _pause(provider.id, reason, message, first=app.settings.provider_pause, is_probe=True)
    return 1


async def _find_pause_reason(app: AppContext, provider: Provider) -> tuple[PauseReason, str] | None:
    """Why a provider stays paused, according to its balance; None if it has recovered.

    One that answers but does not support the request has recovered as well.
    """
    reason, account = provider.pause_reason or PauseReason.OUTAGE, app.get_provider_account(provider)
    try:
        balance = await app.get_provider_api(provider).balance(account)
    except GatewayRejected as refused:
        kind = _PROVIDER_WIDE_REFUSALS.get(provider_error_kinds.classify(refused))
        return None if kind is None else (kind, account.redact(describe(refused)))
    except (GatewayError, ValueError) as error:
        has_answered = isinstance(error, GatewayInvalidResponse) and not error.is_outage
        return None if has_answered else (reason, account.redact(describe(error)))
    await Provider.filter(id=provider.id).update(balance=balance.amount, currency=balance.currency)
    amount = provider_amounts.parse(balance.amount)
    is_poor = reason is PauseReason.FUNDS and amount is not None and amount <= 0
    return (reason, provider.pause_note or "") if is_poor else None


def describe(error: Exception) -> str:
    """A failed call described for staff: the provider's own message if it sent one."""
    return error.text if isinstance(error, GatewayRejected) and error.text else str(error)


async def _pause(
    provider_id: int, reason: PauseReason, message: str, *, first: timedelta, is_probe: bool = False
) -> None:
    async with in_transaction():
        provider = await Provider.filter(id=provider_id).select_for_update(no_key=True).get()
        now = await database.now()
        if provider.paused_until is not None and not is_probe:
            # Another order of the same round paused it first.
            return
        until = now + _pause_length(reason, provider.pauses, first=first)
        logger.error(
            "provider paused: provider=%d reason=%s until=%s message=%s", provider_id, reason, until, message
        )
        await Provider.filter(id=provider_id).update(
            paused_until=until,
            pause_reason=reason,
            pause_note=message[:_MAX_NOTE_LENGTH],
            pauses=provider.pauses + 1,
            outages=0,
        )


def _pause_length(reason: PauseReason, pauses: int, *, first: timedelta) -> timedelta:
    minimum = min(first, _FIRST_BUSY_PAUSE) if reason is PauseReason.BUSY else first
    length: timedelta = min(minimum * 2 ** min(pauses, _MAX_DOUBLINGS), _MAX_PAUSE)
    return length
