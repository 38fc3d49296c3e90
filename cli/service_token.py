"""The command `service-token`: tokens for the shop's own programs."""

import argparse
import asyncio

import database
from app.bootstrap import build_shop
from config.settings import Settings
from domain.permissions import GRANTABLE_TO_SERVICES, Permission
from domain.problems import InvalidInput
from domain.staff_problems import ServiceTokenNotFound
from models import AccessToken
from resolvers import sessions
from resolvers.staff import service_tokens
from resolvers.staff.service_tokens import MAX_DAYS, OwnerNotFound, ServiceTokenValues

_INVALID_ARGUMENT_ERRORS = {
    "mobile": "{mobile} is no Iranian mobile number",
    "name": "a name has 1 to 100 characters",
    "permissions": "give at least one permission by --permission",
    "days": f"give 1 to {MAX_DAYS} days",
}


def add_arguments(command: argparse.ArgumentParser) -> None:
    actions = command.add_subparsers(dest="act", required=True, metavar="create|list|revoke")
    create = actions.add_parser("create", help="make a token and print it, this once")
    create.add_argument("mobile", help="of the owner as whom it acts, such as 09381112233")
    create.add_argument("name", help="what it is for, such as 'nightly report'")
    create.add_argument(
        "--permission",
        action="append",
        default=[],
        choices=sorted(GRANTABLE_TO_SERVICES),
        metavar="PERMISSION",
        help="what it may do, such as read_figures; several times for several",
    )
    create.add_argument("--days", type=int, default=90, help="until it ends, 1 to 365 [90]")
    actions.add_parser("list", help="all valid tokens, without the tokens themselves")
    revoke = actions.add_parser("revoke", help="end a token at once")
    revoke.add_argument("id", help="as `list` shows it")


def run(settings: Settings, arguments: argparse.Namespace) -> None:
    """Make, list or revoke a token for a program; exits with 1 where that is refused."""
    try:
        print(asyncio.run(_run_action(settings, arguments)))
    except InvalidInput as refusal:
        raise SystemExit(
            f"vitrin: {_INVALID_ARGUMENT_ERRORS[refusal.field].format(**vars(arguments))}"
        ) from refusal
    except OwnerNotFound as refusal:
        raise SystemExit(
            f"vitrin: no owner has the mobile {arguments.mobile}; see main.py admin create"
        ) from refusal
    except ServiceTokenNotFound as refusal:
        raise SystemExit(f"vitrin: there is no valid token {arguments.id}") from refusal


async def _run_action(settings: Settings, arguments: argparse.Namespace) -> str:
    await database.migrate(settings.effective_session_url)
    async with database.open_connections(settings.effective_database_url):
        if arguments.act == "create":
            permissions = frozenset(Permission(name) for name in arguments.permission)
            values = ServiceTokenValues(name=arguments.name, permissions=permissions, days=arguments.days)
            shop = build_shop(settings)
            created = await service_tokens.create_from_command_line(shop, arguments.mobile, values=values)
            return created.token
        if arguments.act == "revoke":
            revoked = await service_tokens.revoke_from_command_line(arguments.id)
            return f"revoked: {_describe(revoked)}"
        return "\n".join(map(_describe, await service_tokens.list_from_command_line())) or "no service tokens"


def _describe(token: AccessToken) -> str:
    ends = token.expires_at.strftime("%Y-%m-%d")
    permissions = ",".join(sorted(token.granted_permissions))
    return (
        f"{sessions.to_public_id(token.id)}  {token.name}  user {token.user_id}  until {ends}  {permissions}"
    )
