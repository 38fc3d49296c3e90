"""The command `token`: sign-in without an SMS."""

import argparse
import asyncio
import sys

import database
from app.bootstrap import build_app_context
from cli.startup import prepare_process
from config.settings import Settings, UnsafeInProduction
from domain import mobiles
from resolvers import login, sessions


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("mobile", help="mobile number, such as 09011235566")


def run(settings: Settings, arguments: argparse.Namespace) -> None:
    """Print an access token for a user, without an SMS code."""

    async def issue() -> str | None:
        await prepare_process(settings)
        async with database.open_connections(settings.effective_database_url):
            mobile = mobiles.normalize(arguments.mobile)
            user = await login.get_account_by_mobile(mobile) if mobile else None
            if user is None:
                return None
            token, _ = await sessions.issue_token(build_app_context(settings), user, now=await database.now())
            return token

    if settings.is_production:
        raise UnsafeInProduction("tokens are printed in development only: set ENVIRONMENT=development")
    token = asyncio.run(issue())
    print(
        token or f"no user has the mobile number {arguments.mobile}", file=sys.stdout if token else sys.stderr
    )
    if token is None:
        raise SystemExit(1)
