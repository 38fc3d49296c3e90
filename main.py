"""Composition root and command line of Vitrin."""

import argparse
import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import uvicorn
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount, Route

import rest_compat.routes
import schema
from asgi import well_known
from asgi.authentication import Authentication
from asgi.body_limit import BodyLimit
from asgi.failures import Failures
from asgi.rate_limits import RateLimits
from config import keys, logging
from config.settings import Settings, SmsGatewayName, UnsafeInProduction, check_production, described_settings
from demo import loader as demo
from domain import mobiles
from domain.tokens import InvalidKey, TokenKeys
from engine.view import GraphQLView
from gateways import http
from gateways.sms import ConsoleSms, KavenegarSms, SmsGateway, SmsIrSms, SmsOutbox
from models import User, database
from playground import page as playground
from resolvers import sessions
from resolvers.shop import Shop

DEMO_MOBILE = "09011235566"
_DRAIN_WITHIN = timedelta(seconds=5)
_SHUTDOWN_WITHIN = timedelta(seconds=10)


def build_shop(settings: Settings) -> Shop:
    """The installation that `settings` describe."""
    return Shop(
        settings=settings,
        tokens=TokenKeys(keys.jwt_key_pems(settings)),
        login_code_key=keys.login_code_key(settings),
        sms=SmsOutbox(_sms_gateway(settings)),
    )


def _sms_gateway(settings: Settings) -> SmsGateway:
    if settings.sms_gateway is SmsGatewayName.CONSOLE:
        return ConsoleSms(sys.stdout)
    client = http.new_client(
        connect_timeout=settings.gateway_connect_timeout, total_timeout=settings.gateway_total_timeout
    )
    if settings.sms_gateway is SmsGatewayName.KAVENEGAR and settings.kavenegar_api_key:
        return KavenegarSms(
            client, settings.kavenegar_api_key, settings.kavenegar_template, base_url=settings.kavenegar_url
        )
    if settings.sms_gateway is SmsGatewayName.SMSIR and settings.smsir_api_key:
        return SmsIrSms(
            client, settings.smsir_api_key, settings.smsir_template_id, base_url=settings.smsir_url
        )
    raise UnsafeInProduction(
        f"SMS_GATEWAY={settings.sms_gateway} needs its key: give {settings.sms_gateway.upper()}_API_KEY"
    )


def application(shop: Shop) -> Starlette:
    """The ASGI application; its lifespan holds the database connections."""

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with database.connected(shop.settings.effective_database_url):
            yield
            await shop.sms.drain(_DRAIN_WITHIN)

    rest = rest_compat.routes.application(shop)
    graphql = GraphQLView(schema.schema, shop=shop, context=schema.Context, ide=playground.page)
    settings = shop.settings
    return Starlette(
        routes=[
            *well_known.routes(shop),
            Mount("/graphql/assets", app=playground.assets()),
            Route("/graphql", graphql),
            # A mount does not match its own bare path.
            Route("/api", rest),
            Mount("/api", app=rest),
        ],
        middleware=[
            Middleware(Failures),
            Middleware(Authentication, shop=shop),
            Middleware(
                RateLimits, limit=settings.rate_limit, storage=settings.rate_limit_storage, below="/api"
            ),
            Middleware(BodyLimit, most_bytes=settings.max_body_bytes),
        ],
        lifespan=lifespan,
    )


async def prepare(settings: Settings) -> None:
    """Bring the database to the present migration, and an empty embedded one to the demo.

    Raises:
        UnsafeInProduction: the database holds the demo.
    """
    url = settings.effective_database_url
    await database.migrate(url)
    async with database.connected(url):
        if settings.is_production and await demo.is_loaded():
            raise UnsafeInProduction(
                "the database holds the demo's data: give DATABASE_URL of another database"
            )
        if settings.is_embedded and not settings.is_production and not await User.exists():
            await demo.load(datetime.now(UTC))


