"""Support tickets and their messages."""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from domain.enums import TicketStatus
from models.user import User


class Ticket(Model):
    """A support request; `description` is its first message.

    `assignee` is the member of staff responsible for it.
    """

    id = fields.IntField(primary_key=True)
    legacy_key = fields.CharField(32, null=True, description="the old panel's `ids`")
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField("vitrin.User", related_name="tickets")
    user_id: int
    subject = fields.CharField(255)
    description = fields.TextField()
    status = fields.CharEnumField(TicketStatus, max_length=16, default=TicketStatus.NEW)
    assignee: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "vitrin.User", related_name="assigned_tickets", null=True, on_delete=fields.SET_NULL
    )
    assignee_id: int | None
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "tickets"
        indexes = [
            Index(fields=("user_id", "id")),
            Index(fields=("user_id", "created_at", "id")),
            Index(fields=("user_id", "updated_at", "id")),
        ]


class TicketMessage(Model):
    """A message in a ticket; `user` is its author, a customer or staff."""

    id = fields.IntField(primary_key=True)
    legacy_key = fields.CharField(32, null=True, description="the old panel's `ids`")
    ticket: fields.ForeignKeyRelation[Ticket] = fields.ForeignKeyField(
        "vitrin.Ticket", related_name="messages"
    )
    ticket_id: int
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "vitrin.User", related_name="ticket_messages"
    )
    user_id: int
    message = fields.TextField()
    is_read = fields.BooleanField(default=False)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "ticket_messages"
        indexes = [Index(fields=("ticket_id", "id"))]
