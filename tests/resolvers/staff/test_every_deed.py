"""Each operation of staff's by each role: done and logged, or refused without a trace."""

import importlib
import inspect
import json
import pkgutil

import pytest

import resolvers.staff
from domain.permissions import Permission, allows
from domain.problems import (
    Forbidden,
    IdempotencyKeyReused,
    PaymentNotMismatched,
    Problem,
    problems_of,
)
from domain.roles import UserRole
from domain.staff_acts import StaffAct
from models import AuditEntry, User
from resolvers.audit import audit_ledger
from resolvers.shop import Shop
from tests.database_state import stored_rows
from tests.fake_providers import FakeProviders
from tests.fakes import MOMENT
from tests.resolvers.provider_records import CATALOGUE_ROW
from tests.resolvers.staff.deeds import ALWAYS_TRIED, DEEDS, SYNC, Deed
from tests.resolvers.staff.world import create_world

AFTER_ANOTHER_ACT = {IdempotencyKeyReused, PaymentNotMismatched}
REFUSALS = [(deed, problem) for deed in DEEDS for problem in deed.refusals]


def name_of(deed: Deed) -> str:
    return deed.operation.__name__


def test_every_operation_of_staff_s_is_acted_out_with_every_declared_problem() -> None:
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
        and problems_of(operation)
    }
    assert public == {deed.operation for deed in DEEDS}
    for deed in DEEDS:
        assert set(problems_of(deed.operation)) == {ALWAYS_TRIED, *deed.refusals}, name_of(deed)


def test_every_permission_is_asked_for_and_every_act_has_its_word() -> None:
    assert {deed.permission for deed in DEEDS} == set(Permission)
    assert {name_of(deed) for deed in DEEDS if not deed.is_read} == set(StaffAct)


@pytest.mark.parametrize("deed", DEEDS, ids=name_of)
async def test_a_deed_is_done_by_the_roles_that_have_its_permission_alone(
    deed: Deed, shop: Shop, panels: FakeProviders
) -> None:
    panels.catalogue = (CATALOGUE_ROW,)
    world = await create_world(shop)
    before = await stored_rows()
    for role, member in world.staff.items():
        if not allows(role, deed.permission):
            with pytest.raises(Forbidden):
                await deed.act(world, member)
    await User.filter(id=world.owner.id).update(is_active=False)
    with pytest.raises(Forbidden):
        await deed.act(world, world.owner)
    await User.filter(id=world.owner.id).update(is_active=True)
    assert await stored_rows() == before

    permitted = [role for role in UserRole if allows(role, deed.permission)]
    for role in permitted:
        world = await create_world(shop)
        await deed.act(world, world.staff[role])
        told = await AuditEntry.filter(actor_id=world.staff[role].id)
        assert deed.is_read or told
        assert {(entry.act, entry.role) for entry in told} <= {(name_of(deed), role)}
    assert permitted
    assert await audit_ledger() == []


@pytest.mark.parametrize(
    ("deed", "problem"),
    REFUSALS,
    ids=lambda value: value.__name__ if isinstance(value, type) else name_of(value),
)
async def test_a_deed_is_refused_with_each_problem_that_it_declares(
    deed: Deed, problem: type[Problem], shop: Shop
) -> None:
    world = await create_world(shop)
    with pytest.raises(problem):
        await deed.refusals[problem](world, world.owner)

    assert await AuditEntry.all().count() == (problem in AFTER_ANOTHER_ACT)
    assert await audit_ledger() == []


async def test_secrets_are_masked_in_the_log(shop: Shop) -> None:
    world = await create_world(shop)
    for deed in DEEDS:
        if deed.permission is Permission.CHANGE_PROVIDERS:
            await deed.act(world, world.owner)

    rows = await AuditEntry.all()
    assert len(rows) == 2
    assert all("***" in row.after and "canary-key" not in row.after for row in rows)


async def test_a_sync_is_logged_with_what_it_did(shop: Shop, panels: FakeProviders) -> None:
    world = await create_world(shop)
    panels.catalogue = (CATALOGUE_ROW,)
    await SYNC.act(world, world.manager)

    [entry] = await AuditEntry.all()
    assert (entry.subject_id, entry.actor_id) == (world.provider.id, world.manager.id)
    assert json.loads(entry.after)["unchanged"] == 1
    assert entry.created_at > MOMENT