def serve(settings: Settings, _: argparse.Namespace) -> None:
    """Prepare the database and serve until stopped."""
    check_production(settings)
    shop = build_shop(settings)
    asyncio.run(prepare(settings))
    address = f"http://{settings.host}:{settings.port}"
    print(f"GraphiQL      {address}/graphql")
    print(f"REST routes   {address}/api/v1/")
    if not settings.is_production:
        print(
            f"Demo sign-in  mobile {DEMO_MOBILE}; its code is printed here. "
            f"A token: uv run main.py token {DEMO_MOBILE}"
        )
    sys.stdout.flush()
    uvicorn.run(
        application(shop),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=_SHUTDOWN_WITHIN.seconds,
        # "auto" would go on without the database where the application fails to start.
        lifespan="on",
    )


def migrate(settings: Settings, _: argparse.Namespace) -> None:
    """Apply the migrations that the database lacks."""
    applied = asyncio.run(database.migrate(settings.effective_database_url))
    print("\n".join(applied) or "nothing to apply")


def load_demo(settings: Settings, _: argparse.Namespace) -> None:
    """Load the demo into an empty database."""

    async def load() -> None:
        await database.migrate(settings.effective_database_url)
        async with database.connected(settings.effective_database_url):
            await demo.load(datetime.now(UTC))

    if settings.is_production:
        raise UnsafeInProduction("the demo is for development: give ENVIRONMENT=development")
    asyncio.run(load())
    print("demo loaded")


def print_token(settings: Settings, arguments: argparse.Namespace) -> None:
    """Print an access token of the user with a mobile."""

    async def issue() -> str | None:
        await prepare(settings)
        async with database.connected(settings.effective_database_url):
            mobile = mobiles.normalize(arguments.mobile)
            user = await User.owner_of_mobile(mobile) if mobile else None
            if user is None:
                return None
            token, _ = await sessions.issue_token(build_shop(settings), user, now=await database.now())
            return token

    if settings.is_production:
        raise UnsafeInProduction("tokens are printed in development only: give ENVIRONMENT=development")
    token = asyncio.run(issue())
    print(token or f"no user has the mobile {arguments.mobile}", file=sys.stdout if token else sys.stderr)
    if token is None:
        raise SystemExit(1)


def export_schema(_: Settings, __: argparse.Namespace) -> None:
    """Print the GraphQL schema."""
    print(schema.sdl(), end="")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="main.py",
        description="Vitrin: the backend of a shop for social-media services.",
        epilog=_settings_help(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=serve)
    commands = parser.add_subparsers(title="commands", metavar="command")
    table: list[tuple[str, Callable[[Settings, argparse.Namespace], None]]] = [
        ("serve", serve),
        ("migrate", migrate),
        ("demo", load_demo),
        ("token", print_token),
        ("export-schema", export_schema),
    ]
    for name, run in table:
        command = commands.add_parser(name, help=run.__doc__, description=run.__doc__)
        command.set_defaults(run=run)
        if run is print_token:
            command.add_argument("mobile", help=f"such as {DEMO_MOBILE}")
    return parser


def _settings_help() -> str:
    rows = [f"  {name:<26} {meaning} [{default}]" for name, default, meaning in described_settings()]
    return "\n".join(["settings, by environment variable [default]:", *rows])


def main() -> None:
    """Run the command line."""
    arguments = _parser().parse_args()
    try:
        settings = Settings()
        logging.configure(settings.log_level)
        arguments.run(settings, arguments)
    except (UnsafeInProduction, ValidationError, demo.DatabaseNotEmpty, InvalidKey) as refusal:
        raise SystemExit(f"vitrin: {refusal}") from refusal
    except OSError as error:
        # Key files that are missing, a port that is taken, a database host that does not answer.
        raise SystemExit(f"vitrin: {error}") from error


if __name__ == "__main__":
    main()
