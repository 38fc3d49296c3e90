"""Users' consumption of each quota in the current window."""

from datetime import datetime

from tortoise import fields
from tortoise.models import Model

import database
from domain.quotas import Quota
from models.user import User

# One statement, so that of two concurrent requests the second sees what the first used. An ended window
# starts again with the amount used.
_TAKE_SQL = """
INSERT INTO quota_usage (user_id, quota, used, ends_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (user_id, quota) DO UPDATE SET
    used = CASE WHEN quota_usage.ends_at <= $5 THEN excluded.used ELSE quota_usage.used + excluded.used END,
    ends_at = CASE WHEN quota_usage.ends_at <= $5 THEN excluded.ends_at ELSE quota_usage.ends_at END
WHERE quota_usage.ends_at <= $5 OR quota_usage.used + excluded.used <= $6
RETURNING used
"""


class QuotaUsage(Model):
    """A user's consumption of a quota in the window that ends at `ends_at`."""

    id = fields.IntField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField("vitrin.User", related_name="quota_usage")
    user_id: int
    quota = fields.CharEnumField(Quota, max_length=32)
    used = fields.BigIntField()
    ends_at = fields.DatetimeField()

    class Meta:
        table = "quota_usage"
        unique_together = (("user_id", "quota"),)
        indexes = [("ends_at",)]

    @classmethod
    async def take(
        cls, user_id: int, quota: Quota, amount: int, *, limit: int, now: datetime, ends_at: datetime
    ) -> bool:
        """Add `amount` to the consumption if that stays within the limit; returns whether it did.

        `ends_at` is when a window that begins now will end.
        """
        if amount > limit:
            return False
        return bool(await database.fetch(_TAKE_SQL, user_id, quota.value, amount, ends_at, now, limit))
