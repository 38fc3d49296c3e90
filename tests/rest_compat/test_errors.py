"""The documented message of every refusal, and the framework's responses."""

import json
from collections.abc import Callable
from datetime import timedelta

from domain.problems import (
    FreeCreditTooSoon,
    IdempotencyKeyInProgress,
    IdempotencyKeyReused,
    InvalidInput,
    Problem,
    QuotaReached,
    TicketNotFound,
    TooManyCodes,
    WheelTooSoon,
    get_declared_problems,
)
from resolvers import free_credit, gifts, login, orders, payments, profile, tickets, wheel
from rest_compat import errors
from tests.called_operations import find_possible_problems
from tests.domain.sample_problems import build_problem
from tests.rest_compat.reference import list_answers
from tests.subtest_cases import for_each

REFUSING: dict[tuple[str, str], Callable[..., object]] = {
    ("POST", "/v1/login"): login.request_login_code,
    ("POST", "/v1/login/verify"): login.verify_login_code,
    ("POST", "/v1/user"): profile.update_profile,
    ("POST", "/v1/user/tickets"): tickets.create_ticket,
    ("GET", "/v1/user/tickets/{id}"): tickets.get_ticket,
    ("POST", "/v1/user/tickets/{id}"): tickets.reply_to_ticket,
    ("GET", "/v1/order/{id}"): orders.get_order,
    ("POST", "/v1/user/payment"): payments.start_payment,
    ("GET", "/v1/user/freecredit"): free_credit.claim_free_credit,
    ("POST", "/v1/order"): orders.create_order,
    ("GET", "/v1/user/wof"): wheel.spin_wheel,
    ("POST", "/v1/user/gifts"): gifts.use_oldest_gift,
}
# Refusals that the reference is silent about: decided in the contract's notes.
UNDOCUMENTED: dict[tuple[str, str], set[int]] = {
    ("POST", "/v1/login"): {400},
    ("GET", "/v1/user/tickets/{id}"): {403},
    ("POST", "/v1/user"): {429},
    ("POST", "/v1/user/tickets"): {429},
    ("POST", "/v1/user/tickets/{id}"): {400, 429},
    ("POST", "/v1/user/payment"): {409, 422, 429, 503},
    # Keys come only by GraphQL here, so that their 400 and 422 are never seen.
    ("GET", "/v1/user/freecredit"): {400, 422},
    ("POST", "/v1/order"): {422},
    ("GET", "/v1/user/wof"): {400, 404, 422},
    ("POST", "/v1/user/gifts"): {422},
}
PROBLEMS = sorted({kind for kind, _ in errors.LEGACY_ERRORS}, key=lambda kind: kind.code)
BY_HTTP_STATUS = (IdempotencyKeyReused, IdempotencyKeyInProgress, QuotaReached)


# The numbers that the reference's own examples have.
DOCUMENTED: dict[type[Problem], Problem] = {
    FreeCreditTooSoon: FreeCreditTooSoon(retry_after=timedelta(seconds=120)),
    WheelTooSoon: WheelTooSoon(days=1),
}


def body_of(problem: Problem, path: str) -> dict[str, object]:
    answer = errors.build_error_response(problem, path)
    body: dict[str, object] = json.loads(bytes(answer.body))
    return body


def test_every_problem_of_every_called_operation_has_a_message() -> None:
    assert find_possible_problems("rest_compat") == set(PROBLEMS)


@for_each("kind", PROBLEMS)
def test_every_problem_has_a_message_on_any_route(kind: type[Problem]) -> None:
    assert set(body_of(build_problem(kind), "/v1/anything")) == {"status", "message"}


@for_each("route", REFUSING)
def test_refusals_of_an_operation_are_the_documented_ones_of_its_route(route: tuple[str, str]) -> None:
    documented = [
        body for body in list_answers(*route) if set(body) == {"status", "message"} and body["status"] >= 400
    ]
    raised = [
        body_of(DOCUMENTED.get(kind) or build_problem(kind), route[1])
        for kind in get_declared_problems(REFUSING[route])
    ]

    assert [body for body in documented if body not in raised] == []
    assert {body["status"] for body in raised if body not in documented} == UNDOCUMENTED.get(route, set())


@for_each("kind", PROBLEMS)
def test_only_undocumented_problems_are_reported_by_the_http_status(kind: type[Problem]) -> None:
    answer = errors.build_error_response(build_problem(kind), "/v1/order")
    reported = json.loads(bytes(answer.body))["status"]
    assert answer.status_code == (reported if kind in BY_HTTP_STATUS else 200)


def test_unknown_ticket_reads_as_another_users() -> None:
    assert (
        body_of(TicketNotFound(), "/v1/user/tickets/{id}") == list_answers("POST", "/v1/user/tickets/{id}")[1]
    )


def test_a_wrong_parameter_has_its_route_s_message() -> None:
    problem = InvalidInput(field="subject")
    assert body_of(problem, "/v1/user/tickets") == list_answers("POST", "/v1/user/tickets")[1]
    assert body_of(problem, "/v1/user") == list_answers("POST", "/v1/user")[1]
    assert body_of(problem, "/v1/login/verify") == list_answers("POST", "/v1/login/verify")[3]


def test_limit_on_codes_is_the_documented_429() -> None:
    assert (
        body_of(TooManyCodes(retry_after=timedelta(hours=1)), "/v1/login")
        == list_answers("POST", "/v1/login")[1]
    )
