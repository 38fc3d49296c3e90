"""What orders come to by user and by service: kept up as they change, so that nobody has to add them up.

The database itself notes every change (`models.tallying`); the worker adds the notes to the tallies
(`resolvers.tallies`). At every moment tally and notes together are what adding up all orders would give.
Canceled and refunded orders do not count.
The tallies' indexes, from the most to the least, are `models.tallying`'s: Tortoise's own all rise.
"""

from tortoise import fields
from tortoise.models import Model


class OrderDelta(Model):
    """A change that is in no tally yet: so many orders, and so much Toman, more or less."""

    id = fields.BigIntField(primary_key=True)
    user_id = fields.IntField()
    service_id = fields.IntField()
    order_count = fields.IntField()
    amount = fields.BigIntField()

    class Meta:
        table = "order_deltas"


class UserTally(Model):
    """A user's orders and what they cost in Toman, but for what is in `OrderDelta`."""

    user_id = fields.IntField(primary_key=True, generated=False)
    order_count = fields.BigIntField()
    amount = fields.BigIntField()

    class Meta:
        table = "user_tallies"


class ServiceTally(Model):
    """How often a service was ordered, but for what is in `OrderDelta`."""

    service_id = fields.IntField(primary_key=True, generated=False)
    order_count = fields.BigIntField()

    class Meta:
        table = "service_tallies"
