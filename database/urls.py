"""Parsing of database URLs of managed PostgreSQL services into asyncpg's arguments.

libpq's URI form (PostgreSQL documentation, 34.1.1.2 and 34.1.2) is the reference: `postgres://` and
`postgresql://`, percent-encoded user and password, several hosts, `sslmode`, `connect_timeout`,
`application_name`, `options` and the rest. Options known to libpq only and not needed by asyncpg are dropped;
other names become server settings.
"""

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, unquote, urlencode

from config.errors import UsageError
from config.settings import POSTGRES_SCHEMES

# Options of the pool and of asyncpg's own arguments, with the type of each.
_DRIVER_OPTIONS: dict[str, type[int] | type[float]] = {
    "minsize": int,
    "maxsize": int,
    "max_inactive_connection_lifetime": float,
    "statement_cache_size": int,
    "max_cached_statement_lifetime": int,
    "max_cacheable_statement_size": int,
    "command_timeout": float,
    "timeout": float,
}
_POOL_OPTIONS = ("minsize", "maxsize", "max_inactive_connection_lifetime")
_SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
# `ssl=` as Tortoise, Django and Node.js write it.
_SSL_ALIASES = {
    "true": "require",
    "1": "require",
    "on": "require",
    "false": "disable",
    "0": "disable",
    "off": "disable",
}
# libpq reads these; asyncpg has no counterpart, and a connection works without them.
_LIBPQ_ONLY = frozenset(
    {
        "channel_binding", "client_encoding", "fallback_application_name", "gssdelegation", "gssencmode",
        "keepalives", "keepalives_count", "keepalives_idle", "keepalives_interval", "load_balance_hosts",
        "pgbouncer", "replication", "require_auth", "requirepeer", "requiressl", "sslcertmode",
        "sslcompression", "sslcrldir", "sslsni", "tcp_user_timeout",
    }
)  # fmt: skip


class InvalidDatabaseUrl(UsageError):
    """DATABASE_URL cannot be parsed; the message says which part."""


@dataclass(frozen=True)
class PostgresAddress:
    """The address of a PostgreSQL database: a DSN for asyncpg, and the options that a DSN cannot hold."""

    dsn: str
    options: dict[str, int | float] = field(default_factory=dict)

    @property
    def session_options(self) -> dict[str, int | float]:
        return {name: value for name, value in self.options.items() if name not in _POOL_OPTIONS}


def is_postgres(url: str) -> bool:
    return url.startswith(POSTGRES_SCHEMES)


def parse_postgres_url(url: str) -> PostgresAddress:
    """The address in a `postgres://` URL.

    Raises:
        InvalidDatabaseUrl: a port or an option that cannot be parsed.
    """
    rest = url.split("://", 1)[1]
    location, _, query = rest.partition("?")
    authority, _, name = location.partition("/")
    # Passwords may be pasted unencoded: only the last @ separates them from the host.
    credentials, _, hosts = authority.rpartition("@")
    user, _, password = credentials.partition(":")
    _check_ports(hosts)
    options, parameters = _split_parameters(query)
    return PostgresAddress(dsn=_dsn(user, password, hosts, name, parameters), options=options)


def _dsn(user: str, password: str, hosts: str, name: str, parameters: dict[str, str]) -> str:
    login = quote(unquote(user), safe="")
    if password:
        login += f":{quote(unquote(password), safe='')}"
    query = f"?{urlencode(parameters)}" if parameters else ""
    return f"postgresql://{f'{login}@' if login else ''}{hosts}/{quote(unquote(name), safe='')}{query}"


def _check_ports(hosts: str) -> None:
    for host in hosts.split(","):
        # An IPv6 address is enclosed in brackets and contains colons.
        _, _, port = host.rpartition("]")[2].partition(":")
        if port and not (port.isascii() and port.isdecimal() and 0 < int(port) < 65_536):
            raise InvalidDatabaseUrl(f"DATABASE_URL: the port {port!r} is not a number from 1 to 65535")


def _split_parameters(query: str) -> tuple[dict[str, int | float], dict[str, str]]:
    options: dict[str, int | float] = {}
    parameters: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name in _DRIVER_OPTIONS:
            options[name] = _number(name, value, _DRIVER_OPTIONS[name])
        elif name == "connect_timeout":
            # libpq waits forever at 0 and below; asyncpg's own default is a minute.
            if (seconds := _number(name, value, int)) > 0:
                options["timeout"] = seconds
        elif name in ("ssl", "sslmode"):
            parameters["sslmode"] = _ssl_mode(name, value)
        elif value and name not in _LIBPQ_ONLY:
            parameters["search_path" if name == "schema" else name] = value
    return options, parameters


def _number(name: str, value: str, kind: type[int] | type[float]) -> int | float:
    try:
        return kind(value)
    except ValueError as error:
        raise InvalidDatabaseUrl(f"DATABASE_URL: {name}={value} is not a number") from error


def _ssl_mode(name: str, value: str) -> str:
    mode = _SSL_ALIASES.get(value.lower(), value.lower())
    if mode not in _SSL_MODES:
        raise InvalidDatabaseUrl(f"DATABASE_URL: {name}={value} is none of {', '.join(_SSL_MODES)}")
    return mode
