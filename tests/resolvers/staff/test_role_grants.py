"""Appointing staff: who verified the mobile is promoted, who merely claims it is not."""

import pytest

from domain.problems import InvalidInput
from domain.roles import UserRole
from models import User
from resolvers.staff import role_grants
from resolvers.staff.role_grants import AccountBlocked, LastOwner
from tests.fakes import create_user

pytestmark = pytest.mark.usefixtures("db")
MOBILE = "09381112233"


async def test_appoint_makes_a_user_who_can_sign_in_with_the_mobile() -> None:
    appointment = await role_grants.grant_role("+98 938 111 2233", role=UserRole.OWNER)
    assert appointment.role_before is None
    owner = await User.get_by_verified_mobile(MOBILE)
    assert owner is not None
    assert (owner.id, owner.role, owner.mobile_verified) == (appointment.user.id, UserRole.OWNER, True)


async def test_appoint_promotes_the_user_who_verified_the_mobile() -> None:
    user = await create_user(mobile=MOBILE)
    await User.filter(id=user.id).update(mobile_verified=True)
    appointment = await role_grants.grant_role(MOBILE, role=UserRole.SUPPORT)
    assert (appointment.user.id, appointment.role_before) == (user.id, UserRole.USER)
    assert (await User.get(id=user.id)).role is UserRole.SUPPORT


async def test_appoint_does_not_promote_a_user_who_only_claims_the_mobile() -> None:
    claimant = await create_user(mobile=MOBILE)
    await User.filter(id=claimant.id).update(mobile_verified=False)
    appointment = await role_grants.grant_role(MOBILE, role=UserRole.OWNER)
    assert appointment.user.id != claimant.id
    assert (await User.get(id=claimant.id)).role is UserRole.USER
    assert await User.get_by_verified_mobile(MOBILE) == appointment.user


async def test_appoint_refuses_to_demote_the_last_owner() -> None:
    owner = (await role_grants.grant_role(MOBILE, role=UserRole.OWNER)).user
    blocked = (await role_grants.grant_role("09381112244", role=UserRole.OWNER)).user
    await User.filter(id=blocked.id).update(is_active=False)

    with pytest.raises(LastOwner):
        await role_grants.grant_role(MOBILE, role=UserRole.SUPPORT)

    assert (await User.get(id=owner.id)).role is UserRole.OWNER
    await User.filter(id=blocked.id).update(is_active=True)
    assert (await role_grants.grant_role(MOBILE, role=UserRole.SUPPORT)).user.role is UserRole.SUPPORT


async def test_appoint_refuses_a_blocked_user_and_a_malformed_mobile() -> None:
    user = await create_user(mobile=MOBILE)
    await User.filter(id=user.id).update(mobile_verified=True, is_active=False)
    with pytest.raises(AccountBlocked):
        await role_grants.grant_role(MOBILE, role=UserRole.OWNER)
    with pytest.raises(InvalidInput):
        await role_grants.grant_role("0912", role=UserRole.OWNER)
    assert (await User.get(id=user.id)).role is UserRole.USER
