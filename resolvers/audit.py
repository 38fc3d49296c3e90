"""The wallet's arithmetic, recomputed from the ledger in the database itself."""

from dataclasses import dataclass

from models import database


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A figure that is not what the ledger says: of which record, `expected` and `found` in Toman."""

    check: str
    record: str
    expected: int
    found: int


# Each gives the ids of records whose figure is wrong, with what it should be and what it is.
_CHECKS = {
    "balance is the sum of the ledger": (
        "user",
        """
        SELECT u.id, COALESCE(l.total, 0) AS expected, u.balance AS found
        FROM users u LEFT JOIN (SELECT user_id, SUM(amount) AS total FROM ledger_entries GROUP BY user_id) l
            ON l.user_id = u.id
        WHERE u.balance <> COALESCE(l.total, 0)
        """,
    ),
    "balance after each entry is the running sum": (
        "ledger entry",
        """
        SELECT id, total AS expected, balance_after AS found
        FROM (SELECT id, balance_after, SUM(amount) OVER (PARTITION BY user_id ORDER BY id) AS total
              FROM ledger_entries) running
        WHERE balance_after <> total
        """,
    ),
    "order was charged once": (
        "order",
        """
        SELECT o.id, o.charge AS expected, COALESCE(l.total, 0) AS found
        FROM orders o LEFT JOIN (SELECT order_id, -SUM(amount) AS total FROM ledger_entries
                                 WHERE kind = 'order_charge' GROUP BY order_id) l ON l.order_id = o.id
        WHERE NOT o.is_imported AND o.charge <> COALESCE(l.total, 0)
        """,
    ),
    "order gave back what its ledger says": (
        "order",
        """
        SELECT o.id, COALESCE(l.total, 0) AS expected, o.refunded AS found
        FROM orders o LEFT JOIN (SELECT order_id, SUM(amount) AS total FROM ledger_entries
                                 WHERE kind = 'refund' GROUP BY order_id) l ON l.order_id = o.id
        WHERE NOT o.is_imported AND o.refunded <> COALESCE(l.total, 0)
        """,
    ),
    "payment was credited once, if it was paid": (
        "payment",
        """
        SELECT p.id, CASE WHEN p.status = 'paid' THEN p.amount ELSE 0 END AS expected,
            COALESCE(l.total, 0) AS found
        FROM payments p LEFT JOIN (SELECT payment_id, SUM(amount) AS total FROM ledger_entries
                                   WHERE kind = 'payment' GROUP BY payment_id) l ON l.payment_id = p.id
        WHERE p.user_id IS NOT NULL AND NOT p.is_imported
            AND COALESCE(l.total, 0) <> CASE WHEN p.status = 'paid' THEN p.amount ELSE 0 END
        """,
    ),
    "entry is in the wallet of whose order or payment it tells": (
        "ledger entry",
        """
        SELECT l.id, 0 AS expected, l.amount AS found FROM ledger_entries l
        LEFT JOIN orders o ON o.id = l.order_id LEFT JOIN payments p ON p.id = l.payment_id
        WHERE (l.order_id IS NOT NULL AND o.user_id <> l.user_id)
            OR (l.payment_id IS NOT NULL AND (p.user_id IS NULL OR p.user_id <> l.user_id))
        """,
    ),
    "charges, refunds and payments name what they belong to": (
        "ledger entry",
        """
        SELECT id, 0 AS expected, amount AS found FROM ledger_entries
        WHERE (kind IN ('order_charge', 'refund') AND order_id IS NULL)
            OR (kind = 'payment' AND payment_id IS NULL)
        """,
    ),
}


async def audit_ledger() -> list[Difference]:
    """Every difference between the ledger and the figures that it explains; none in a sound shop.

    Orders and payments of the old panel are left out: they are part of the opening balances.
    """
    differences = []
    # One moment for all checks: an order placed between two of them would look like a fault.
    async with database.snapshot():
        for check, (noun, statement) in _CHECKS.items():
            differences += [
                Difference(
                    check=check,
                    record=f"{noun} {row['id']}",
                    expected=int(row["expected"]),
                    found=int(row["found"]),
                )
                for row in await database.fetch(statement)
            ]
    return differences
