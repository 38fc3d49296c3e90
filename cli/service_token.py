"""The command `service-token`: tokens for the shop's own programs."""

import argparse
import asyncio

import database
from app.bootstrap import build_app_context
from config.settings import Settings
from domain.permissions import GRANTABLE_TO_SERVICES, Permission
from domain.problems import InvalidInput
from domain.staff_problems import ServiceTokenNotFound
from models import AccessToken
from resolvers import sessions
from resolvers.staff import service_tokens
from resolvers.staff.service_tokens import MAX_DAYS, OwnerNotFound, ServiceTokenValues

_INVALID_ARGUMENT_ERRORS = {
    "mobile": "{mobile} is not an Iranian mobile number",
    "name": "the name must have 1 to 100 characters",
    "permissions": "at least one --permission is required",
    "days": f"give 1 to {MAX_DAYS} days",
}


def add_arguments(command: argparse.ArgumentParser) -> None:
    actions = command.add_subparsers(dest="act", required=True, metavar="create|list|revoke")
    create = actions.add_parser("create", help="create a token and print it; it is not shown again")
    create.add_argument("mobile", help="mobile number of the owner it acts for, such as 09381112233")
    create.add_argument("name", help="purpose, such as 'nightly report'")
    create.add_argument(
        "--permission",
        action="append",
        default=[],
        choices=sorted(GRANTABLE_TO_SERVICES),
        metavar="PERMISSION",
        help="a permission, such as read_figures; repeatable",
    )
    create.add_argument("--days", type=int, default=90, help="days until it expires, 1 to 365 [90]")
    actions.add_parser("list", help="list all valid tokens, without their secrets")
    revoke = actions.add_parser("revoke", help="revoke a token immediately")
    revoke.add_argument("id", help="id as shown by `list`")


def run(settings: Settings, arguments: argparse.Namespace) -> None:
    """Create, list or revoke service tokens. Exits with 1 if the change is rejected."""
    try:
        print(asyncio.run(_run_action(settings, arguments)))
    except InvalidInput as refusal:
        raise SystemExit(
            f"vitrin: {_INVALID_ARGUMENT_ERRORS[refusal.field].format(**vars(arguments))}"
        ) from refusal
    except OwnerNotFound as refusal:
        raise SystemExit(
            f"vitrin: no owner has the mobile number {arguments.mobile}; see main.py admin create"
        ) from refusal
    except ServiceTokenNotFound as refusal:
        raise SystemExit(f"vitrin: no valid token has the id {arguments.id}") from refusal


async def _run_action(settings: Settings, arguments: argparse.Namespace) -> str:
    await database.migrate(settings.effective_session_url)
    async with database.open_connections(settings.effective_database_url):
        if arguments.act == "create":
            permissions = frozenset(Permission(name) for name in arguments.permission)
            values = ServiceTokenValues(name=arguments.name, permissions=permissions, days=arguments.days)
            app = build_app_context(settings)
            created = await service_tokens.create_from_command_line(app, arguments.mobile, values=values)
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
