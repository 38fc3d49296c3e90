"""The command `demo`: loads the reference's own records."""

import argparse
import asyncio
from datetime import UTC, datetime

import database
from cli.demo_data import loader as demo
from config.settings import Settings, UnsafeInProduction


def run(settings: Settings, _: argparse.Namespace) -> None:
    """Load the demo data into an empty database."""

    async def load() -> None:
        await database.migrate(settings.effective_session_url)
        async with database.open_connections(settings.effective_database_url):
            await demo.load(datetime.now(UTC))

    if settings.is_production:
        raise UnsafeInProduction("the demo data is for development only: set ENVIRONMENT=development")
    asyncio.run(load())
    print("demo data loaded")
