"""Every operation with every problem it declares, as requests to each API."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import database
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
from models import QuotaUsage, User
from resolvers import login, notifications, orders, profile, tickets
from tests.api_parity.scenario import (
    ApiOperation,
    Arguments,
    ExpectedProblem,
    Preparation,
    Record,
    Scenario,
    to_global_id,
)

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


async def request_code(scenario: Scenario) -> None:
    await login.request_login_code(scenario.app, username=scenario.newcomer, network="127.0.0.9")
    await scenario.app.sms.drain(scenario.app.settings.gateway_total_timeout)
    scenario.code = next(code for mobile, code in reversed(scenario.sms.sent) if mobile == scenario.newcomer)


def wrong_code_for(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def login_operation(
    problem: ExpectedProblem, username: str | None = None, before: Preparation | None = None
) -> ApiOperation:
    def arguments(scenario: Scenario) -> dict[str, object]:
        return {"username": username or scenario.newcomer}

    return ApiOperation(
        login.request_login_code,
        problem,
        "POST",
        "/v1/login",
        arguments,
        REQUEST_CODE,
        arguments,
        before=before,
    )


def verify_operation(
    problem: ExpectedProblem, code: str | Callable[[Scenario], str], username: str | None = None
) -> ApiOperation:
    def arguments(scenario: Scenario) -> dict[str, object]:
        return {"username": username or scenario.newcomer, "code": code(scenario) if callable(code) else code}

    return ApiOperation(
        login.verify_login_code,
        problem,
        "POST",
        "/v1/login/verify",
        arguments,
        VERIFY,
        arguments,
        before=request_code,
    )


async def make_staff(scenario: Scenario) -> None:
    await User.filter(id=scenario.user.id).update(role=UserRole.SUPPORT)


def profile_operation(
    problem: ExpectedProblem, legacy: Arguments, modern: Arguments, before: Preparation | None = None
) -> ApiOperation:
    return ApiOperation(
        profile.update_profile,
        problem,
        "POST",
        "/v1/user",
        legacy,
        UPDATE,
        lambda scenario: {"input": modern(scenario)},
        before=before,
    )


def reply_operation(problem: ExpectedProblem, ticket: Record, message: str = "hello") -> ApiOperation:
    return ApiOperation(
        tickets.reply_to_ticket,
        problem,
        "POST",
        "/v1/user/tickets/{id}",
        lambda _: {"message": message},
        REPLY,
        lambda scenario: {"ticketId": to_global_id("Ticket", ticket(scenario)), "message": message},
        record=ticket,
    )


def read_operation(
    operation: Callable[..., object], problem: ExpectedProblem, record: Record
) -> ApiOperation:
    path, document, kind = (
        ("/v1/order/{id}", ORDER, "Order")
        if operation is orders.get_order
        else ("/v1/user/tickets/{id}", TICKET, "Ticket")
    )
    return ApiOperation(
        operation,
        problem,
        "GET",
        path,
        lambda _: {},
        document,
        lambda scenario: {"id": to_global_id(kind, record(scenario))},
        record=record,
    )


def ticket_operation(problem: ExpectedProblem, subject: str) -> ApiOperation:
    def arguments(_: Scenario) -> dict[str, object]:
        return {"subject": subject, "description": "سلام، سفارش من انجام نشد"}

    return ApiOperation(
        tickets.create_ticket, problem, "POST", "/v1/user/tickets", arguments, CREATE_TICKET, arguments
    )


def mark_operation(problem: ExpectedProblem) -> ApiOperation:
    return ApiOperation(
        notifications.mark_notifications_read,
        problem,
        "POST",
        "/v1/user/notifications",
        lambda _: {},
        MARK_READ,
        lambda _: {},
    )


async def use_up_quotas(scenario: Scenario) -> None:
    """Leave the actor nothing of any quota."""
    now = await database.now()
    for quota in Quota:
        await QuotaUsage.create(user=scenario.user, quota=quota, used=10**9, ends_at=now + timedelta(hours=1))


def quota_operation(operation: ApiOperation) -> ApiOperation:
    """The operation, refused because the user's quotas are used up."""
    return replace(operation, problem=QuotaReached, before=use_up_quotas)


OPERATIONS = [
    login_operation(None),
    login_operation(MalformedUsername, "enim"),
    login_operation(TooManyCodes, before=request_code),
    verify_operation(None, lambda scenario: scenario.code),
    verify_operation(InvalidInput, "sint"),
    verify_operation(MalformedUsername, "123456", "voluptas"),
    verify_operation(WrongLoginCode, lambda scenario: wrong_code_for(scenario.code)),
    verify_operation(UnknownUser, "123456", "nobody@example.com"),
    ApiOperation(login.logout, None, "GET", "/v1/logout", lambda _: {}, LOGOUT, lambda _: {}),
    profile_operation(
        None,
        lambda w: {"first_name": "نگار", "mobile": w.newcomer},
        lambda w: {"firstName": "نگار", "mobile": w.newcomer},
    ),
    profile_operation(
        InvalidInput,
        lambda _: {"first_name": "x", "mobile": "quas"},
        lambda _: {"firstName": "x", "mobile": "quas"},
    ),
    profile_operation(
        MobileTaken, lambda w: {"mobile": w.other.mobile}, lambda w: {"mobile": w.other.mobile}
    ),
    # REST has no staff sessions, and GraphQL is called with an app session here.
    profile_operation(
        FreshCodeRequired, lambda w: {"mobile": w.newcomer}, lambda w: {"mobile": w.newcomer}, make_staff
    ),
    profile_operation(EmailTaken, lambda w: {"email": w.other.email}, lambda w: {"email": w.other.email}),
    quota_operation(
        profile_operation(None, lambda _: {"password": "secret"}, lambda _: {"password": "secret"})
    ),
    quota_operation(ticket_operation(None, "سفارش")),
    quota_operation(reply_operation(None, lambda scenario: scenario.ticket.id)),
    mark_operation(None),
    ticket_operation(None, "سفارش"),
    ticket_operation(None, "  padded  "),
    ticket_operation(InvalidInput, "x" * 256),
    reply_operation(None, lambda scenario: scenario.ticket.id),
    reply_operation(InvalidInput, lambda scenario: scenario.ticket.id, "x" * 10_001),
    reply_operation(TicketNotFound, lambda _: 2_000_000_000),
    reply_operation(Forbidden, lambda scenario: scenario.foreign_ticket.id),
    read_operation(orders.get_order, None, lambda scenario: scenario.order.id),
    read_operation(orders.get_order, OrderNotFound, lambda _: 2_000_000_000),
    read_operation(orders.get_order, Forbidden, lambda scenario: scenario.foreign_order.id),
    read_operation(tickets.get_ticket, None, lambda scenario: scenario.ticket.id),
    read_operation(tickets.get_ticket, TicketNotFound, lambda _: 2_000_000_000),
    read_operation(tickets.get_ticket, Forbidden, lambda scenario: scenario.foreign_ticket.id),
]
