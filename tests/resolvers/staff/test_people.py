"""Whom staff may act on, and what becomes of those they act on."""

from collections.abc import Awaitable, Callable

import pytest

from domain.money import LARGEST_AMOUNT
from domain.problems import Forbidden, InvalidInput
from domain.roles import UserRole
from domain.states import LedgerKind, NotificationKind, TicketStatus
from models import AccessToken, AuditEntry, Notification, Ticket, TicketMessage, User, database
from resolvers import sessions
from resolvers.audit import audit_ledger
from resolvers.sessions import SignedIn
from resolvers.shop import Shop
from resolvers.staff import appointments, tickets, users
from resolvers.tickets import reply_to_ticket
from tests.fakes import create_user
from tests.resolvers.money_records import ledger_of
from tests.resolvers.staff.world import create_world, member, session_of, staff_member

RANKED = [UserRole.SUPPORT, UserRole.MANAGER, UserRole.OWNER]


async def adjust(staff: SignedIn, user: User, amount: int = 5) -> None:
    await users.adjust_balance(
        staff, user_id=user.id, amount=amount, reason="why", idempotency_key=f"{user.id}"
    )


@pytest.mark.parametrize("subject", RANKED)
async def test_a_manager_acts_on_those_below_alone(subject: UserRole, shop: Shop) -> None:
    manager, other = await staff_member(UserRole.MANAGER), await member(subject)
    acts: list[Callable[[], Awaitable[object]]] = [
        lambda: adjust(manager, other),
        lambda: users.set_custom_rate(manager, user_id=other.id, percent=50),
        lambda: users.set_user_active(manager, user_id=other.id, is_active=False, reason="why"),
        lambda: users.sign_out_user(manager, user_id=other.id),
    ]
    for act in acts:
        if subject is UserRole.SUPPORT:
            await act()
        else:
            with pytest.raises(Forbidden):
                await act()
    assert await AuditEntry.all().count() == (4 if subject is UserRole.SUPPORT else 0)


async def test_nobody_but_an_owner_serves_oneself(shop: Shop) -> None:
    manager, owner = await staff_member(UserRole.MANAGER), await staff_member(UserRole.OWNER)

    with pytest.raises(Forbidden):
        await adjust(manager, manager.user)
    with pytest.raises(Forbidden):
        await users.set_custom_rate(manager, user_id=manager.user.id, percent=100)
    await adjust(owner, owner.user)
    with pytest.raises(Forbidden):
        await users.set_user_role(owner, user_id=owner.user.id, role=UserRole.USER)
    with pytest.raises(Forbidden):
        await users.set_user_active(owner, user_id=owner.user.id, is_active=False, reason="why")


async def test_the_command_line_makes_an_owner_and_that_is_logged(shop: Shop) -> None:
    user = await create_user(mobile="09381112233", is_verified=True)

    await appointments.appoint("09381112233", role=UserRole.OWNER)

    owner = await session_of(await User.get(id=user.id))
    await users.set_user_role(owner, user_id=(await create_user()).id, role=UserRole.MANAGER)
    entry = await AuditEntry.get(subject_id=user.id)
    assert (entry.before, entry.after) == ('{"role":"user"}', '{"role":"owner"}')


async def test_an_adjustment_is_in_the_ledger_with_its_reason_and_the_sums_stay_right(shop: Shop) -> None:
    owner, user = await staff_member(UserRole.OWNER), await create_user(balance=100)

    entry = await users.adjust_balance(
        owner, user_id=user.id, amount=-100, reason=" fraud ", idempotency_key="k"
    )

    assert (entry.kind, entry.amount, entry.balance_after, entry.note) == (
        LedgerKind.ADJUSTMENT,
        -100,
        0,
        "fraud",
    )
    assert await ledger_of(user) == [(LedgerKind.OPENING, 100, 100), (LedgerKind.ADJUSTMENT, -100, 0)]
    with pytest.raises(InvalidInput):
        await users.adjust_balance(
            owner,
            user_id=(await create_user(balance=1)).id,
            amount=LARGEST_AMOUNT,
            reason="x",
            idempotency_key="b",
        )
    assert await audit_ledger() == []


async def test_whoever_may_not_adjust_balances_does_not_even_use_up_a_key(shop: Shop) -> None:
    support, user = await staff_member(UserRole.SUPPORT), await create_user()

    with pytest.raises(Forbidden):
        await adjust(support, user)

    assert await database.fetch("SELECT id FROM idempotency_keys") == []


async def test_a_blocked_user_is_signed_out_for_good_and_a_demoted_one_is_no_staff_at_once(
    shop: Shop,
) -> None:
    world = await create_world(shop)
    token, _ = await sessions.issue_token(shop, world.buyer, now=await database.now())

    await users.set_user_active(world.owner, user_id=world.buyer.id, is_active=False, reason="fraud")
    await users.set_user_active(world.owner, user_id=world.buyer.id, is_active=True, reason="no fraud")
    assert await sessions.authenticate(shop, token) is None
    assert await AccessToken.filter(user_id=world.buyer.id, revoked_at=None).count() == 0

    await users.set_user_role(world.owner, user_id=world.manager.user.id, role=UserRole.SUPPORT)
    with pytest.raises(Forbidden):
        await users.set_custom_rate(world.manager, user_id=world.buyer.id, percent=1)


async def test_an_answer_tells_the_owner_and_what_the_owner_wrote_is_read(shop: Shop) -> None:
    world = await create_world(shop)
    await reply_to_ticket(world.buyer, ticket_id=world.ticket.id, message="Hello?")

    await tickets.answer_ticket(world.manager, ticket_id=world.ticket.id, message=" Soon ")

    asked, answered = await TicketMessage.filter(ticket_id=world.ticket.id).order_by("id")
    assert (asked.is_read, answered.is_read) == (True, False)
    assert (answered.user_id, answered.message) == (world.manager.user.id, "Soon")
    assert (await Ticket.get(id=world.ticket.id)).status is TicketStatus.ANSWERED
    told = await Notification.get(user_id=world.buyer.id)
    assert told.kind is NotificationKind.TICKET_ANSWERED
    await tickets.close_ticket(world.manager, ticket_id=world.ticket.id)
    await reply_to_ticket(world.buyer, ticket_id=world.ticket.id, message="Thanks")
    assert (await Ticket.get(id=world.ticket.id)).status is TicketStatus.PENDING
