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
    create = actions.add_parser("create", help="create a staff user, or change a user's role")
    create.add_argument("mobile", help="mobile number, such as 09381112233; used to sign in with an SMS code")
    create.add_argument("--role", choices=_ROLES, default=UserRole.OWNER.value, help="default: owner")
    reset = actions.add_parser(
        "reset-totp", help="remove a staff member's authenticator app, such as one on a lost phone"
    )
    reset.add_argument("mobile", help="verified mobile number, such as 09381112233")


def run(settings: Settings, arguments: argparse.Namespace) -> None:
    """Manage staff accounts. Exits with 1 if the change is rejected."""
    try:
        print(asyncio.run(_run_action(settings, arguments)))
    except InvalidInput as refusal:
        raise SystemExit(f"vitrin: {arguments.mobile} is not an Iranian mobile number") from refusal
    except AccountBlocked as refusal:
        raise SystemExit(f"vitrin: the user with mobile number {arguments.mobile} is blocked") from refusal
    except UnknownMobile as refusal:
        raise SystemExit(f"vitrin: no user has verified the mobile number {arguments.mobile}") from refusal
    except LastOwner as refusal:
        raise SystemExit(
            f"vitrin: the user with mobile number {arguments.mobile} is the shop's last owner; "
            "make another one first: main.py admin create MOBILE"
        ) from refusal


async def _run_action(settings: Settings, arguments: argparse.Namespace) -> str:
    await database.migrate(settings.effective_session_url)
    async with database.open_connections(settings.effective_database_url):
        if arguments.act == "reset-totp":
            user = await role_grants.reset_totp(arguments.mobile)
            return f"user {user.id} has no authenticator app any more and was signed out"
        return _describe(await role_grants.grant_role(arguments.mobile, role=UserRole(arguments.role)))


def _describe(appointment: RoleGrant) -> str:
    user, before = appointment.user, appointment.role_before
    who = f"user {user.id}, {mobiles.mask(user.mobile or '')},"
    if before is None:
        return f"{who} created as {user.role}"
    return (
        f"{who} is already {user.role}" if before is user.role else f"{who} is now {user.role}, was {before}"
    )
