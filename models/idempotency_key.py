"""Stored results of idempotent requests."""

from tortoise import fields
from tortoise.models import Model

import database
from models.user import User

# User and key: a lock on two numbers never conflicts with one on a single number
# (`database.exclusive_transaction`). hashtext is PostgreSQL's own text hash; a collision of two keys of a
# user only makes them wait for each other.
_LOCKED = "(user_id, hashtext(key))"
TRY_LOCK = f"pg_try_advisory_xact_lock{_LOCKED}"
"""Try to reserve `key` of `user_id` for this transaction without waiting; PostgreSQL only."""
_LOCK = f"SELECT pg_advisory_xact_lock{_LOCKED} FROM (VALUES ($1::int, $2::text)) AS asked (user_id, key)"  # noqa: S608 - a constant


class IdempotencyKey(Model):
    """An idempotency key. `fingerprint` is a hash of the request's arguments, `result` the stored outcome."""

    id = fields.IntField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "vitrin.User", related_name="idempotency_keys"
    )
    user_id: int
    key = fields.CharField(255)
    operation = fields.CharField(64)
    fingerprint = fields.CharField(64)
    result = fields.TextField(null=True, description="JSON")
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()

    class Meta:
        table = "idempotency_keys"
        unique_together = (("user_id", "key"),)
        indexes = [("expires_at",)]

    @classmethod
    async def lock(cls, user_id: int, key: str) -> None:
        """Reserve the key until this transaction ends. SQLite serializes transactions anyway."""
        if database.dialect() == "postgres":
            await database.fetch(_LOCK, user_id, key)
