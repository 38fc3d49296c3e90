"""Each operation of staff's by each role: done and logged, or refused without a trace."""

import importlib
import inspect
import json
import pkgutil
from datetime import timedelta

import pytest

import resolvers.staff
from domain.permissions import GRANTABLE_TO_SERVICES, NEED_FRESH_PROOF, Permission, allows
from domain.problems import Forbidden, IdempotencyKeyReused, Problem, problems_of
from domain.roles import UserRole
from domain.sessions import PROOF_LIFETIME
from domain.staff_acts import StaffAct
from domain.staff_problems import FreshCodeRequired, PaymentNotMismatched
from models import AuditEntry, User, database
from resolvers import sessions
from resolvers.audit import audit_ledger
from resolvers.sessions import SignedIn
from resolvers.shop import Shop
from tests.database_state import stored_rows
from tests.fake_providers import FakeProviders
from tests.fakes import MOMENT
from tests.resolvers.provider_records import CATALOGUE_ROW
from tests.resolvers.staff import deeds
from tests.resolvers.staff.credential_deeds import CREDENTIAL_DEEDS
from tests.resolvers.staff.deeds import ALWAYS_TRIED, SYNC, Deed
from tests.resolvers.staff.refill_deeds import REFILL_DEEDS
from tests.resolvers.staff.world import World, create_world, session_of

DEEDS = [*deeds.DEEDS, *CREDENTIAL_DEEDS, *REFILL_DEEDS]
STALE = PROOF_LIFETIME + timedelta(seconds=2)
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
        proof = {FreshCodeRequired} if deed.permission in NEED_FRESH_PROOF else set()
        assert set(problems_of(deed.operation)) == {ALWAYS_TRIED, *proof, *deed.refusals}, name_of(deed)


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
    await User.filter(id=world.owner.user.id).update(is_active=False)
    with pytest.raises(Forbidden):
        await deed.act(world, world.owner)
    await User.filter(id=world.owner.user.id).update(is_active=True)
    assert await stored_rows() == before

    permitted = [role for role in UserRole if allows(role, deed.permission)]
    for place, role in enumerate(permitted):
        # What was refused has left the first one as it was.
        world = world if place == 0 else await create_world(shop)
        await deed.act(world, world.staff[role])
        told = await AuditEntry.filter(actor_id=world.staff[role].user.id)
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
    assert (entry.subject_id, entry.actor_id) == (world.provider.id, world.manager.user.id)
    assert json.loads(entry.after)["unchanged"] == 1
    assert entry.created_at > MOMENT


async def app_token_of(shop: Shop, staff: SignedIn) -> SignedIn:
    bearer, _ = await sessions.issue_token(shop, staff.user, now=await database.now())
    viewer = await sessions.authenticate(shop, bearer)
    assert viewer is not None
    return viewer


async def service_token_of(shop: Shop, staff: SignedIn, permission: Permission) -> SignedIn:
    bearer, _ = await sessions.issue_service_token(
        shop,
        staff.user,
        name="robot",
        permissions={permission},
        lifetime=timedelta(days=1),
        now=await database.now(),
    )
    viewer = await sessions.authenticate(shop, bearer)
    assert viewer is not None
    return viewer


async def outcome(deed: Deed, world: World, staff: SignedIn) -> type[Problem] | None:
    try:
        await deed.act(world, staff)
    except Problem as problem:
        return type(problem)
    return None


async def test_every_deed_is_refused_to_tokens_of_the_app_stale_sessions_and_other_service_tokens(
    shop: Shop, panels: FakeProviders, subtests: pytest.Subtests
) -> None:
    panels.catalogue = (CATALOGUE_ROW,)
    world = await create_world(shop)
    app_token = await app_token_of(shop, world.owner)
    stale = await session_of(world.owner.user, proof_age=STALE)
    demanded = SignedIn(**{**vars(world.owner), "lacks_totp": True})
    for deed in DEEDS:
        with subtests.test(name_of(deed)):
            needs_proof = deed.permission in NEED_FRESH_PROOF
            other = next(p for p in Permission if p is not deed.permission)
            before = await stored_rows()
            assert await outcome(deed, world, app_token) is Forbidden
            assert await outcome(deed, world, demanded) is Forbidden
            assert await outcome(deed, world, await service_token_of(shop, world.owner, other)) is Forbidden
            if deed.permission not in GRANTABLE_TO_SERVICES:
                forged = await service_token_of(shop, world.owner, deed.permission)
                assert await outcome(deed, world, forged) is Forbidden
            if needs_proof:
                assert await outcome(deed, world, stale) is FreshCodeRequired
            assert await stored_rows() == before


async def test_every_deed_is_done_by_a_service_token_with_its_permission_and_logged_with_its_name(
    shop: Shop, panels: FakeProviders, subtests: pytest.Subtests
) -> None:
    panels.catalogue = (CATALOGUE_ROW,)
    for deed in DEEDS:
        if deed.permission not in GRANTABLE_TO_SERVICES:
            continue
        with subtests.test(name_of(deed)):
            world = await create_world(shop)
            robot = await service_token_of(shop, world.owner, deed.permission)
            assert await outcome(deed, world, robot) is None
            entries = await AuditEntry.filter(actor_id=world.owner.user.id)
            assert deed.is_read or {entry.service_token for entry in entries} == {"robot"}


async def test_a_stale_session_still_does_what_needs_no_fresh_proof(
    shop: Shop, panels: FakeProviders, subtests: pytest.Subtests
) -> None:
    panels.catalogue = (CATALOGUE_ROW,)
    for deed in DEEDS:
        if deed.permission in NEED_FRESH_PROOF:
            continue
        with subtests.test(name_of(deed)):
            world = await create_world(shop)
            assert await outcome(deed, world, await session_of(world.owner.user, proof_age=STALE)) is None
