"""Two members of staff at once do what one would."""

import asyncio
from collections.abc import Awaitable

import pytest

from domain.enums import LedgerKind, PaymentStatus
from domain.problems import Forbidden, Problem
from domain.roles import UserRole
from domain.runtime_settings import RunningSetting
from domain.staff_problems import OrderNotChangeable, PaymentNotMismatched
from models import AuditEntry, LedgerEntry, Payment, SettingOverride, User
from resolvers.app_context import AppContext
from resolvers.ledger_audit import audit_ledger
from resolvers.staff import orders, payments, settings, users
from tests.resolvers.staff.scenario import BALANCE, CHARGE, create_scenario, create_staff_member

pytestmark = pytest.mark.both_databases


async def outcome(operation: Awaitable[object]) -> type[Problem] | None:
    try:
        await operation
    except Problem as problem:
        return type(problem)
    return None


async def run_concurrently(*operations: Awaitable[object]) -> list[type[Problem] | None]:
    return list(await asyncio.gather(*map(outcome, operations)))


async def list_credits(user: User, kind: LedgerKind) -> list[int]:
    amounts = LedgerEntry.filter(user_id=user.id, kind=kind).order_by("id").values_list("amount", flat=True)
    return [int(str(amount)) for amount in await amounts]


async def test_a_payment_that_ten_settle_at_once_is_credited_once(app: AppContext) -> None:
    scenario = await create_scenario(app)

    ends = await run_concurrently(
        *(
            payments.settle_payment(
                scenario.owner, payment_id=scenario.payment.id, amount=amount, reason="seen"
            )
            for amount in range(1, 6)
        ),
        *(
            payments.reject_payment(scenario.manager, payment_id=scenario.payment.id, reason="no")
            for _ in range(5)
        ),
    )

    assert sorted(map(str, ends)) == sorted(map(str, [None] + [PaymentNotMismatched] * 9))
    payment = await Payment.get(id=scenario.payment.id)
    credited = [payment.amount] if payment.status is PaymentStatus.PAID else []
    assert await list_credits(scenario.buyer, LedgerKind.PAYMENT) == credited
    assert await AuditEntry.all().count() == 1
    assert await audit_ledger() == []


async def test_an_order_that_ten_refund_at_once_gives_its_charge_back_once(app: AppContext) -> None:
    scenario = await create_scenario(app)
    operations = (orders.refund_order, orders.cancel_order)

    ends = await run_concurrently(
        *(operations[n % 2](scenario.owner, order_id=scenario.order.id) for n in range(10))
    )

    assert ends.count(None) == 1
    assert ends.count(OrderNotChangeable) == 9
    assert await list_credits(scenario.buyer, LedgerKind.REFUND) == [CHARGE]
    assert await AuditEntry.all().count() == 1
    assert await audit_ledger() == []


async def test_one_key_ten_times_at_once_adjusts_once_and_answers_the_same_entry(app: AppContext) -> None:
    scenario = await create_scenario(app)

    entries = await asyncio.gather(
        *(
            users.adjust_balance(
                scenario.manager, user_id=scenario.buyer.id, amount=-5, reason="fee", idempotency_key="k"
            )
            for _ in range(10)
        )
    )

    assert len({entry.id for entry in entries}) == 1
    assert await list_credits(scenario.buyer, LedgerKind.ADJUSTMENT) == [-5]
    assert (await User.get(id=scenario.buyer.id)).balance == BALANCE - CHARGE - 5
    assert await AuditEntry.all().count() == 1


async def test_two_owners_who_demote_each_other_at_once_leave_an_owner(app: AppContext) -> None:
    first, second = await create_staff_member(UserRole.OWNER), await create_staff_member(UserRole.OWNER)

    ends = await run_concurrently(
        users.set_user_role(first, user_id=second.user.id, role=UserRole.USER),
        users.set_user_role(second, user_id=first.user.id, role=UserRole.USER),
    )

    assert sorted(map(str, ends)) == sorted(map(str, [None, Forbidden]))
    assert await User.filter(role=UserRole.OWNER).count() == 1


@pytest.mark.both_databases
async def test_two_owners_who_block_each_other_at_once_leave_an_owner(app: AppContext) -> None:
    first, second = await create_staff_member(UserRole.OWNER), await create_staff_member(UserRole.OWNER)

    ends = await run_concurrently(
        users.set_user_active(first, user_id=second.user.id, is_active=False, reason="why"),
        users.set_user_active(second, user_id=first.user.id, is_active=False, reason="why"),
    )

    assert sorted(map(str, ends)) == sorted(map(str, [None, Forbidden]))
    assert await User.filter(role=UserRole.OWNER, is_active=True).count() == 1


async def test_two_bounds_of_a_range_that_are_moved_at_once_never_cross(app: AppContext) -> None:
    owner = await create_staff_member(UserRole.OWNER)

    ends = await run_concurrently(
        settings.update_settings(app, owner, values={RunningSetting.FREE_CREDIT_MIN: 90}),
        settings.update_settings(app, owner, values={RunningSetting.FREE_CREDIT_MAX: 80}),
    )

    assert ends.count(None) == 1
    bounds = {row.name: row.value for row in await SettingOverride.all()}
    assert bounds[RunningSetting.FREE_CREDIT_MIN] <= bounds[RunningSetting.FREE_CREDIT_MAX]
