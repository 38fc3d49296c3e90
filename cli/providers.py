"""The command `providers`: upstream panels and their services."""

import argparse
import asyncio

import database
from app.bootstrap import build_app_context
from cli.startup import prepare_process
from config.settings import Settings
from resolvers import provider_sync
from resolvers.provider_sync import CatalogueUnreadable, InvalidProvider


def add_arguments(command: argparse.ArgumentParser) -> None:
    actions = command.add_subparsers(dest="act", required=True, metavar="add|sync|list")
    add = actions.add_parser("add", help="add a provider with an SMM panel API v2")
    add.add_argument("name")
    add.add_argument("url", help="URL of its API, such as https://panel.example/api/v2")
    add.add_argument("key", help="the shop's API key")
    add.add_argument("--rate", type=int, default=1, help="price of one unit of its currency in Toman [1]")
    add.add_argument("--margin", type=int, default=30, help="margin added to its rates, in percent [30]")
    add.add_argument("--round", type=int, default=1, help="round prices up to a multiple of this [1]")
    add.add_argument("--concurrency", type=int, default=10, help="concurrent calls per worker [10]")
    sync = actions.add_parser("sync", help="sync services with the provider's catalogue")
    sync.add_argument("id", type=int)
    sync.add_argument(
        "--import", action="store_true", dest="adds", help="also add its new services and put them on sale"
    )
    actions.add_parser("list", help="list all providers")


def run(settings: Settings, arguments: argparse.Namespace) -> None:
    """Add upstream providers, list them, or sync services and prices with their catalogues."""
    actions = {"add": _add, "sync": _sync, "list": _list}

    async def run_action() -> None:
        await prepare_process(settings)
        async with database.open_connections(settings.effective_database_url):
            await actions[arguments.act](settings, arguments)

    asyncio.run(run_action())


async def _add(settings: Settings, arguments: argparse.Namespace) -> None:
    try:
        added = await provider_sync.add_provider(
            name=arguments.name,
            url=arguments.url,
            api_key=arguments.key,
            toman_per_unit=arguments.rate,
            margin_percent=arguments.margin,
            rounding=arguments.round,
            concurrency=arguments.concurrency,
            needs_https=settings.is_production,
        )
    except InvalidProvider as error:
        raise SystemExit(f"vitrin: {error}") from error
    print(f"provider {added.id} added; next: providers sync {added.id} --import")


async def _sync(settings: Settings, arguments: argparse.Namespace) -> None:
    provider = await provider_sync.find_provider(arguments.id)
    if provider is None:
        raise SystemExit(f"vitrin: provider {arguments.id} not found")
    try:
        report = await provider_sync.sync_provider(
            build_app_context(settings), provider, adds_services=arguments.adds
        )
    except CatalogueUnreadable as error:
        raise SystemExit(f"vitrin: {error}") from error
    for outcome, count in report.counts.items():
        print(f"{count:>6} {outcome}")
    if report.skipped:
        print(f"{report.skipped:>6} unreadable")


async def _list(_: Settings, __: argparse.Namespace) -> None:
    for provider in await provider_sync.list_providers():
        state = "on" if provider.is_active else "off"
        balance = f"{provider.balance} {provider.currency or ''}" if provider.balance else "unknown"
        print(f"{provider.id:>4} {state:<3} {provider.name:<30} {balance}")
