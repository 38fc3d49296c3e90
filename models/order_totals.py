"""What orders come to by user, by user and day, and by service, kept up to date as they change.

The database itself notes every change (`database.migration_operations.order_totals`); the worker adds the
notes to the tallies (`resolvers.order_totals`). At every moment tally and notes together are what adding up
all orders would give. Canceled and refunded orders do not count.
The tallies' indexes, from the most to the least, are `database.migration_operations.order_totals`'s:
Tortoise's own all rise.
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
    day = fields.IntField(null=True)
    """When the order was placed, as `UserDayTally` counts days; null in notes of before there were any."""

    class Meta:
        table = "order_deltas"


class UserTally(Model):
    """A user's orders and what they cost in Toman, but for what is in `OrderDelta`."""

    user_id = fields.IntField(primary_key=True, generated=False)
    order_count = fields.BigIntField()
    amount = fields.BigIntField()

    class Meta:
        table = "user_tallies"


class UserDayTally(Model):
    """A user's orders placed on one day and what they cost in Toman, but for what is in `OrderDelta`.

    `day` counts from 1970-01-01 in the shop's time zone, see
    `database.migration_operations.daily_order_totals`.
    """

    id = fields.BigIntField(primary_key=True)
    day = fields.IntField()
    user_id = fields.IntField()
    order_count = fields.BigIntField()
    amount = fields.BigIntField()

    class Meta:
        table = "user_day_tallies"
        unique_together = (("day", "user_id"),)


class ServiceTally(Model):
    """How often a service was ordered, but for what is in `OrderDelta`."""

    service_id = fields.IntField(primary_key=True, generated=False)
    order_count = fields.BigIntField()

    class Meta:
        table = "service_tallies"
