"""A failing row stops no other row of any of the worker's jobs, and staff are alerted about it.

A trigger makes the database reject every change of a row.
"""

import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

import database
from domain.enums import AlertKind, PaymentStatus, RefillStatus
from domain.order_state_machine import Dispatch
from domain.order_status import OrderStatus, SubscriptionStatus
from domain.roles import UserRole
from gateways.provider_results import ProviderCatalogue, ProviderRefill
from gateways.providers import ProviderAccount
from models import (
    Alert,
    AuditRun,
    LoginCode,
    Notification,
    Order,
    OrderTotalDelta,
    Payment,
    Provider,
    Refill,
    Service,
    User,
    UserOrderTotal,
)
from resolvers import (
    alert_checks,
    cleanup,
    ledger_audit_job,
    order_cancellation,
    order_polling,
    order_submission,
    order_totals,
    payment_checks,
    provider_sync,
    refills,
)
from resolvers.app_context import AppContext
from resolvers.ledger_audit import Difference
from tests.fake_providers import FakeProviders
from tests.fakes import RecordingSms, build_app, create_user
from tests.fixtures import build_settings
from tests.resolvers.money_steps import create_paid_payment, get_gateway
from tests.resolvers.provider_factories import (
    CATALOGUE_ROW,
    create_provider,
    create_provider_service,
    import_service,
    place_order,
    send_order,
)

pytestmark = pytest.mark.both_databases
S = OrderStatus
_NUMBERS = itertools.count(1)
_SQLITE = (
    "CREATE TRIGGER {name} BEFORE {act} ON {table} WHEN {when} BEGIN SELECT RAISE(ABORT, 'poisoned'); END"
)
_FUNCTION = (
    "CREATE OR REPLACE FUNCTION refuse_poisoned() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'poisoned' USING ERRCODE = 'check_violation'; END $$"
)
_POSTGRES = (
    "CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW WHEN ({when}) "
    "EXECUTE FUNCTION refuse_poisoned()"
)


@pytest.fixture
def fake_providers() -> FakeProviders:
    return FakeProviders()


@pytest.fixture
def app(db: str, sms: RecordingSms, fake_providers: FakeProviders) -> AppContext:
    return build_app(build_settings(db), sms, providers=fake_providers)


@pytest.fixture
async def provider(app: AppContext) -> Provider:
    return await create_provider()


@asynccontextmanager
async def fail_on_row(table: str, when: str, *, act: str = "UPDATE") -> AsyncIterator[None]:
    """While active, the database refuses `act` on rows of the table that meet the condition."""
    name = f"poison_{next(_NUMBERS)}"
    is_sqlite = database.dialect() == "sqlite"
    terms = {"name": name, "act": act, "table": table, "when": when}
    if not is_sqlite:
        await database.fetch(_FUNCTION)
    await database.fetch((_SQLITE if is_sqlite else _POSTGRES).format(**terms))
    try:
        yield
    finally:
        await database.fetch(f"DROP TRIGGER {name}" if is_sqlite else f"DROP TRIGGER {name} ON {table}")


async def list_failing_rows() -> list[str]:
    """The rows that staff were alerted about."""
    return [alert.subject for alert in await Alert.filter(kind=AlertKind.ROW_SET_ASIDE).order_by("subject")]


async def statuses() -> list[OrderStatus]:
    return [order.status for order in await Order.all().order_by("id")]


async def send_three_orders(app: AppContext, provider: Provider, *, can_cancel: bool = False) -> list[Order]:
    return [await send_order(app, provider, can_cancel=can_cancel) for _ in range(3)]


async def test_submitting(app: AppContext, provider: Provider) -> None:
    service = await create_provider_service(provider)
    orders = [await place_order(app, service) for _ in range(3)]

    async with fail_on_row("orders", f"NEW.dispatch = 'sending' AND OLD.id = {orders[0].id}"):
        await order_submission.submit_orders(app, provider)

    assert await statuses() == [S.PENDING, S.PROCESSING, S.PROCESSING]
    assert await list_failing_rows() == [f"submit: order {orders[0].id}"]


