"""admin: who works for the shop."""

import argparse
import asyncio

from config.settings import Settings
from domain import mobiles
from domain.problems import InvalidInput
from domain.roles import UserRole
from models import database
from resolvers.staff import appointments
from resolvers.staff.appointments import AccountSwitchedOff, Appointment

_ROLES = [role.value for role in UserRole if role is not UserRole.USER]


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What to do, and for whom."""
    acts = command.add_subparsers(dest="act", required=True, metavar="create")
    create = acts.add_parser("create", help="make a user of the staff, or give a user another role")
    create.add_argument("mobile", help="such as 09381112233; its owner signs in by SMS code")
    create.add_argument("--role", choices=_ROLES, default=UserRole.OWNER.value, help="[owner]")


def run(settings: Settings, arguments: argparse.Namespace) -> None:
    """Make or promote a user of the staff; exits with 1 for a wrong mobile or a blocked user."""
    try:
        appointment = asyncio.run(_appoint(settings, arguments))
    except InvalidInput as refusal:
        raise SystemExit(f"vitrin: {arguments.mobile} is no Iranian mobile number") from refusal
    except AccountSwitchedOff as refusal:
        raise SystemExit(f"vitrin: the user with the mobile {arguments.mobile} is switched off") from refusal
    print(_told(appointment))


async def _appoint(settings: Settings, arguments: argparse.Namespace) -> Appointment:
    await database.migrate(settings.effective_session_url)
    async with database.connected(settings.effective_database_url):
        return await appointments.appoint(arguments.mobile, role=UserRole(arguments.role))


def _told(appointment: Appointment) -> str:
    user, before = appointment.user, appointment.role_before
    who = f"user {user.id}, {mobiles.mask(user.mobile or '')},"
    if before is None:
        return f"{who} made as {user.role}"
    return (
        f"{who} is {user.role} already" if before is user.role else f"{who} is {user.role} now, was {before}"
    )
