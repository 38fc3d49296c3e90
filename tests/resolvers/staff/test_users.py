"""Staff operations on users: whom they may change, and the effects."""

from collections.abc import Awaitable, Callable

import pytest

import database
from domain.enums import LedgerKind, NotificationKind, TicketStatus
from domain.money import MAX_AMOUNT
from domain.problems import Forbidden, InvalidInput
from domain.roles import UserRole
from models import AccessToken, AuditEntry, Notification, Ticket, TicketMessage, User
from resolvers import sessions
from resolvers.app_context import AppContext
from resolvers.ledger_audit import audit_ledger
from resolvers.sessions import Session
from resolvers.staff import role_grants, tickets, users
from resolvers.tickets import reply_to_ticket
from tests.fakes import create_user
from tests.resolvers.money_steps import get_ledger
from tests.resolvers.staff.scenario import create_member, create_scenario, create_session, create_staff_member

RANKED = [UserRole.SUPPORT, UserRole.MANAGER, UserRole.OWNER]


async def adjust(staff: Session, user: User, amount: int = 5) -> None:
    await users.adjust_balance(
        staff, user_id=user.id, amount=amount, reason="why", idempotency_key=f"{user.id}"
    )


@pytest.mark.parametrize("subject", RANKED)
async def test_a_manager_can_only_act_on_lower_roles(subject: UserRole, app: AppContext) -> None:
    manager, other = await create_staff_member(UserRole.MANAGER), await create_member(subject)
    operations: list[Callable[[], Awaitable[object]]] = [
        lambda: adjust(manager, other),
        lambda: users.set_custom_rate(manager, user_id=other.id, percent=50),
        lambda: users.set_user_active(manager, user_id=other.id, is_active=False, reason="why"),
        lambda: users.sign_out_user(manager, user_id=other.id),
    ]
    for operation in operations:
        if subject is UserRole.SUPPORT:
            await operation()
        else:
            with pytest.raises(Forbidden):
                await operation()
    assert await AuditEntry.all().count() == (4 if subject is UserRole.SUPPORT else 0)


async def test_only_an_owner_can_act_on_oneself(app: AppContext) -> None:
    manager, owner = await create_staff_member(UserRole.MANAGER), await create_staff_member(UserRole.OWNER)

    with pytest.raises(Forbidden):
        await adjust(manager, manager.user)
    with pytest.raises(Forbidden):
        await users.set_custom_rate(manager, user_id=manager.user.id, percent=100)
    await adjust(owner, owner.user)
    with pytest.raises(Forbidden):
        await users.set_user_role(owner, user_id=owner.user.id, role=UserRole.USER)
    with pytest.raises(Forbidden):
        await users.set_user_active(owner, user_id=owner.user.id, is_active=False, reason="why")


async def test_the_command_line_makes_an_owner_and_that_is_logged(app: AppContext) -> None:
    user = await create_user(mobile="09381112233", is_verified=True)

    await role_grants.grant_role("09381112233", role=UserRole.OWNER)

    owner = await create_session(await User.get(id=user.id))
    await users.set_user_role(owner, user_id=(await create_user()).id, role=UserRole.MANAGER)
    entry = await AuditEntry.get(subject_id=user.id)
    assert (entry.before, entry.after) == ('{"role":"user"}', '{"role":"owner"}')


async def test_an_adjustment_is_in_the_ledger_with_its_reason_and_the_sums_stay_right(
    app: AppContext,
) -> None:
    owner, user = await create_staff_member(UserRole.OWNER), await create_user(balance=100)

    entry = await users.adjust_balance(
        owner, user_id=user.id, amount=-100, reason=" fraud ", idempotency_key="k"
    )

    assert (entry.kind, entry.amount, entry.balance_after, entry.note) == (
        LedgerKind.ADJUSTMENT,
        -100,
        0,
        "fraud",
    )
    assert await get_ledger(user) == [(LedgerKind.OPENING, 100, 100), (LedgerKind.ADJUSTMENT, -100, 0)]
    with pytest.raises(InvalidInput):
        await users.adjust_balance(
            owner,
            user_id=(await create_user(balance=1)).id,
            amount=MAX_AMOUNT,
            reason="x",
            idempotency_key="b",
        )
    assert await audit_ledger() == []


async def test_a_forbidden_adjustment_does_not_consume_its_key(app: AppContext) -> None:
    support, user = await create_staff_member(UserRole.SUPPORT), await create_user()

    with pytest.raises(Forbidden):
        await adjust(support, user)

    assert await database.fetch("SELECT id FROM idempotency_keys") == []


async def test_a_blocked_user_is_signed_out_and_a_demoted_one_loses_staff_rights_immediately(
    app: AppContext,
) -> None:
    scenario = await create_scenario(app)
    token, _ = await sessions.issue_token(app, scenario.buyer, now=await database.now())

    await users.set_user_active(scenario.owner, user_id=scenario.buyer.id, is_active=False, reason="fraud")
    await users.set_user_active(scenario.owner, user_id=scenario.buyer.id, is_active=True, reason="no fraud")
    assert await sessions.authenticate(app, token) is None
    assert await AccessToken.filter(user_id=scenario.buyer.id, revoked_at=None).count() == 0

    await users.set_user_role(scenario.owner, user_id=scenario.manager.user.id, role=UserRole.SUPPORT)
    with pytest.raises(Forbidden):
        await users.set_custom_rate(scenario.manager, user_id=scenario.buyer.id, percent=1)


async def test_an_answer_notifies_the_owner_and_marks_the_owner_s_messages_read(app: AppContext) -> None:
    scenario = await create_scenario(app)
    await reply_to_ticket(scenario.buyer, ticket_id=scenario.ticket.id, message="Hello?")

    await tickets.answer_ticket(scenario.manager, ticket_id=scenario.ticket.id, message=" Soon ")

    requested, answered = await TicketMessage.filter(ticket_id=scenario.ticket.id).order_by("id")
    assert (requested.is_read, answered.is_read) == (True, False)
    assert (answered.user_id, answered.message) == (scenario.manager.user.id, "Soon")
    assert (await Ticket.get(id=scenario.ticket.id)).status is TicketStatus.ANSWERED
    reported = await Notification.get(user_id=scenario.buyer.id)
    assert reported.kind is NotificationKind.TICKET_ANSWERED
    await tickets.close_ticket(scenario.manager, ticket_id=scenario.ticket.id)
    await reply_to_ticket(scenario.buyer, ticket_id=scenario.ticket.id, message="Thanks")
    assert (await Ticket.get(id=scenario.ticket.id)).status is TicketStatus.PENDING
