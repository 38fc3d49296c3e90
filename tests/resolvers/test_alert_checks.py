"""Managers and owners are alerted about each incident once, until it is over."""

from datetime import timedelta

import pytest

import database
from config.settings import Settings
from domain.enums import LedgerKind, NotificationKind
from domain.roles import UserRole
from domain.service_types import ServiceFlag
from models import Alert, AuditRun, LedgerEntry, Notification, Order, Provider, Service, User
from resolvers import alert_checks, ledger_audit_job
from resolvers.app_context import AppContext
from resolvers.ledger_audit import audit_ledger
from tests.fakes import TIMESTAMP, RecordingSms, build_app, create_user
from tests.resolvers.provider_factories import create_provider_service, place_order

A_DAY = timedelta(days=1)


@pytest.fixture
def app(db: str) -> AppContext:
    return build_app(Settings(database_url=db, provider_low_balance=50_000), RecordingSms())


@pytest.fixture
async def owner(app: AppContext) -> User:
    """The owner, who is alerted; support and customers exist, and are not."""
    for role in (UserRole.USER, UserRole.SUPPORT, UserRole.OWNER):
        user = await create_user()
        await User.filter(id=user.id).update(role=role)
    return user


async def list_alerts(owner: User) -> list[str]:
    """The alerts since the last call."""
    notes = await Notification.all().order_by("created_at")
    await Notification.all().delete()
    assert {(note.user_id, note.kind) for note in notes} <= {(owner.id, NotificationKind.SHOP_ALERT)}
    return [note.message for note in notes]


async def test_a_stale_queue_alerts_once_and_again_after_it_recovered(
    app: AppContext, provider: Provider, owner: User
) -> None:
    order = await place_order(app, await create_provider_service(provider))
    assert (await alert_checks.watch_shop(app), await list_alerts(owner)) == (0, [])

    for _ in range(2):
        await Order.filter(id=order.id).update(due_at=await database.now() - timedelta(minutes=11))
        assert [await alert_checks.watch_shop(app) for _ in range(3)] == [1, 0, 0]
        (sentence,) = await list_alerts(owner)
        assert "11 دقیقه" in sentence
        await Order.filter(id=order.id).update(due_at=await database.now())
        assert await alert_checks.watch_shop(app) == 0
        assert not await Alert.exists()


@pytest.mark.parametrize(
    ("balance", "is_reported"),
    [("0.83", True), ("-1", True), ("0.84", False), (None, False), ("n/a", False), ("NaN", False)],
)
async def test_a_low_balance_alert_shows_toman(
    app: AppContext, provider: Provider, owner: User, balance: str | None, is_reported: bool
) -> None:
    await Provider.filter(id=provider.id).update(balance=balance, toman_per_unit=60_000)
    assert [await alert_checks.watch_shop(app) for _ in range(2)] == [int(is_reported), 0]
    assert ["Panel" in sentence for sentence in await list_alerts(owner)] == [True] * is_reported


async def test_flagged_services_alert_by_provider_and_again_when_there_are_more(
    app: AppContext, provider: Provider, owner: User
) -> None:
    services = [await create_provider_service(provider) for _ in range(3)]
    now = await database.now()

    async def flag(service: Service, flag: ServiceFlag | None, *, minute: int) -> int:
        timestamp = now + timedelta(minutes=minute)
        await Service.filter(id=service.id).update(flag=flag, flagged_at=timestamp)
        return await alert_checks.watch_shop(app)

    first, second, third = services
    assert await flag(first, ServiceFlag.PRICE_MOVED, minute=0) == 1
    assert await flag(second, ServiceFlag.VANISHED, minute=1) == 1
    assert ["1 سرویس" in sentence or "2 سرویس" in sentence for sentence in await list_alerts(owner)] == [
        True,
        True,
    ]
    assert await flag(first, None, minute=2) == 0
    assert await flag(second, None, minute=2) == 0
    assert not await Alert.exists()
    assert await flag(third, ServiceFlag.BELOW_COST, minute=3) == 1


async def test_the_daily_audit_covers_all_wallets_and_alerts_until_a_clean_run(
    app: AppContext, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_audit_job, "BATCH_SIZE", 2)
    wrong = await create_user(balance=500)
    await User.filter(id=wrong.id).update(balance=400)

    assert [await ledger_audit_job.audit_next_batch(app) for _ in range(4)] == [2, 2, 0, 0]
    (sentence,) = await list_alerts(owner)
    assert f"user {wrong.id}" in sentence
    run = await AuditRun.get()
    assert (run.differences, run.finished_at is not None) == (1, True)

    await _advance_a_day()
    assert [await ledger_audit_job.audit_next_batch(app) for _ in range(4)] == [2, 2, 0, 0]
    assert await list_alerts(owner) == []

    await User.filter(id=wrong.id).update(balance=500)
    await _advance_a_day()
    assert [await ledger_audit_job.audit_next_batch(app) for _ in range(3)] == [2, 2, 0]
    assert not await Alert.exists()


async def test_the_daily_audit_finds_the_same_as_the_full_one(app: AppContext, owner: User) -> None:
    user = await create_user(balance=500)
    await LedgerEntry.create(
        user_id=user.id, kind=LedgerKind.REFUND, amount=7, balance_after=7, cause="x", created_at=TIMESTAMP
    )
    await ledger_audit_job.audit_next_batch(app)
    # The balance, the running sum, and an entry that names no order.
    assert (await AuditRun.get()).differences == len(await audit_ledger()) == 3


async def _advance_a_day() -> None:
    for run in await AuditRun.all():
        await AuditRun.filter(id=run.id).update(started_at=run.started_at - A_DAY)
