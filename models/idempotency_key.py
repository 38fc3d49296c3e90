"""First answers of operations that clients may repeat."""

from tortoise import fields
from tortoise.models import Model

import database
from models.user import User

# Whose key it is, and the key: locks of two numbers share nothing with those of one
# (`database.exclusive_transaction`).
# hashtext is PostgreSQL's own hash of a text; two keys of a user with the same wait for each other, no more.
_LOCKED = "(user_id, hashtext(key))"
TRY_LOCK = f"pg_try_advisory_xact_lock{_LOCKED}"
"""Whether only this transaction may claim `key` of `user_id` from here on; PostgreSQL's, without waiting."""
_LOCK = f"SELECT pg_advisory_xact_lock{_LOCKED} FROM (VALUES ($1::int, $2::text)) AS asked (user_id, key)"  # noqa: S608 - a constant


class IdempotencyKey(Model):
    """A client's key for one act. `fingerprint` is a hash of its arguments, `answer` the first result."""

    id = fields.IntField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "vitrin.User", related_name="idempotency_keys"
    )
    user_id: int
    key = fields.CharField(255)
    operation = fields.CharField(64)
    fingerprint = fields.CharField(64)
    answer = fields.TextField(null=True, description="JSON")
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()

    class Meta:
        table = "idempotency_keys"
        unique_together = (("user_id", "key"),)
        indexes = [("expires_at",)]

    @classmethod
    async def lock(cls, user_id: int, key: str) -> None:
        """Let nobody else claim the key until this transaction ends. SQLite's exclude each other anyhow."""
        if database.dialect() == "postgres":
            await database.fetch(_LOCK, user_id, key)
