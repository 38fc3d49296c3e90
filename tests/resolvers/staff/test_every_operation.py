"""Each operation of staff's by each role: done and logged, or refused without a trace."""

import importlib
import inspect
import json
import pkgutil
from datetime import timedelta

import pytest

import database
import resolvers.staff
from domain.permissions import (
    FRESH_PROOF_REQUIRED,
    GRANTABLE_TO_SERVICES,
    Permission,
    StaffAct,
    has_permission,
)
from domain.problems import Forbidden, IdempotencyKeyReused, Problem, get_declared_problems
from domain.roles import UserRole
from domain.sessions import PROOF_LIFETIME
from domain.staff_problems import FreshCodeRequired, PaymentNotMismatched
from models import AuditEntry, User
from resolvers import sessions
from resolvers.app_context import AppContext
from resolvers.ledger_audit import audit_ledger
from resolvers.sessions import Session
from tests.database_state import read_stored_rows
from tests.fake_providers import FakeProviders
from tests.fakes import TIMESTAMP
from tests.resolvers.provider_factories import CATALOGUE_ROW
from tests.resolvers.staff import staff_operations
from tests.resolvers.staff.credential_operations import CREDENTIAL_OPERATIONS
from tests.resolvers.staff.refill_operations import REFILL_OPERATIONS
from tests.resolvers.staff.scenario import Scenario, create_scenario, create_session
from tests.resolvers.staff.staff_operations import ALWAYS_TRIED, SYNC, StaffOperationCase

ALL_STAFF_OPERATIONS = [*staff_operations.STAFF_OPERATIONS, *CREDENTIAL_OPERATIONS, *REFILL_OPERATIONS]
STALE = PROOF_LIFETIME + timedelta(seconds=2)
AFTER_ANOTHER_OPERATION = {IdempotencyKeyReused, PaymentNotMismatched}
REFUSALS = [
    (operation_case, problem)
    for operation_case in ALL_STAFF_OPERATIONS
    for problem in operation_case.refusals
]


def get_name(operation: StaffOperationCase) -> str:
    return operation.operation.__name__


def test_every_staff_operation_is_tested_with_every_declared_problem() -> None:
    modules = [
        importlib.import_module(f"resolvers.staff.{module.name}")
        for module in pkgutil.iter_modules(resolvers.staff.__path__)
    ]
    public = {
        operation
        for module in modules
        for name, operation in vars(module).items()
        if inspect.iscoroutinefunction(operation)
        and operation.__module__ == module.__name__
        and get_declared_problems(operation)
    }
    assert public == {operation_case.operation for operation_case in ALL_STAFF_OPERATIONS}
    for operation_case in ALL_STAFF_OPERATIONS:
        proof = {FreshCodeRequired} if operation_case.permission in FRESH_PROOF_REQUIRED else set()
        assert set(get_declared_problems(operation_case.operation)) == {
            ALWAYS_TRIED,
            *proof,
            *operation_case.refusals,
        }, get_name(operation_case)


def test_every_permission_is_required_and_every_audit_action_is_used() -> None:
    assert {operation.permission for operation in ALL_STAFF_OPERATIONS} == set(Permission)
    assert {
        get_name(operation_case) for operation_case in ALL_STAFF_OPERATIONS if not operation_case.is_read
    } == set(StaffAct)


@pytest.mark.parametrize("operation", ALL_STAFF_OPERATIONS, ids=get_name)
async def test_an_operation_succeeds_only_for_roles_with_its_permission(
    operation: StaffOperationCase, app: AppContext, fake_providers: FakeProviders
) -> None:
    fake_providers.catalogue = (CATALOGUE_ROW,)
    scenario = await create_scenario(app)
    before = await read_stored_rows()
    for role, member in scenario.staff.items():
        if not has_permission(role, operation.permission):
            with pytest.raises(Forbidden):
                await operation.perform(scenario, member)
    await User.filter(id=scenario.owner.user.id).update(is_active=False)
    with pytest.raises(Forbidden):
        await operation.perform(scenario, scenario.owner)
    await User.filter(id=scenario.owner.user.id).update(is_active=True)
    assert await read_stored_rows() == before

    permitted = [role for role in UserRole if has_permission(role, operation.permission)]
    for place, role in enumerate(permitted):
        # What was refused has left the first one as it was.
        scenario = scenario if place == 0 else await create_scenario(app)
        await operation.perform(scenario, scenario.staff[role])
        reported = await AuditEntry.filter(actor_id=scenario.staff[role].user.id)
        assert operation.is_read or reported
        assert {(entry.action, entry.role) for entry in reported} <= {(get_name(operation), role)}
    assert permitted
    assert await audit_ledger() == []


