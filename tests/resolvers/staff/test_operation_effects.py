"""The effects of staff operations on orders, prices, providers, payments and settings."""

import pytest

from domain.enums import LedgerKind, NotificationKind, PaymentStatus
from domain.money import MAX_AMOUNT
from domain.order_state_machine import Dispatch, OrderActor
from domain.order_status import OrderStatus
from domain.problems import AmountOutOfRange, DuplicateOrder, Forbidden, InvalidInput
from domain.roles import UserRole
from domain.runtime_settings import RunningSetting
from domain.service_types import ServiceFlag
from domain.staff_problems import OrderMayBeAtProvider, OrderNotChangeable
from models import AuditEntry, Notification, Order, OrderEvent, Payment, Service, SettingOverride
from resolvers import free_credit, order_submission
from resolvers.app_context import AppContext
from resolvers.filters import Contains
from resolvers.ledger_audit import audit_ledger
from resolvers.sessions import Session
from resolvers.staff import orders, payments, service_lists, services, settings
from resolvers.staff.service_lists import ServiceFilter
from tests.fake_providers import FakeProviders
from tests.fakes import create_user
from tests.resolvers.factories import create_service
from tests.resolvers.money_steps import (
    confirm_payment,
    get_balance,
    get_ledger,
    place_order_for,
    start_payment,
)
from tests.resolvers.provider_factories import place_order
from tests.resolvers.staff.scenario import (
    BALANCE,
    CHARGE,
    create_mismatched_payment,
    create_scenario,
    create_staff_member,
    set_order_status,
)


async def test_a_refused_order_is_resent_once_and_an_uncertain_one_only_after_a_check(
    app: AppContext, fake_providers: FakeProviders
) -> None:
    scenario = await create_scenario(app)
    await orders.resend_order(scenario.manager, order_id=scenario.order.id)
    with pytest.raises(OrderNotChangeable):
        await orders.resend_order(scenario.manager, order_id=scenario.order.id)
    await order_submission.submit_orders(app, scenario.provider)
    assert len(fake_providers.placed) == 1

    # The provider took it, and later calls it an error: it may deliver all the same.
    await set_order_status(scenario.order, OrderStatus.ERROR, Dispatch.SENT)
    with pytest.raises(OrderMayBeAtProvider):
        await orders.resend_order(scenario.manager, order_id=scenario.order.id)
    again = await orders.resend_order(scenario.manager, order_id=scenario.order.id, is_not_at_provider=True)
    assert (again.status, again.dispatch, again.provider_order_id) == (
        OrderStatus.PENDING,
        Dispatch.QUEUED,
        None,
    )
    await order_submission.submit_orders(app, scenario.provider)
    assert len(fake_providers.placed) == 2


async def test_an_order_awaiting_staff_is_not_sent(app: AppContext, fake_providers: FakeProviders) -> None:
    scenario = await create_scenario(app)
    order = await place_order(app, scenario.service, buyer=scenario.buyer)

    taken = await orders.set_order_status(
        scenario.manager, order_id=order.id, status=OrderStatus.INPROGRESS, note="by hand"
    )

    assert (taken.dispatch, taken.note) == (Dispatch.NONE, "by hand")
    await order_submission.submit_orders(app, scenario.provider)
    assert fake_providers.placed == {}
    for money_moving in (OrderStatus.PENDING, OrderStatus.PARTIAL, OrderStatus.REFUNDED):
        with pytest.raises(InvalidInput):
            await orders.set_order_status(scenario.manager, order_id=order.id, status=money_moving)
    sent = await set_order_status(order, OrderStatus.INPROGRESS, Dispatch.SENT)
    held = await orders.set_order_status(scenario.manager, order_id=sent.id, status=OrderStatus.AWAITING)
    assert held.dispatch is Dispatch.UNKNOWN


async def test_a_partial_refund_of_a_delivered_order_notifies_its_buyer_and_is_in_its_history(
    app: AppContext,
) -> None:
    scenario = await create_scenario(app)
    await orders.set_order_status(scenario.manager, order_id=scenario.order.id, status=OrderStatus.COMPLETED)

    await orders.set_order_partial(scenario.manager, order_id=scenario.order.id, remains=33, note="lost some")

    order = await Order.get(id=scenario.order.id)
    assert (order.status, order.remains, order.refunded, order.note) == (
        OrderStatus.PARTIAL,
        33,
        33,
        "lost some",
    )
    assert await get_balance(scenario.buyer) == BALANCE - CHARGE + 33
    last = await OrderEvent.filter(order_id=order.id).order_by("-id").first()
    assert last is not None
    assert (last.actor, last.actor_user_id) == (OrderActor.STAFF, scenario.manager.user.id)
    assert await Notification.filter(kind=NotificationKind.ORDER_REFUNDED).count() == 1
    with pytest.raises(OrderNotChangeable):
        await orders.refund_order(scenario.manager, order_id=order.id)
    for too_many in (0, 101):
        with pytest.raises(InvalidInput):
            await orders.set_order_partial(scenario.manager, order_id=order.id, remains=too_many)
    assert await audit_ledger() == []


