"""Preparation shared by commands."""

import contextlib
from datetime import UTC, datetime

import database
from cli.demo_data import loader as demo
from config.settings import Settings, UnsafeInProduction


async def prepare_process(settings: Settings) -> None:
    """Migrate the database, and load the demo into an empty embedded one.

    Raises:
        UnsafeInProduction: the database contains the demo.
    """
    await database.migrate(settings.effective_session_url)
    async with database.open_connections(settings.effective_database_url):
        if settings.is_production and await demo.is_loaded():
            raise UnsafeInProduction("the database contains demo data: set DATABASE_URL to another database")
        if settings.is_embedded and not settings.is_production and await demo.is_database_empty():
            # Another process that starts at the same time may have been first.
            with contextlib.suppress(demo.DatabaseNotEmpty):
                await demo.load(datetime.now(UTC))
