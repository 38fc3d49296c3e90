"""The command `migrate`."""

import argparse
import asyncio

import database
from config.settings import Settings


def run(settings: Settings, _: argparse.Namespace) -> None:
    """Apply pending database migrations."""
    applied = asyncio.run(database.migrate(settings.effective_session_url))
    print("\n".join(applied) or "no migrations to apply")
