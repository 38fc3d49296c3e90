"""The command `audit`: checks balances against the ledger."""

import argparse
import asyncio
import dataclasses
import json

import database
from config.settings import Settings
from resolvers.ledger_audit import Difference, audit_ledger


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print a JSON list")


def run(settings: Settings, arguments: argparse.Namespace) -> None:
    """Recompute every balance from the ledger. Prints each difference and exits with 1 if there are any."""

    async def find_differences() -> list[Difference]:
        async with database.open_connections(settings.effective_database_url):
            return await audit_ledger()

    found = asyncio.run(find_differences())
    if arguments.json:
        print(json.dumps([dataclasses.asdict(difference) for difference in found]))
    else:
        for difference in found:
            print(
                f"{difference.record}: {difference.check}: "
                f"expected {difference.expected}, found {difference.actual}"
            )
        print(f"{len(found)} differences")
    if found:
        raise SystemExit(1)