async def test_holding_lost_orders(app: AppContext, provider: Provider) -> None:
    orders = await send_three_orders(app, provider)
    await Order.all().update(dispatch=Dispatch.SENDING, lease_until=orders[0].created_at)

    async with fail_on_row("orders", f"NEW.dispatch = 'unknown' AND OLD.id = {orders[1].id}"):
        assert await order_submission.hold_lost_orders(app) == 2

    assert await statuses() == [S.AWAITING, S.PROCESSING, S.AWAITING]
    assert await list_failing_rows() == [f"hold lost orders: order {orders[1].id}"]


async def test_following(app: AppContext, provider: Provider, fake_providers: FakeProviders) -> None:
    orders = await send_three_orders(app, provider)
    for number in list(fake_providers.states):
        fake_providers.report(number, S.COMPLETED)

    async with fail_on_row("orders", f"NEW.status = 'completed' AND OLD.id = {orders[1].id}"):
        await order_polling.poll_orders(app, provider)

    assert await statuses() == [S.COMPLETED, S.PROCESSING, S.COMPLETED]
    assert await list_failing_rows() == [f"follow: order {orders[1].id}"]


async def test_canceling(app: AppContext, provider: Provider) -> None:
    orders = await send_three_orders(app, provider, can_cancel=True)
    now = orders[0].created_at
    await Order.all().update(cancel_requested_at=now, cancel_due_at=now)

    async with fail_on_row("orders", f"NEW.cancel_due_at IS NULL AND OLD.id = {orders[1].id}"):
        assert await order_cancellation.send_cancellations(app, provider) == 2

    waiting = await Order.filter(cancel_due_at__not_isnull=True)
    assert [order.id for order in waiting] == [orders[1].id]
    assert await list_failing_rows() == [f"cancel: order {orders[1].id}"]


async def test_ending_subscriptions(app: AppContext, provider: Provider) -> None:
    orders = await send_three_orders(app, provider)
    await Order.all().update(subscription_status=SubscriptionStatus.ACTIVE, subscription_expiry="01/01/2020")

    async with fail_on_row("orders", f"NEW.status = 'awaiting' AND OLD.id = {orders[1].id}"):
        assert await order_cancellation.end_expired_subscriptions(app) == 2

    assert await list_failing_rows() == [f"end subscriptions: order {orders[1].id}"]


async def test_refills(app: AppContext, provider: Provider, fake_providers: FakeProviders) -> None:
    orders = await send_three_orders(app, provider)
    now = orders[0].created_at
    requested = [
        await Refill.create(
            order_id=order.id,
            status=RefillStatus.INPROGRESS,
            provider_refill_id="9",
            due_at=now,
            created_at=now,
            updated_at=now,
        )
        for order in orders
    ]
    fake_providers.refill_state = ProviderRefill(status=RefillStatus.COMPLETED, status_text="Completed")

    async with fail_on_row("refills", f"NEW.status = 'completed' AND OLD.id = {requested[0].id}"):
        assert await refills.process_refills(app) == 2

    assert await Refill.filter(status=RefillStatus.COMPLETED).count() == 2
    assert await list_failing_rows() == [f"refills: refill {requested[0].id}"]


async def test_checking_payments(app: AppContext) -> None:
    get_gateway(app)
    for _ in range(3):
        await create_paid_payment(app, await create_user())
    begun = await Payment.all().order_by("id")
    await Payment.all().update(check_after=begun[0].created_at)

    async with fail_on_row("payments", f"NEW.status = 'paid' AND OLD.id = {begun[0].id}"):
        assert await payment_checks.check_payments(app) == 2

    assert await Payment.filter(status=PaymentStatus.PAID).count() == 2
    assert await list_failing_rows() == [f"check payments: payment {begun[0].id}"]


async def test_syncing_services(app: AppContext, provider: Provider, fake_providers: FakeProviders) -> None:
    fake_providers.catalogue = (CATALOGUE_ROW,)
    service = await import_service(app, provider)
    twin = service.clone()
    twin.provider_service_id = "78"
    await Service.bulk_create([twin])
    await Service.all().update(can_refill=False)
    fake_providers.catalogue = (CATALOGUE_ROW, replace(CATALOGUE_ROW, id="78"))

    async with fail_on_row("services", f"NEW.can_refill AND OLD.id = {service.id}"):
        report = await provider_sync.sync_provider(app, provider, adds_services=False)

    assert report.counts["failed"] == 1
    assert await Service.filter(can_refill=True).count() == 1
    assert await list_failing_rows() == [f"sync providers: service {service.id}"]


