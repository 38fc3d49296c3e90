"""Who works for the shop: there the first owner comes from."""

from dataclasses import dataclass
from datetime import datetime

from tortoise.transactions import in_transaction

from domain import mobiles
from domain.problems import InvalidInput
from domain.roles import UserRole
from domain.staff_acts import StaffAct, StaffSubject
from models import User, database
from resolvers.staff.duty import Duty


class AccountSwitchedOff(Exception):
    """The user with the mobile is blocked; whoever blocked them decides, not a promotion."""


@dataclass(frozen=True, kw_only=True)
class Appointment:
    """`user` with the new role; `role_before` is None where the user was made for it."""

    user: User
    role_before: UserRole | None


async def appoint(mobile: str, *, role: UserRole) -> Appointment:
    """Give the user who verified `mobile` a role, or make a user with that mobile, verified.

    Whoever merely claims the number is passed over: a claim is anybody's, and must not become staff.

    Raises:
        InvalidInput: no Iranian mobile number.
        AccountSwitchedOff: the user is blocked.
    """
    number = mobiles.normalize(mobile)
    if number is None:
        raise InvalidInput(field="mobile")
    now = await database.now()
    async with in_transaction():
        user = await User.filter(mobile=number, mobile_verified=True).select_for_update(no_key=True).first()
        if user is None:
            user = await User.create(
                mobile=number, mobile_verified=True, role=role, created_at=now, updated_at=now
            )
            await _record(user, before=None, now=now)
            return Appointment(user=user, role_before=None)
        if not user.is_active:
            raise AccountSwitchedOff
        before, user.role = user.role, role
        if before is not role:
            user.updated_at = now
            await user.save(update_fields=["role", "updated_at"])
            await _record(user, before=before, now=now)
    return Appointment(user=user, role_before=before)


async def _record(user: User, *, before: UserRole | None, now: datetime) -> None:
    """Nobody signs in at a command line: the actor is the user."""
    await Duty(actor=user, now=now).record(
        StaffAct.SET_USER_ROLE,
        StaffSubject.USER,
        user.id,
        before={"role": before},
        after={"role": user.role},
        reason="by the command line",
    )
