"""Running totals of orders by user, by user and day, and by service.

The database itself records every change as a delta (`database.migration_operations.order_totals`); the worker
folds the deltas into the totals (`resolvers.order_totals`). Totals and deltas together always equal the sum
over all orders. Canceled and refunded orders do not count. The descending indexes of the totals are created
by `database.migration_operations.order_totals`: Tortoise's own are ascending only.
"""

from tortoise import fields
from tortoise.models import Model


class OrderDelta(Model):
    """A change not yet in any total: a number of orders and an amount in Toman, positive or negative."""

    id = fields.BigIntField(primary_key=True)
    user_id = fields.IntField()
    service_id = fields.IntField()
    order_count = fields.IntField()
    amount = fields.BigIntField()
    day = fields.IntField(null=True)
    """The day the order was placed, counted as in `UserDayTally`; null in deltas older than that table."""

    class Meta:
        table = "order_deltas"


class UserTally(Model):
    """A user's orders and their cost in Toman, without pending `OrderDelta` rows."""

    user_id = fields.IntField(primary_key=True, generated=False)
    order_count = fields.BigIntField()
    amount = fields.BigIntField()

    class Meta:
        table = "user_tallies"


class UserDayTally(Model):
    """A user's orders placed on one day and their cost in Toman, without pending `OrderDelta` rows.

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
    """How often a service was ordered, without pending `OrderDelta` rows."""

    service_id = fields.IntField(primary_key=True, generated=False)
    order_count = fields.BigIntField()

    class Meta:
        table = "service_tallies"
