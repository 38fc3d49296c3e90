"""Every operation with every problem that it declares, as each door is asked for it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from domain.problems import (
    EmailTaken,
    Forbidden,
    InvalidInput,
    MalformedUsername,
    MobileTaken,
    OrderNotFound,
    QuotaReached,
    TicketNotFound,
    TooManyCodes,
    UnknownUser,
    WrongLoginCode,
)
from domain.quotas import Quota
from domain.roles import UserRole
from domain.staff_problems import FreshCodeRequired
from models import QuotaUsage, User, database
from resolvers import login, notifications, orders, profile, tickets
from tests.both_doors.world import Act, Arguments, Outcome, Preparation, Record, World, global_id

PROBLEM = "... on Problem { code }"
REQUEST_CODE = (
    "mutation ($username: String!) "
    f"{{ act: requestLoginCode(username: $username) {{ __typename {PROBLEM} }} }}"
)
VERIFY = (
    "mutation ($username: String!, $code: String!) "
    f"{{ act: verifyLoginCode(username: $username, code: $code) {{ __typename {PROBLEM} }} }}"
)
LOGOUT = "mutation { act: logout { __typename } }"
UPDATE = (
    f"mutation ($input: ProfileInput!) {{ act: updateProfile(input: $input) {{ __typename {PROBLEM} }} }}"
)
MARK_READ = f"mutation ($ids: [ID!]) {{ act: markNotificationsRead(ids: $ids) {{ __typename {PROBLEM} }} }}"
CREATE_TICKET = (
    "mutation ($subject: String!, $description: String!) "
    f"{{ act: createTicket(subject: $subject, description: $description) {{ __typename {PROBLEM} }} }}"
)
REPLY = (
    "mutation ($ticketId: ID!, $message: String!) "
    f"{{ act: replyToTicket(ticketId: $ticketId, message: $message) {{ __typename {PROBLEM} }} }}"
)
ORDER = "query ($id: ID!) { act: order(id: $id) { id } }"
TICKET = "query ($id: ID!) { act: ticket(id: $id) { id } }"


async def ask_for_code(world: World) -> None:
    await login.request_login_code(world.shop, username=world.newcomer, network="127.0.0.9")
    await world.shop.sms.drain(world.shop.settings.gateway_total_timeout)
    world.code = next(code for mobile, code in reversed(world.sms.sent) if mobile == world.newcomer)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def login_act(problem: Outcome, username: str | None = None, before: Preparation | None = None) -> Act:
    def arguments(world: World) -> dict[str, object]:
        return {"username": username or world.newcomer}

    return Act(
        login.request_login_code,
        problem,
        "POST",
        "/v1/login",
        arguments,
        REQUEST_CODE,
        arguments,
        before=before,
    )


def verify_act(problem: Outcome, code: str | Callable[[World], str], username: str | None = None) -> Act:
    def arguments(world: World) -> dict[str, object]:
        return {"username": username or world.newcomer, "code": code(world) if callable(code) else code}

    return Act(
        login.verify_login_code,
        problem,
        "POST",
        "/v1/login/verify",
        arguments,
        VERIFY,
        arguments,
        before=ask_for_code,
    )


async def join_staff(world: World) -> None:
    await User.filter(id=world.user.id).update(role=UserRole.SUPPORT)


def profile_act(
    problem: Outcome, legacy: Arguments, modern: Arguments, before: Preparation | None = None
) -> Act:
    return Act(
        profile.update_profile,
        problem,
        "POST",
        "/v1/user",
        legacy,
        UPDATE,
        lambda world: {"input": modern(world)},
        before=before,
    )


def reply_act(problem: Outcome, ticket: Record, message: str = "hello") -> Act:
    return Act(
        tickets.reply_to_ticket,
        problem,
        "POST",
        "/v1/user/tickets/{id}",
        lambda _: {"message": message},
        REPLY,
        lambda world: {"ticketId": global_id("Ticket", ticket(world)), "message": message},
        record=ticket,
    )


def look_act(operation: Callable[..., object], problem: Outcome, record: Record) -> Act:
    path, document, kind = (
        ("/v1/order/{id}", ORDER, "Order")
        if operation is orders.get_order
        else ("/v1/user/tickets/{id}", TICKET, "Ticket")
    )
    return Act(
        operation,
        problem,
        "GET",
        path,
        lambda _: {},
        document,
        lambda world: {"id": global_id(kind, record(world))},
        record=record,
    )


def ticket_act(problem: Outcome, subject: str) -> Act:
    def arguments(_: World) -> dict[str, object]:
        return {"subject": subject, "description": "سلام، سفارش من انجام نشد"}

    return Act(
        tickets.create_ticket, problem, "POST", "/v1/user/tickets", arguments, CREATE_TICKET, arguments
    )


def mark_act(problem: Outcome) -> Act:
    return Act(
        notifications.mark_notifications_read,
        problem,
        "POST",
        "/v1/user/notifications",
        lambda _: {},
        MARK_READ,
        lambda _: {},
    )


async def use_up_quotas(world: World) -> None:
    """Leave the actor nothing of any quota."""
    now = await database.now()
    for quota in Quota:
        await QuotaUsage.create(user=world.user, quota=quota, used=10**9, ends_at=now + timedelta(hours=1))


def quota_act(act: Act) -> Act:
    """The act, refused because its actor's quotas are used up."""
    return replace(act, problem=QuotaReached, before=use_up_quotas)


