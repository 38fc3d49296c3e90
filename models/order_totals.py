"""Running totals of orders by user, by user and day, and by service.

Triggers record every change of an order as a delta (`database.migration_operations.order_totals`); the worker
adds the deltas to the totals (`resolvers.order_totals`). Totals and deltas together always equal the sum over
all orders. Canceled and refunded orders do not count. Migrations create the totals' descending indexes by
SQL, because Tortoise's own are ascending only.
"""

from tortoise import fields
from tortoise.models import Model


class OrderTotalDelta(Model):
    """A change not yet in any total: a number of orders and an amount in Toman, positive or negative."""

    id = fields.BigIntField(primary_key=True)
    user_id = fields.IntField()
    service_id = fields.IntField()
    order_count = fields.IntField()
    amount = fields.BigIntField()
    day = fields.IntField(null=True)
    """The day the order was placed, counted as in `UserDailyOrderTotal`; null in deltas older than it."""

    class Meta:
        table = "order_total_deltas"


class UserOrderTotal(Model):
    """A user's orders and their cost in Toman, without pending `OrderTotalDelta` rows."""

    user_id = fields.IntField(primary_key=True, generated=False)
    order_count = fields.BigIntField()
    amount = fields.BigIntField()

    class Meta:
        table = "user_order_totals"


class UserDailyOrderTotal(Model):
    """A user's orders placed on one day and their cost in Toman, without pending `OrderTotalDelta` rows.

    `day` counts from 1970-01-01 in the shop's time zone, see
    `database.migration_operations.daily_order_totals`.
    """

    id = fields.BigIntField(primary_key=True)
    day = fields.IntField()
    user_id = fields.IntField()
    order_count = fields.BigIntField()
    amount = fields.BigIntField()

    class Meta:
        table = "user_daily_order_totals"
        unique_together = (("day", "user_id"),)


class ServiceOrderTotal(Model):
    """How often a service was ordered, without pending `OrderTotalDelta` rows."""

    service_id = fields.IntField(primary_key=True, generated=False)
    order_count = fields.BigIntField()

    class Meta:
        table = "service_order_totals"
