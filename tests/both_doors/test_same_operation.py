"""The same act through both doors leaves the same rows and ends in the same problem."""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable

import httpx
import pytest

import resolvers
from domain.problems import (
    IdempotencyKeyReused,
    InvalidInput,
    PaymentNotFound,
    Problem,
    problems_of,
)
from resolvers import (
    cancellation,
    free_credit,
    login,
    notifications,
    payments,
    refills,
    sessions,
    staff_sessions,
    stats,
    totp,
    wheel,
)
from resolvers.shop import Shop
from rest_compat.errors import MALFORMED_KEY, REFUSALS
from tests.both_doors.acts import ACTS
from tests.both_doors.money_acts import MONEY_ACTS
from tests.both_doors.world import GRAPHQL, REST, Act, act_out, create_catalogue, create_world
from tests.fakes import RecordingSms
from tests.resolvers.logins import with_settings

EVERY_ACT = [*ACTS, *MONEY_ACTS]
ANY_LIMIT = "REST reads any limit as one from 1 to 10"
NO_KEY = "REST takes no key on a GET route"
NO_ROUTE = "the reference has no route for it"
GRAPHQL_ALONE: list[Callable[..., object]] = [
    cancellation.cancel_order,
    refills.request_refill,
    login.confirm_mobile,
    sessions.end_session,
    staff_sessions.start_staff_session,
    staff_sessions.confirm_identity,
    totp.enable_totp,
    totp.confirm_totp,
    totp.disable_totp,
]
# Problems that cannot be brought about through both doors, and why.
ONE_DOOR_ONLY: dict[tuple[Callable[..., object], type[Problem]], str] = {
    (stats.top_users, InvalidInput): ANY_LIMIT,
    (stats.top_services, InvalidInput): ANY_LIMIT,
    (notifications.mark_notifications_read, InvalidInput): "REST marks all: it takes no ids",
    (free_credit.claim_free_credit, InvalidInput): NO_KEY,
    (free_credit.claim_free_credit, IdempotencyKeyReused): NO_KEY,
    (wheel.spin_wheel, InvalidInput): NO_KEY,
    (wheel.spin_wheel, IdempotencyKeyReused): NO_KEY,
    (payments.confirm_payment, PaymentNotFound): "payers come back from the gateway by REST alone",
    **{(operation, problem): NO_ROUTE for operation in GRAPHQL_ALONE for problem in problems_of(operation)},
}


@pytest.fixture
def shop(shop: Shop) -> Shop:
    """The shop with a free credit that is drawn alike each time."""
    return with_settings(shop, free_credit_min=50, free_credit_max=50)


def name_of(act: Act) -> str:
    return f"{act.operation.__name__}-{act.problem.__name__ if act.problem else 'success'}"


@pytest.mark.parametrize("act", EVERY_ACT, ids=name_of)
async def test_an_act_ends_alike_through_both_doors(
    act: Act, client: httpx.AsyncClient, shop: Shop, sms: RecordingSms
) -> None:
    catalogue = await create_catalogue()
    legacy = await create_world(shop, sms, catalogue)
    modern = await create_world(shop, sms, catalogue)

    rest, left_by_rest = await act_out(act, REST, client, legacy)
    graphql, left_by_graphql = await act_out(act, GRAPHQL, client, modern)

    assert left_by_rest == left_by_graphql
    assert graphql.status_code == 200
    if act.problem is None:
        assert rest.status_code == act.http_status
        assert rest.json()["status"] not in (400, 401, 403, 404, 409, 422, 429, 503)
        assert "errors" not in graphql.json()
        assert "code" not in graphql.json()["data"]["act"]
    else:
        check_refusal(rest, act.problem, act.path)
        assert code_of(graphql.json()) == act.problem.code.value.upper()


def check_refusal(answer: httpx.Response, problem: type[Problem], path: str) -> None:
    """REST answers `problem` as its table words it, whatever the numbers in the sentence."""
    refusal = REFUSALS.get((problem, path)) or REFUSALS[problem, ""]
    if problem is InvalidInput and answer.status_code != refusal.http_status:
        refusal = MALFORMED_KEY
    wording = re.sub(r"\\{\w+\\}", "[0-9]+", re.escape(refusal.message))
    body = answer.json()
    assert answer.status_code == refusal.http_status
    assert list(body) == ["status", "message"]
    assert body["status"] == refusal.status
    assert re.fullmatch(wording, body["message"])


def code_of(answer: dict[str, object]) -> object:
    """The problem's code, as data of a mutation or as the error of a query."""
    if "errors" in answer:
        return answer["errors"][0]["extensions"]["code"]  # type: ignore[index]  # JSON
    return answer["data"]["act"]["code"]  # type: ignore[index]  # JSON


def test_every_declared_problem_of_every_operation_is_acted_out() -> None:
    modules = [
        importlib.import_module(f"resolvers.{module.name}")
        for module in pkgutil.iter_modules(resolvers.__path__)
    ]
    operations = {
        operation
        for module in modules
        for operation in vars(module).values()
        if inspect.iscoroutinefunction(operation) and problems_of(operation)
    }
    declared = {(operation, problem) for operation in operations for problem in problems_of(operation)}
    acted = {(operation, act.problem) for act in EVERY_ACT for operation in act.operations}
    assert declared - acted == set(ONE_DOOR_ONLY)


def test_rest_words_every_problem_that_an_operation_may_raise() -> None:
    assert {act.problem for act in EVERY_ACT if act.problem} <= {problem for problem, _ in REFUSALS}
