"""The servers: ours as users run it, and the peers, each in one process on the same core."""

import os
import secrets
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import database
from app.bootstrap import build_app_context
from benchmarks import processes, workloads
from benchmarks.cluster import Cluster
from benchmarks.installation import find_postgraphile_node
from benchmarks.paths import NODE_FOLDER, PYTHON, PYTHON_FOLDER, ROOT, SERVER_CORE, pin_to_core
from benchmarks.processes import Server
from benchmarks.workloads import RequestBuilder, Workload
from config import keys
from config.settings import Settings
from models import User
from resolvers import sessions

OURS = "vitrin"


@dataclass(frozen=True, eq=False)
class Contestant:
    """A server and its request builders."""

    server: Server
    request_builders: Mapping[Workload, RequestBuilder]

    @property
    def name(self) -> str:
        return self.server.name


def build_environment(cluster: Cluster, database_name: str, folder: Path, *, port: int) -> dict[str, str]:
    """Our settings as in production: authentication, cost limits, logging and rate limits on.

    Limits are on, but too high to be reached. The accounts are invented; nothing is sent to them.
    """
    # Generated as in development; production requires a path to the key.
    keys.load_jwt_keys(Settings(data_folder=folder))
    return {
        "ENVIRONMENT": "production",
        "DATABASE_URL": cluster.get_url(database_name),
        "PORT": str(port),
        "DATA_FOLDER": str(folder),
        "JWT_KEY_FILES": str(folder / "jwt-key.pem"),
        "LOGIN_CODE_KEY": secrets.token_hex(32),
        "SMS_GATEWAY": "kavenegar",
        "KAVENEGAR_API_KEY": "made-up",
        "PAYMENT_GATEWAY": "zarinpal",
        "ZARINPAL_MERCHANT_ID": "made-up",
        "PUBLIC_URL": f"https://127.0.0.1:{port}",
        "RATE_LIMIT": "1000000000/minute",
        "GRAPHQL_POINTS": "2000000000",
        "GRAPHQL_RESTORE_RATE": "2000000000",
    }


def build_settings(environment: Mapping[str, str]) -> Settings:
    """The same, for the shop's own code in this process."""
    return Settings.model_validate({name.lower(): value for name, value in environment.items()})


async def sign_in(settings: Settings, user_ids: Iterable[int]) -> dict[int, str]:
    """A token of each user, by id."""
    app, tokens = build_app_context(settings), {}
    async with database.open_connections(settings.effective_database_url):
        now = await database.now()
        for user in (await User.in_bulk(list(user_ids), "id")).values():
            tokens[user.id], _ = await sessions.issue_token(app, user, now=now)
    return tokens


def build_our_server(
    environment: Mapping[str, str], folder: Path, *, core: int | None = SERVER_CORE
) -> Server:
    """`main.py serve` by SERVER_PYTHON or this Python; its worker is another process and does not run."""
    port = int(environment["PORT"])
    command = [os.environ.get("SERVER_PYTHON", sys.executable), "main.py", "serve"]
    if core is not None:
        command = pin_to_core(command, core=core)
    return Server(OURS, port, command, ROOT, environment, folder / f"{OURS}-{port}.log")


def build_peers(cluster: Cluster, database_name: str, folder: Path) -> list[Contestant]:
    """The other servers, on the same tables."""
    variables = {**cluster.get_environment(database_name), "NODE_ENV": "production"}

    def build_server(name: str, command: Callable[[int], list[str]], place: Path, **more: str) -> Server:
        port = processes.find_free_port()
        log = folder / f"{name}.log"
        return Server(
            name, port, pin_to_core(command(port), core=SERVER_CORE), place, {**variables, **more}, log
        )

    def node_command(script: str, program: str = "node") -> Callable[[int], list[str]]:
        return lambda port: [shutil.which(program) or program, script, str(port)]

    def python_command(app: str) -> Callable[[int], list[str]]:
        return lambda port: [str(PYTHON), "-m", "uvicorn", f"{app}:app", *_UVICORN, "--port", str(port)]

    mercurius = build_server("mercurius", node_command("mercurius.mjs"), NODE_FOLDER)
    fastify = build_server("fastify", node_command("mercurius.mjs"), NODE_FOLDER)
    postgraphile = build_server(
        "postgraphile", node_command("postgraphile.mjs", find_postgraphile_node()), NODE_FOLDER
    )
    apollo = build_server("apollo", node_command("apollo.mjs"), NODE_FOLDER)
    fastapi = build_server("fastapi", python_command("fastapi_app"), PYTHON_FOLDER)
    strawberry = build_server("strawberry", python_command("strawberry_app"), PYTHON_FOLDER)
    cached = build_server("strawberry-cached", python_command("strawberry_app"), PYTHON_FOLDER, CACHED="1")
    floor = build_server("floor", python_command("floor_app"), PYTHON_FOLDER)
    return [
        Contestant(mercurius, workloads.build_graphql_requests("/graphql")),
        Contestant(fastify, workloads.build_legacy_order_requests()),
        Contestant(postgraphile, workloads.build_postgraphile_requests()),
        Contestant(apollo, workloads.build_graphql_requests("/")),
        Contestant(fastapi, workloads.build_fastapi_requests()),
        Contestant(strawberry, workloads.build_graphql_requests("/graphql")),
        Contestant(cached, workloads.build_graphql_requests("/graphql")),
        Contestant(floor, workloads.build_floor_requests()),
    ]


_UVICORN = [
    "--host", "127.0.0.1", "--loop", "uvloop", "--http", "httptools", "--no-access-log",
    "--log-level", "warning", "--timeout-keep-alive", "75",
]  # fmt: skip
