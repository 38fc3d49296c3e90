"""Granting roles from the command line, which is how the first owner is created."""

from dataclasses import dataclass
from datetime import datetime

from tortoise.transactions import in_transaction

import database
from domain import mobiles
from domain.permissions import StaffAct, StaffSubject
from domain.problems import InvalidInput
from domain.roles import UserRole
from models import TotpSecret, User
from observability import security_log
from observability.security_log import SecurityEvent
from resolvers import access_revocation
from resolvers.staff.staff_action import StaffAction


class LastOwner(Exception):
    """The last owner cannot lose the role, since nobody could grant it again."""


class UnknownMobile(Exception):
    """No user has proven the mobile number."""


class AccountBlocked(Exception):
    """The user with the mobile is blocked; a promotion must not override that."""


@dataclass(frozen=True, kw_only=True)
class RoleGrant:
    """`user` with the new role; `role_before` is None if the user was created."""

    user: User
    role_before: UserRole | None


async def grant_role(mobile: str, *, role: UserRole) -> RoleGrant:
    """Give the user who verified `mobile` a role, or create a user with that mobile, verified.

    A user who merely claims the number is ignored: anybody can claim a number, and must not become staff that
    way.

    Raises:
        InvalidInput: not an Iranian mobile number.
        AccountBlocked: the user is blocked.
        LastOwner: the user is the only owner who is not blocked, and the role is another.
    """
    number = _parse_mobile(mobile)
    # Serialized with all other changes of roles.
    async with database.exclusive_transaction("roles"):
        now = await database.now()
        user = await User.filter(mobile=number, mobile_verified=True).select_for_update(no_key=True).first()
        if user is None:
            user = await User.create(
                mobile=number, mobile_verified=True, role=role, created_at=now, updated_at=now
            )
            await _record(user, before=None, now=now)
            before = None
        else:
            before = await _promote(user, role=role, now=now)
    if before is not role:
        security_log.record(SecurityEvent.ROLE_CHANGED, user_id=user.id, role=role.value)
    return RoleGrant(user=user, role_before=before)


async def _promote(user: User, *, role: UserRole, now: datetime) -> UserRole:
    """Give the user the role; returns the previous one."""
    if not user.is_active:
        raise AccountBlocked
    before, user.role = user.role, role
    if before is not role:
        await _reject_last_owner(user, before)
        user.updated_at = now
        await user.save(update_fields=["role", "updated_at"])
        await access_revocation.revoke_access(user, now=now, spares=access_revocation.KEPT_ON_ROLE_CHANGE)
        await _record(user, before=before, now=now)
    return before


async def reset_totp(mobile: str) -> User:
    """Remove a staff member's lost authenticator app and sign them out.

    For the last owner, who has no colleague to call `users.reset_totp`.

    Raises:
        InvalidInput: not an Iranian mobile number.
        UnknownMobile: no user has proven it.
    """
    number = _parse_mobile(mobile)
    async with in_transaction():
        now = await database.now()
        user = await User.get_by_verified_mobile(number)
        if user is None:
            raise UnknownMobile
        await TotpSecret.filter(user_id=user.id).delete()
        await access_revocation.revoke_access(user, now=now, spares=access_revocation.ALL_EXCEPT_SESSIONS)
        await StaffAction(actor=user, now=now).record(
            StaffAct.RESET_TOTP,
            StaffSubject.USER,
            user.id,
            before={},
            after={},
            reason="by the command line",
        )
    security_log.record(SecurityEvent.TOTP_DISABLED, user_id=user.id)
    return user


def _parse_mobile(mobile: str) -> str:
    number = mobiles.normalize(mobile)
    if number is None:
        raise InvalidInput(field="mobile")
    return number


async def _reject_last_owner(user: User, before: UserRole) -> None:
    if before is not UserRole.OWNER:
        return
    if not await User.filter(role=UserRole.OWNER, is_active=True).exclude(id=user.id).exists():
        raise LastOwner


async def _record(user: User, *, before: UserRole | None, now: datetime) -> None:
    """The actor is the user, as nobody is signed in on a command line."""
    await StaffAction(actor=user, now=now).record(
        StaffAct.SET_USER_ROLE,
        StaffSubject.USER,
        user.id,
        before={"role": before},
        after={"role": user.role},
        reason="by the command line",
    )