ACTS = [
    login_act(None),
    login_act(MalformedUsername, "enim"),
    login_act(TooManyCodes, before=ask_for_code),
    verify_act(None, lambda world: world.code),
    verify_act(InvalidInput, "sint"),
    verify_act(MalformedUsername, "123456", "voluptas"),
    verify_act(WrongLoginCode, lambda world: wrong(world.code)),
    verify_act(UnknownUser, "123456", "nobody@example.com"),
    Act(login.logout, None, "GET", "/v1/logout", lambda _: {}, LOGOUT, lambda _: {}),
    profile_act(
        None,
        lambda w: {"first_name": "نگار", "mobile": w.newcomer},
        lambda w: {"firstName": "نگار", "mobile": w.newcomer},
    ),
    profile_act(
        InvalidInput,
        lambda _: {"first_name": "x", "mobile": "quas"},
        lambda _: {"firstName": "x", "mobile": "quas"},
    ),
    profile_act(MobileTaken, lambda w: {"mobile": w.other.mobile}, lambda w: {"mobile": w.other.mobile}),
    # REST knows no staff sessions, and GraphQL is asked by one of the app's here.
    profile_act(
        FreshCodeRequired, lambda w: {"mobile": w.newcomer}, lambda w: {"mobile": w.newcomer}, join_staff
    ),
    profile_act(EmailTaken, lambda w: {"email": w.other.email}, lambda w: {"email": w.other.email}),
    quota_act(profile_act(None, lambda _: {"password": "secret"}, lambda _: {"password": "secret"})),
    quota_act(ticket_act(None, "سفارش")),
    quota_act(reply_act(None, lambda world: world.ticket.id)),
    mark_act(None),
    ticket_act(None, "سفارش"),
    ticket_act(None, "  padded  "),
    ticket_act(InvalidInput, "x" * 256),
    reply_act(None, lambda world: world.ticket.id),
    reply_act(InvalidInput, lambda world: world.ticket.id, "x" * 10_001),
    reply_act(TicketNotFound, lambda _: 2_000_000_000),
    reply_act(Forbidden, lambda world: world.foreign_ticket.id),
    look_act(orders.get_order, None, lambda world: world.order.id),
    look_act(orders.get_order, OrderNotFound, lambda _: 2_000_000_000),
    look_act(orders.get_order, Forbidden, lambda world: world.foreign_order.id),
    look_act(tickets.get_ticket, None, lambda world: world.ticket.id),
    look_act(tickets.get_ticket, TicketNotFound, lambda _: 2_000_000_000),
    look_act(tickets.get_ticket, Forbidden, lambda world: world.foreign_ticket.id),
]
