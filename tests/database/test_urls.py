"""URLs as managed PostgreSQL services provide them."""

import asyncpg
import pytest

import database
from database.urls import InvalidDatabaseUrl, parse_postgres_url

_READABLE = {
    "postgres://u:p@h:5433/d": ("postgresql://u:p@h:5433/d", {}),
    "postgresql://u@h/d": ("postgresql://u@h/d", {}),
    "asyncpg:///d?host=/run/pg": ("postgresql:///d?host=%2Frun%2Fpg", {}),
    "postgres://u:p%40%3A%2Fss@h/d": ("postgresql://u:p%40%3A%2Fss@h/d", {}),
    "postgres://u:a@b:c@h/d": ("postgresql://u:a%40b%3Ac@h/d", {}),
    "postgres://u:p[1]@h/d": ("postgresql://u:p%5B1%5D@h/d", {}),
    "postgres://h1:5432,h2:5433/d?target_session_attrs=read-write": (
        "postgresql://h1:5432,h2:5433/d?target_session_attrs=read-write",
        {},
    ),
    "postgres://[::1]:5432/d": ("postgresql://[::1]:5432/d", {}),
    "postgres://h/d?sslmode=require": ("postgresql://h/d?sslmode=require", {}),
    "postgres://h/d?ssl=disable": ("postgresql://h/d?sslmode=disable", {}),
    "postgres://h/d?ssl=true": ("postgresql://h/d?sslmode=require", {}),
    "postgres://h/d?connect_timeout=10": ("postgresql://h/d", {"timeout": 10}),
    "postgres://h/d?connect_timeout=0": ("postgresql://h/d", {}),
    "postgres://h/d?application_name=my%20shop": ("postgresql://h/d?application_name=my+shop", {}),
    "postgres://h/d?channel_binding=require&pgbouncer=true&keepalives=1": ("postgresql://h/d", {}),
    "postgres://h/d?schema=shop": ("postgresql://h/d?search_path=shop", {}),
    "postgres://h/d?minsize=2&maxsize=10&statement_cache_size=0": (
        "postgresql://h/d",
        {"minsize": 2, "maxsize": 10, "statement_cache_size": 0},
    ),
}
_UNREADABLE = {
    "postgres://h:port/d": "port",
    "postgres://h:70000/d": "port",
    "postgres://h/d?sslmode=maybe": "sslmode",
    "postgres://h/d?connect_timeout=soon": "connect_timeout",
    "postgres://h/d?maxsize=many": "maxsize",
}


def test_urls_of_managed_postgresql_are_read_as_libpq_reads_them(subtests: pytest.Subtests) -> None:
    for url, (dsn, options) in _READABLE.items():
        with subtests.test(url):
            address = parse_postgres_url(url)
            assert (address.dsn, address.options) == (dsn, options)


def test_a_url_that_cannot_be_read_names_the_part(subtests: pytest.Subtests) -> None:
    for url, part in _UNREADABLE.items():
        with subtests.test(url), pytest.raises(InvalidDatabaseUrl, match=part):
            parse_postgres_url(url)


async def test_pool_and_session_connect_with_options_that_only_libpq_knows(postgres_server: str) -> None:
    separator = "&" if "?" in postgres_server else "?"
    options = "sslmode=prefer&connect_timeout=5&application_name=my%20shop&channel_binding=prefer&maxsize=2"
    url = f"{postgres_server.replace('postgres://', 'postgresql://', 1)}{separator}{options}"

    async with database.open_connections(url):
        (row,) = await database.fetch("SELECT current_setting('application_name') AS name")
    session: asyncpg.Connection = await database.open_session(url, name="a session")
    name = await session.fetchval("SELECT current_setting('application_name')")
    await session.close()

    assert (row["name"], name) == ("my shop", "a session")
