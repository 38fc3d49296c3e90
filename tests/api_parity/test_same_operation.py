"""The same operation through both APIs leaves the same rows and ends in the same problem."""

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
    get_declared_problems,
)
from resolvers import (
    free_credit,
    login,
    notifications,
    order_cancellation,
    payments,
    refills,
    sessions,
    staff_sessions,
    statistics,
    totp,
    wheel,
)
from resolvers.app_context import AppContext
from rest_compat.errors import LEGACY_ERRORS, MALFORMED_KEY
from tests.api_parity.money_operations import MONEY_OPERATIONS
from tests.api_parity.operations import OPERATIONS
from tests.api_parity.scenario import GRAPHQL, REST, ApiOperation, create_catalogue, create_scenario, perform
from tests.fakes import RecordingSms
from tests.resolvers.logins import with_settings

EVERY_OPERATION = [*OPERATIONS, *MONEY_OPERATIONS]
ANY_LIMIT = "REST reads any limit as one from 1 to 10"
NO_KEY = "REST takes no key on a GET route"
NO_ROUTE = "the reference has no route for it"
GRAPHQL_ALONE: list[Callable[..., object]] = [
    order_cancellation.cancel_order,
    refills.request_refill,
    login.confirm_mobile,
    sessions.end_session,
    staff_sessions.start_staff_session,
    staff_sessions.confirm_identity,
    totp.enable_totp,
    totp.confirm_totp,
    totp.disable_totp,
]
# Problems that cannot be provoked through both APIs, and why.
ONE_API_ONLY: dict[tuple[Callable[..., object], type[Problem]], str] = {
    (statistics.list_top_users, InvalidInput): ANY_LIMIT,
    (statistics.list_top_services, InvalidInput): ANY_LIMIT,
    (notifications.mark_notifications_read, InvalidInput): "REST marks all: it takes no ids",
    (free_credit.claim_free_credit, InvalidInput): NO_KEY,
    (free_credit.claim_free_credit, IdempotencyKeyReused): NO_KEY,
    (wheel.spin_wheel, InvalidInput): NO_KEY,
    (wheel.spin_wheel, IdempotencyKeyReused): NO_KEY,
    (payments.confirm_payment, PaymentNotFound): "payers come back from the gateway by REST alone",
    **{
        (operation, problem): NO_ROUTE
        for operation in GRAPHQL_ALONE
        for problem in get_declared_problems(operation)
    },
}


@pytest.fixture
def app(app: AppContext) -> AppContext:
    """The shop with a free credit that is drawn alike each time."""
    return with_settings(app, free_credit_min=50, free_credit_max=50)


def get_name(operation: ApiOperation) -> str:
    return f"{operation.operation.__name__}-{operation.problem.__name__ if operation.problem else 'success'}"


@pytest.mark.parametrize("api_operation", EVERY_OPERATION, ids=get_name)
async def test_an_operation_has_the_same_outcome_through_both_apis(
    api_operation: ApiOperation, client: httpx.AsyncClient, app: AppContext, sms: RecordingSms
) -> None:
    catalogue = await create_catalogue()
    legacy = await create_scenario(app, sms, catalogue)
    modern = await create_scenario(app, sms, catalogue)

    rest, changed_by_rest = await perform(api_operation, REST, client, legacy)
    graphql, changed_by_graphql = await perform(api_operation, GRAPHQL, client, modern)

    assert changed_by_rest == changed_by_graphql
    assert graphql.status_code == 200
    if api_operation.problem is None:
        assert rest.status_code == api_operation.http_status
        assert rest.json()["status"] not in (400, 401, 403, 404, 409, 422, 429, 503)
        assert "errors" not in graphql.json()
        assert "code" not in graphql.json()["data"]["act"]
    else:
        check_refusal(rest, api_operation.problem, api_operation.path)
        assert get_code(graphql.json()) == api_operation.problem.code.upper()


def check_refusal(answer: httpx.Response, problem: type[Problem], path: str) -> None:
    """Check that REST answers `problem` in the words of its table; the numbers in them are not compared."""
    refusal = LEGACY_ERRORS.get((problem, path)) or LEGACY_ERRORS[problem, ""]
    if problem is InvalidInput and answer.status_code != refusal.http_status:
        refusal = MALFORMED_KEY
    message = re.sub(r"\\{\w+\\}", "[0-9]+", re.escape(refusal.message))
    body = answer.json()
    assert answer.status_code == refusal.http_status
    assert list(body) == ["status", "message"]
    assert body["status"] == refusal.status
    assert re.fullmatch(message, body["message"])


def get_code(answer: dict[str, object]) -> object:
    """The problem's code, as data of a mutation or as the error of a query."""
    if "errors" in answer:
        return answer["errors"][0]["extensions"]["code"]  # type: ignore[index]  # JSON
    return answer["data"]["act"]["code"]  # type: ignore[index]  # JSON


def test_every_declared_problem_of_every_operation_is_provoked() -> None:
    modules = [
        importlib.import_module(f"resolvers.{module.name}")
        for module in pkgutil.iter_modules(resolvers.__path__)
    ]
    operations = {
        operation
        for module in modules
        for operation in vars(module).values()
        if inspect.iscoroutinefunction(operation) and get_declared_problems(operation)
    }
    declared = {
        (operation, problem) for operation in operations for problem in get_declared_problems(operation)
    }
    acted = {
        (operation, api_operation.problem)
        for api_operation in EVERY_OPERATION
        for operation in api_operation.operations
    }
    assert declared - acted == set(ONE_API_ONLY)


def test_rest_has_a_message_for_every_problem_that_an_operation_may_raise() -> None:
    assert {api_operation.problem for api_operation in EVERY_OPERATION if api_operation.problem} <= {
        problem for problem, _ in LEGACY_ERRORS
    }