async def test_a_manager_does_not_refund_an_order_of_one_s_own(app: AppContext) -> None:
    scenario = await create_scenario(app)
    await Order.filter(id=scenario.order.id).update(user_id=scenario.manager.user.id)

    with pytest.raises(Forbidden):
        await orders.refund_order(scenario.manager, order_id=scenario.order.id)


async def test_a_settled_payment_credits_the_paid_amount_and_a_rejected_one_stays_rejected(
    app: AppContext,
) -> None:
    payer, owner = await create_user(), await create_staff_member(UserRole.OWNER)
    first, second = await create_mismatched_payment(app, payer), await create_mismatched_payment(app, payer)

    settled = await payments.settle_payment(owner, payment_id=first.id, amount=20_000, reason="receipt seen")
    await payments.reject_payment(owner, payment_id=second.id, reason="paid back")

    assert (settled.status, settled.amount) == (PaymentStatus.PAID, 20_000)
    assert await get_ledger(payer) == [(LedgerKind.PAYMENT, 20_000, 20_000)]
    assert await confirm_payment(app, await Payment.get(id=second.id)) is PaymentStatus.REJECTED
    entry = await AuditEntry.get(subject_id=first.id)
    assert '"amount":25000' in entry.before
    assert '"amount":20000' in entry.after
    assert await audit_ledger() == []


async def test_prices_of_many_are_changed_exactly_all_or_none(app: AppContext) -> None:
    manager = await create_staff_member(UserRole.MANAGER)
    rows = [await create_service(name=f"s{price}", price=price) for price in (0, 1, 999, 10_000)]
    other = await create_service(name="other", price=7)

    count = await service_lists.reprice_services(
        manager, percent=10, rounding=50, where=ServiceFilter(name=Contains("s"))
    )

    priced = [(await Service.get(id=row.id)).price for row in rows]
    assert priced == [0, 50, 1_100, 11_000]
    assert count == await AuditEntry.all().count() == 3
    assert (await Service.get(id=other.id)).price == 7
    await Service.filter(id=other.id).update(price=MAX_AMOUNT)
    with pytest.raises(InvalidInput):
        await service_lists.reprice_services(manager, percent=1, rounding=1, where=ServiceFilter())
    assert [(await Service.get(id=row.id)).price for row in rows] == priced


async def test_a_flagged_service_that_is_put_on_sale_again_is_flagged_no_more(app: AppContext) -> None:
    scenario = await create_scenario(app)
    await Service.filter(id=scenario.service.id).update(flag=ServiceFlag.VANISHED, is_active=False)

    service = await services.set_service_active(
        scenario.manager, service_id=scenario.service.id, is_active=True
    )

    assert service.flag is None
    assert service.is_active


async def change(app: AppContext, owner: Session, name: RunningSetting, value: int | bool) -> None:
    await settings.update_settings(app, owner, values={name: value})


async def test_operations_use_changed_settings_immediately_and_the_environment_after_a_reset(
    app: AppContext,
) -> None:
    scenario, owner = await create_scenario(app), await create_staff_member(UserRole.OWNER)
    await free_credit.claim_free_credit(app, await create_user())
    await change(app, owner, RunningSetting.FREE_CREDIT_MAX, 700)
    await change(app, owner, RunningSetting.FREE_CREDIT_MIN, 700)
    await change(app, owner, RunningSetting.PAYMENT_MAX, 2_000)
    await change(app, owner, RunningSetting.REFUSE_DUPLICATE_ORDERS, True)

    assert (await free_credit.claim_free_credit(app, await create_user())).amount == 700
    with pytest.raises(AmountOutOfRange):
        await start_payment(app, scenario.buyer, amount=2_001)
    await place_order_for(app, scenario.buyer, scenario.service)
    with pytest.raises(DuplicateOrder):
        await place_order_for(app, scenario.buyer, scenario.service)

    await settings.reset_settings(app, owner, names=list(RunningSetting))
    await place_order_for(app, scenario.buyer, scenario.service)
    assert await SettingOverride.all().count() == 0
    for name, wrong in ((RunningSetting.PAYMENT_MIN, 0), (RunningSetting.WHEEL_INTERVAL_DAYS, 2**40)):
        with pytest.raises(InvalidInput):
            await change(app, owner, name, wrong)


async def test_another_process_uses_a_changed_setting_after_two_seconds(
    app: AppContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario, owner = await create_scenario(app), await create_staff_member(UserRole.OWNER)
    seconds = 1e9
    monkeypatch.setattr("resolvers.runtime_settings.time.monotonic", lambda: seconds)
    await start_payment(app, scenario.buyer)
    await SettingOverride.create(
        name=RunningSetting.PAYMENT_MIN, value=90_000_000, updated_at=owner.user.updated_at
    )
    await start_payment(app, scenario.buyer)

    seconds += 2

    with pytest.raises(AmountOutOfRange):
        await start_payment(app, scenario.buyer)