async def test_syncing_providers(app: AppContext, provider: Provider, sms: RecordingSms) -> None:
    class Partly(FakeProviders):
        """Fails for the first provider with an unexpected exception."""

        async def services(self, account: ProviderAccount) -> ProviderCatalogue:
            if "add" not in self.calls:
                self.calls.append("add")
                raise ZeroDivisionError
            return ProviderCatalogue(services=(CATALOGUE_ROW,), skipped=0)

    await create_provider()

    assert await provider_sync.sync_due_providers(build_app(app.settings, sms, providers=Partly())) == 1

    assert await Provider.filter(synced_at__not_isnull=True).count() == 1
    assert await list_failing_rows() == [f"sync providers: provider {provider.id}"]


async def test_updating_order_totals(app: AppContext, provider: Provider) -> None:
    orders = await send_three_orders(app, provider)
    first = await OrderTotalDelta.all().order_by("id").first()
    assert first is not None

    async with fail_on_row("order_total_deltas", f"OLD.id = {first.id}", act="DELETE"):
        assert await order_totals.apply_deltas(app) == 2
        assert await order_totals.apply_deltas(app) == 0

    assert await UserOrderTotal.all().count() == 2
    assert await list_failing_rows() == [f"update order totals: delta {first.id}"]
    assert [user for user, *_ in await order_totals.list_top_user_totals(9)] == [
        order.user_id for order in orders
    ]


async def test_removing_what_expired(app: AppContext) -> None:
    long_ago = await database.now() - timedelta(days=9)
    codes = [
        await LoginCode.create(
            subject=f"091200000{number:02d}",
            network="192.0.2.1",
            code_hash="x",
            is_sent=True,
            is_live=False,
            created_at=long_ago,
            expires_at=long_ago,
        )
        for number in range(5)
    ]

    async with fail_on_row("login_codes", f"OLD.id = {codes[2].id}", act="DELETE"):
        assert await cleanup.delete_expired(app) == 4

    assert [code.id for code in await LoginCode.all()] == [codes[2].id]
    assert await list_failing_rows() == [f"remove expired: login_codes {codes[2].id}"]


async def test_auditing(app: AppContext, monkeypatch: pytest.MonkeyPatch) -> None:
    users = [await create_user() for _ in range(5)]
    audited: list[int] = []

    async def audit_wallets(*, first_user_id: int, last_user_id: int) -> Sequence[Difference]:
        if first_user_id <= users[2].id <= last_user_id:
            raise ZeroDivisionError
        audited.extend(user.id for user in users if first_user_id <= user.id <= last_user_id)
        return []

    monkeypatch.setattr(ledger_audit_job, "audit_wallets", audit_wallets)

    assert await ledger_audit_job.audit_next_batch(app) == 5

    assert sorted(audited) == [user.id for user in users if user.id != users[2].id]
    assert await list_failing_rows() == [f"daily audit: wallet {users[2].id}"]
    assert await ledger_audit_job.audit_next_batch(app) == 0
    assert (await AuditRun.get()).finished_at is not None


async def test_watching_the_shop(app: AppContext, provider: Provider) -> None:
    """Absurd balances and a member of staff who cannot be notified do not stop the other alerts."""
    others = [await create_provider() for _ in range(2)]
    await Provider.filter(id=provider.id).update(balance="1e999999999")
    await Provider.filter(id=others[0].id).update(balance="NaN")
    await Provider.filter(id=others[1].id).update(balance="-7.5")
    staff = [await create_user() for _ in range(3)]
    await User.all().update(role=UserRole.OWNER)

    async with fail_on_row("notifications", f"NEW.user_id = {staff[0].id}", act="INSERT"):
        assert await alert_checks.watch_shop(app) == 1

    reported = await Notification.all()
    assert {note.user_id for note in reported} == {member.id for member in staff[1:]}
    [alert] = await Alert.filter(kind=AlertKind.BALANCE_LOW)
    assert alert.subject == str(others[1].id)
