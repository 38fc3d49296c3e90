"""Who people are at an OpenID provider, and sign-ins there that are under way."""

from tortoise import fields
from tortoise.models import Model

from models.user import User


class OpenIdIdentity(Model):
    """A person at a provider: `subject` is theirs alone for ever, which an e-mail address is not."""

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
    """What a callback needs of its beginning. `id` is the SHA-256 of its state; taking the row uses it up."""

    id = fields.CharField(64, primary_key=True)
    data = fields.TextField()
    expires_at = fields.DatetimeField()

    class Meta:
        table = "openid_attempts"
