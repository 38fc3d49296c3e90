"""serve: the shop itself."""

import argparse
import asyncio
import gc
import sys
from datetime import timedelta

import uvicorn

from commands.preparation import prepare
from composition import application, build_shop
from config.settings import Settings, check_production

DEMO_MOBILE = "09011235566"
_SHUTDOWN_WITHIN = timedelta(seconds=10)


def run(settings: Settings, _: argparse.Namespace) -> None:
    """Prepare the database and serve until stopped."""
    check_production(settings)
    shop = build_shop(settings)
    asyncio.run(prepare(settings))
    address = f"http://{settings.host}:{settings.port}"
    print(f"GraphiQL      {address}/graphql")
    print(f"REST routes   {address}/api/v1/")
    print(f"Reseller API  {address}/api/v2")
    if not settings.is_production:
        print(
            f"Demo sign-in  mobile {DEMO_MOBILE}; its code is printed here. "
            f"A token: uv run main.py token {DEMO_MOBILE}"
        )
    sys.stdout.flush()
    served = application(shop)
    _settle_garbage()
    uvicorn.run(
        served,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=_SHUTDOWN_WITHIN.seconds,
        ws="websockets-sansio",
        ws_max_size=settings.max_body_bytes,
        # Answers are short, and each compressed socket would hold its tables for as long as it lives.
        ws_per_message_deflate=False,
        # "auto" would go on without the database where the application fails to start.
        lifespan="on",
    )


def _settle_garbage() -> None:
    """Leave what lives as long as the process out of every collection, and collect the rest less often.

    A request makes thousands of short-lived objects and hardly a cycle.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
