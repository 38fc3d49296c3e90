"""role: who is staff."""

import argparse
import asyncio

from commands.preparation import prepare
from config.settings import Settings
from domain import mobiles
from domain.roles import UserRole
from models import User, database
from resolvers.staff import users


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Who, and as what."""
    command.add_argument("mobile", help="such as 09011235566")
    command.add_argument("role", choices=[role.value for role in UserRole])


def run(settings: Settings, arguments: argparse.Namespace) -> None:
    """Make the user with a mobile a member of staff, or one no more."""

    async def appoint() -> bool:
        await prepare(settings)
        async with database.connected(settings.effective_database_url):
            mobile = mobiles.normalize(arguments.mobile)
            user = await User.owner_of_mobile(mobile) if mobile else None
            # Whoever only claimed a number may not be its owner.
            if user is None or not user.mobile_verified:
                return False
            await users.appoint(user, UserRole(arguments.role))
            return True

    if not asyncio.run(appoint()):
        raise SystemExit(f"vitrin: no user has logged in with the mobile {arguments.mobile}")
    print(f"{arguments.mobile} is {arguments.role}")
