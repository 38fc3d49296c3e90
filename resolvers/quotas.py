"""Per-user quotas, counted in the database across APIs, for work that costs CPU, disk or upstream calls."""

from datetime import datetime, timedelta

import limits
from limits import RateLimitItem

from config.quota_settings import QuotaSettings
from domain.problems import QuotaReached
from domain.quotas import Quota
from models import QuotaUsage, User
from observability import security_log
from observability.security_log import SecurityEvent

_limits: dict[Quota, RateLimitItem] = {}


def configure(settings: QuotaSettings) -> None:
    """Apply the settings to this process; until then the defaults apply."""
    _limits.update({quota: limits.parse(getattr(settings, f"quota_{quota.value}")) for quota in Quota})


configure(QuotaSettings.model_construct())


async def consume(user: User, quota: Quota, amount: int = 1, *, now: datetime) -> None:
    """Use `amount` units of a quota for `user`; a transaction that is rolled back returns them.

    Raises:
        QuotaReached: more than the setting allows in its window; nothing is counted.
    """
    limit = _limits[quota]
    window = timedelta(seconds=limit.get_expiry())
    is_within = await QuotaUsage.take(
        user.id, quota, amount, limit=limit.amount, now=now, ends_at=now + window
    )
    if not is_within:
        security_log.record(SecurityEvent.QUOTA_REACHED, user_id=user.id, quota=quota.value)
        raise QuotaReached(retry_after=window)
