"""Tortoise's PostgreSQL engine whose connections go back to their pool without a statement.

asyncpg sends one to forget what a session holds: settings, LISTEN, cursors, advisory locks. Nothing here
leaves such things in a pooled connection: locks and settings are the transaction's, and who listens has a
connection of its own (`database.open_session`). A transaction left open is rolled back all the same.
The module's name has to contain "asyncpg": the migration executor picks its dialect by it.
"""

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient


class StatelessConnection(asyncpg.Connection):  # type: ignore[misc] # asyncpg ships no types
    """A connection that has nothing to forget."""

    def get_reset_query(self) -> str:
        return ""


class StatelessClient(AsyncpgDBClient):
    """The client of stateless connections."""

    connection_class = StatelessConnection


client_class = StatelessClient