@pytest.mark.parametrize(
    ("operation", "problem"),
    REFUSALS,
    ids=lambda value: value.__name__ if isinstance(value, type) else get_name(value),
)
async def test_an_operation_raises_each_problem_that_it_declares(
    operation: StaffOperationCase, problem: type[Problem], app: AppContext
) -> None:
    scenario = await create_scenario(app)
    with pytest.raises(problem):
        await operation.refusals[problem](scenario, scenario.owner)

    assert await AuditEntry.all().count() == (problem in AFTER_ANOTHER_OPERATION)
    assert await audit_ledger() == []


async def test_secrets_are_masked_in_the_log(app: AppContext) -> None:
    scenario = await create_scenario(app)
    for operation in ALL_STAFF_OPERATIONS:
        if operation.permission is Permission.CHANGE_PROVIDERS:
            await operation.perform(scenario, scenario.owner)

    rows = await AuditEntry.all()
    assert len(rows) == 2
    assert all("***" in row.after and "canary-key" not in row.after for row in rows)


async def test_a_sync_is_logged_with_its_results(app: AppContext, fake_providers: FakeProviders) -> None:
    scenario = await create_scenario(app)
    fake_providers.catalogue = (CATALOGUE_ROW,)
    await SYNC.perform(scenario, scenario.manager)

    [entry] = await AuditEntry.all()
    assert (entry.subject_id, entry.actor_id) == (scenario.provider.id, scenario.manager.user.id)
    assert json.loads(entry.after)["unchanged"] == 1
    assert entry.created_at > TIMESTAMP


async def create_app_token(app: AppContext, staff: Session) -> Session:
    bearer, _ = await sessions.issue_token(app, staff.user, now=await database.now())
    viewer = await sessions.authenticate(app, bearer)
    assert viewer is not None
    return viewer


async def create_service_token(app: AppContext, staff: Session, permission: Permission) -> Session:
    bearer, _ = await sessions.issue_service_token(
        app,
        staff.user,
        name="robot",
        permissions={permission},
        lifetime=timedelta(days=1),
        now=await database.now(),
    )
    viewer = await sessions.authenticate(app, bearer)
    assert viewer is not None
    return viewer


async def outcome(operation: StaffOperationCase, scenario: Scenario, staff: Session) -> type[Problem] | None:
    try:
        await operation.perform(scenario, staff)
    except Problem as problem:
        return type(problem)
    return None


async def test_every_operation_is_refused_to_app_tokens_stale_sessions_and_other_service_tokens(
    app: AppContext, fake_providers: FakeProviders, subtests: pytest.Subtests
) -> None:
    fake_providers.catalogue = (CATALOGUE_ROW,)
    scenario = await create_scenario(app)
    app_token = await create_app_token(app, scenario.owner)
    stale = await create_session(scenario.owner.user, proof_age=STALE)
    demanded = Session(**{**vars(scenario.owner), "lacks_totp": True})
    for operation in ALL_STAFF_OPERATIONS:
        with subtests.test(get_name(operation)):
            needs_proof = operation.permission in FRESH_PROOF_REQUIRED
            other = next(p for p in Permission if p is not operation.permission)
            before = await read_stored_rows()
            assert await outcome(operation, scenario, app_token) is Forbidden
            assert await outcome(operation, scenario, demanded) is Forbidden
            assert (
                await outcome(operation, scenario, await create_service_token(app, scenario.owner, other))
                is Forbidden
            )
            if operation.permission not in GRANTABLE_TO_SERVICES:
                forged = await create_service_token(app, scenario.owner, operation.permission)
                assert await outcome(operation, scenario, forged) is Forbidden
            if needs_proof:
                assert await outcome(operation, scenario, stale) is FreshCodeRequired
            assert await read_stored_rows() == before


async def test_every_operation_works_with_a_service_token_with_its_permission_and_is_logged_with_its_name(
    app: AppContext, fake_providers: FakeProviders, subtests: pytest.Subtests
) -> None:
    fake_providers.catalogue = (CATALOGUE_ROW,)
    for operation in ALL_STAFF_OPERATIONS:
        if operation.permission not in GRANTABLE_TO_SERVICES:
            continue
        with subtests.test(get_name(operation)):
            scenario = await create_scenario(app)
            robot = await create_service_token(app, scenario.owner, operation.permission)
            assert await outcome(operation, scenario, robot) is None
            entries = await AuditEntry.filter(actor_id=scenario.owner.user.id)
            assert operation.is_read or {entry.service_token for entry in entries} == {"robot"}


async def test_a_stale_session_still_does_what_needs_no_fresh_proof(
    app: AppContext, fake_providers: FakeProviders, subtests: pytest.Subtests
) -> None:
    fake_providers.catalogue = (CATALOGUE_ROW,)
    for operation in ALL_STAFF_OPERATIONS:
        if operation.permission in FRESH_PROOF_REQUIRED:
            continue
        with subtests.test(get_name(operation)):
            scenario = await create_scenario(app)
            assert (
                await outcome(operation, scenario, await create_session(scenario.owner.user, proof_age=STALE))
                is None
            )
