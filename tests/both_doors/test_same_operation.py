"""The same act through both doors leaves the same rows and ends in the same problem."""

import importlib
import inspect
import pkgutil

import httpx
import pytest

import resolvers
from domain.problems import problems_of
from resolvers import cancellation, notifications, refills, stats
from resolvers.shop import Shop
from rest_compat.errors import REFUSALS
from tests.both_doors.acts import ACTS
from tests.both_doors.world import Act, create_world, left_by, through_graphql, through_rest
from tests.database_state import all_rows
from tests.fakes import RecordingSms

# What REST cannot ask for: it reads any limit as one from 1 to 10, and marks all notifications or none; the
# reference has no route to cancel or refill an order.
ONE_DOOR_ONLY = {
    stats.top_users,
    stats.top_services,
    notifications.mark_notifications_read,
    cancellation.cancel_order,
    refills.request_refill,
}


def name_of(act: Act) -> str:
    return f"{act.operation.__name__}-{act.problem.__name__ if act.problem else 'success'}"


@pytest.mark.parametrize("act", ACTS, ids=name_of)
async def test_an_act_ends_alike_through_both_doors(
    act: Act, client: httpx.AsyncClient, shop: Shop, sms: RecordingSms
) -> None:
    legacy, modern = await create_world(shop, sms), await create_world(shop, sms)
    if act.before:
        await act.before(legacy)
        await act.before(modern)

    before = await all_rows()
    rest = await through_rest(client, act, legacy)
    left_by_rest = await left_by(legacy, before)
    before = await all_rows()
    graphql = await through_graphql(client, act, modern)
    left_by_graphql = await left_by(modern, before)

    assert left_by_rest == left_by_graphql
    if act.problem is None:
        assert rest["status"] not in (400, 401, 403, 404, 429)
        assert "errors" not in graphql
        assert "code" not in graphql["data"]["act"]
    else:
        refusal = REFUSALS.get((act.problem, act.path)) or REFUSALS[act.problem, ""]
        assert rest == {"status": refusal.status, "message": refusal.message}
        assert code_of(graphql) == act.problem.code.value.upper()


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
    acted = {(act.operation, act.problem) for act in ACTS}
    assert {pair for pair in declared - acted if pair[0] not in ONE_DOOR_ONLY} == set()


def test_rest_words_every_problem_that_an_operation_may_raise() -> None:
    assert {act.problem for act in ACTS if act.problem} <= {problem for problem, _ in REFUSALS}
