"""Users' identities at OpenID providers, and sign-ins in progress."""

from tortoise import fields
from tortoise.models import Model

from models.user import User


class OpenIdIdentity(Model):
    """A person at a provider: `subject` is permanent and unique, unlike an e-mail address."""

    id = fields.IntField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "vitrin.User", related_name="openid_identities"
    )
    user_id: int
    issuer = fields.CharField(255)
    subject = fields.CharField(255)
    created_at = fields.DatetimeField()

    class Meta:
        table = "openid_identities"
        unique_together = (("issuer", "subject"),)


class OpenIdAttempt(Model):
    """A sign-in in progress, deleted by its callback. `id` is the SHA-256 of the OAuth state."""

    id = fields.CharField(64, primary_key=True)
    data = fields.TextField()
    expires_at = fields.DatetimeField()

    class Meta:
        table = "openid_attempts"
