"""The command `admin`: staff roles."""

import argparse
import asyncio

import database
from config.settings import Settings
from domain import mobiles
from domain.problems import InvalidInput
from domain.roles import UserRole
from resolvers.staff import role_grants
from resolvers.staff.role_grants import AccountBlocked, LastOwner, RoleGrant, UnknownMobile

_ROLES = [role.value for role in UserRole if role is not UserRole.USER]


def add_arguments(command: argparse.ArgumentParser) -> None:
    actions = command.add_subparsers(dest="act", required=True, metavar="create|reset-totp")
    create = actions.add_parser("create", help="make a user of the staff, or give a user another role")
    create.add_argument("mobile", help="such as 09381112233; its owner signs in by SMS code")
    create.add_argument("--role", choices=_ROLES, default=UserRole.OWNER.value, help="[owner]")
    reset = actions.add_parser("reset-totp", help="forget an authenticator app that a member of staff lost")
    reset.add_argument("mobile", help="such as 09381112233, proven by its owner")


def run(settings: Settings, arguments: argparse.Namespace) -> None:
    """Change who works for the shop; exits with 1 where that is refused."""
    try:
        print(asyncio.run(_run_action(settings, arguments)))
    except InvalidInput as refusal:
        raise SystemExit(f"vitrin: {arguments.mobile} is no Iranian mobile number") from refusal
    except AccountBlocked as refusal:
        raise SystemExit(f"vitrin: the user with the mobile {arguments.mobile} is switched off") from refusal
    except UnknownMobile as refusal:
        raise SystemExit(f"vitrin: no user has signed in with the mobile {arguments.mobile}") from refusal
    except LastOwner as refusal:
        raise SystemExit(
            f"vitrin: the user with the mobile {arguments.mobile} is the shop's last owner; "
            "make another one first: main.py admin create MOBILE"
        ) from refusal


async def _run_action(settings: Settings, arguments: argparse.Namespace) -> str:
    await database.migrate(settings.effective_session_url)
    async with database.open_connections(settings.effective_database_url):
        if arguments.act == "reset-totp":
            user = await role_grants.reset_totp(arguments.mobile)
            return f"user {user.id} signs in without an authenticator app and is signed out"
        return _describe(await role_grants.grant_role(arguments.mobile, role=UserRole(arguments.role)))


def _describe(appointment: RoleGrant) -> str:
    user, before = appointment.user, appointment.role_before
    who = f"user {user.id}, {mobiles.mask(user.mobile or '')},"
    if before is None:
        return f"{who} made as {user.role}"
    return (
        f"{who} is {user.role} already" if before is user.role else f"{who} is {user.role} now, was {before}"
    )
