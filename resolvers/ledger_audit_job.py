"""The daily ledger audit, in batches of a few wallets so that nothing waits for it."""

import logging
from collections.abc import Sequence
from datetime import timedelta

from tortoise.transactions import in_transaction

import database
from domain import ids, notification_texts
from domain.enums import AlertKind
from models import Alert, AuditRun, User
from resolvers import job_isolation, shop_alerts
from resolvers.app_context import AppContext
from resolvers.ledger_audit import Difference, audit_wallets

logger = logging.getLogger("vitrin.audit")

BATCH_SIZE = 200
_INTERVAL = timedelta(days=1)
_MAX_RUNS = timedelta(days=90)


async def audit_next_batch(_: AppContext) -> int:
    """Audit the next batch of wallets; returns their number, 0 once the run is finished.

    Staff are alerted about the first difference, and again only after a full run without any. Safe with
    several workers: they take turns.
    """
    async with database.exclusive_transaction("daily audit"):
        run = await _get_current_run()
        if run is None:
            return 0
        users = User.filter(id__gte=run.next_user_id).order_by("id").limit(BATCH_SIZE)
        user_ids = [user.id for user in await users.only("id")]
        # The last batch has no upper bound: rows of users deleted despite the foreign keys may lie beyond it.
        last = user_ids[-1] if len(user_ids) == BATCH_SIZE else ids.MAX_ID
        found = await _audit_wallets(
            user_ids or [run.next_user_id], first_user_id=run.next_user_id, last_user_id=last
        )
        await _record_progress(run, found, next_user_id=user_ids[-1] + 1 if user_ids else None)
        return len(user_ids)


async def _audit_wallets(
    user_ids: Sequence[int], *, first_user_id: int, last_user_id: int
) -> list[Difference]:
    """All differences in the wallets between these bounds; failing wallets are skipped and reported."""
    found: list[Difference] = []
    firsts = [first_user_id, *user_ids[1:]]
    lasts = [*(user_id - 1 for user_id in firsts[1:]), last_user_id]
    first_of = dict(zip(user_ids, firsts, strict=True))
    last_of = dict(zip(user_ids, lasts, strict=True))

    async def audit(some: Sequence[int]) -> int:
        async with in_transaction():
            found.extend(await audit_wallets(first_user_id=first_of[some[0]], last_user_id=last_of[some[-1]]))
        return len(some)

    await job_isolation.run_bisecting("daily audit", "wallet", user_ids, audit)
    return found


async def _get_current_run() -> AuditRun | None:
    """The unfinished run, or a new one if the last began a day ago."""
    now = await database.now()
    last = await AuditRun.all().order_by("-id").first()
    if last is not None and last.finished_at is None:
        return last
    if last is not None and last.started_at > now - _INTERVAL:
        return None
    await AuditRun.filter(started_at__lte=now - _MAX_RUNS).delete()
    return await AuditRun.create(started_at=now)


async def _record_progress(run: AuditRun, found: list[Difference], *, next_user_id: int | None) -> None:
    for difference in found:
        logger.error(
            "ledger audit difference: record=%s check=%s expected=%d found=%d",
            difference.record,
            difference.check,
            difference.expected,
            difference.actual,
        )
    run.differences += len(found)
    if found:
        await shop_alerts.raise_alert(
            shop_alerts.ShopAlert(
                kind=AlertKind.LEDGER_DIFFERS,
                subject=shop_alerts.SHOP,
                sentence=notification_texts.ledger_differs(found[0].record),
            )
        )
    if next_user_id is not None:
        run.next_user_id = next_user_id
    else:
        run.finished_at = await database.now()
        if not run.differences:
            await Alert.filter(kind=AlertKind.LEDGER_DIFFERS).delete()
    await run.save(update_fields=["next_user_id", "differences", "finished_at"])
