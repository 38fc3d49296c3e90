"""worker: what nobody asks for."""

import argparse
import asyncio
import signal

import uvloop

from commands.preparation import prepare
from composition import build_shop
from config.settings import Settings, check_production
from models import database
from worker import loop


def run(settings: Settings, _: argparse.Namespace) -> None:
    """Run the jobs until stopped: beside a server on PostgreSQL, as many as there is work for."""
    check_production(settings)
    shop = build_shop(settings)

    async def work() -> None:
        stopping = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stopping.set)
        await prepare(settings)
        async with database.connected(settings.effective_database_url):
            await loop.run(shop, stopping)

    uvloop.run(work())
