"""Recomputes wallet balances and related figures from the ledger, inside the database."""

import re
from dataclasses import dataclass

import database


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A figure that disagrees with the ledger; `expected` and `found` are in Toman."""

    check: str
    record: str
    expected: int
    actual: int


# Each query returns the ids of inconsistent records with the expected and the found figure. `{x.user_id}` in
# braces is replaced by a condition on users: all of them, or a range.
_CHECKS = {
    "balance is the sum of the ledger": (
        "user",
        """
        SELECT u.id, COALESCE(l.total, 0) AS expected, u.balance AS found
        FROM users u LEFT JOIN (SELECT user_id, SUM(amount) AS total FROM ledger_entries
                                WHERE {user_id} GROUP BY user_id) l ON l.user_id = u.id
        WHERE {u.id} AND u.balance <> COALESCE(l.total, 0)
        """,
    ),
    "balance after each entry is the running sum": (
        "ledger entry",
        """
        SELECT id, total AS expected, balance_after AS found
        FROM (SELECT id, balance_after, SUM(amount) OVER (PARTITION BY user_id ORDER BY id) AS total
              FROM ledger_entries WHERE {user_id}) running
        WHERE balance_after <> total
        """,
    ),
    "order was charged once": (
        "order",
        """
        SELECT o.id, o.charge AS expected, COALESCE(l.total, 0) AS found
        FROM orders o LEFT JOIN (SELECT order_id, -SUM(amount) AS total FROM ledger_entries
                                 WHERE kind = 'order_charge' AND {user_id} GROUP BY order_id) l
            ON l.order_id = o.id
        WHERE {o.user_id} AND NOT o.is_imported AND o.charge <> COALESCE(l.total, 0)
        """,
    ),
    "order gave back what its ledger says": (
        "order",
        """
        SELECT o.id, COALESCE(l.total, 0) AS expected, o.refunded AS found
        FROM orders o LEFT JOIN (SELECT order_id, SUM(amount) AS total FROM ledger_entries
                                 WHERE kind = 'refund' AND {user_id} GROUP BY order_id) l ON l.order_id = o.id
        WHERE {o.user_id} AND NOT o.is_imported AND o.refunded <> COALESCE(l.total, 0)
        """,
    ),
    "payment was credited once, if it was paid": (
        "payment",
        """
        SELECT p.id, CASE WHEN p.status = 'paid' THEN p.amount ELSE 0 END AS expected,
            COALESCE(l.total, 0) AS found
        FROM payments p LEFT JOIN (SELECT payment_id, SUM(amount) AS total FROM ledger_entries
                                   WHERE kind = 'payment' AND {user_id} GROUP BY payment_id) l
             ON l.payment_id = p.id
        WHERE {p.user_id} AND p.user_id IS NOT NULL AND NOT p.is_imported
            AND COALESCE(l.total, 0) <> CASE WHEN p.status = 'paid' THEN p.amount ELSE 0 END
        """,
    ),
    "entry is in the wallet of its order's or payment's user": (
        "ledger entry",
        """
        SELECT l.id, 0 AS expected, l.amount AS found FROM ledger_entries l
        LEFT JOIN orders o ON o.id = l.order_id LEFT JOIN payments p ON p.id = l.payment_id
        WHERE {l.user_id} AND ((l.order_id IS NOT NULL AND o.user_id <> l.user_id)
            OR (l.payment_id IS NOT NULL AND (p.user_id IS NULL OR p.user_id <> l.user_id)))
        """,
    ),
    "total of orders is their sum": (
        "user",
        """
        SELECT u.id, COALESCE(o.total, 0) AS expected,
            COALESCE(t.amount, 0) + COALESCE(d.total, 0) AS found
        FROM users u
        LEFT JOIN (SELECT user_id, SUM(charge) AS total FROM orders
                   WHERE status NOT IN ('canceled', 'refunded') AND {user_id} GROUP BY user_id) o
            ON o.user_id = u.id
        LEFT JOIN user_order_totals t ON t.user_id = u.id
        LEFT JOIN (SELECT user_id, SUM(amount) AS total FROM order_total_deltas
                   WHERE {user_id} GROUP BY user_id) d ON d.user_id = u.id
        WHERE {u.id} AND COALESCE(o.total, 0) <> COALESCE(t.amount, 0) + COALESCE(d.total, 0)
        """,
    ),
    "daily totals of orders are their sum": (
        "user",
        """
        SELECT u.id, COALESCE(o.total, 0) AS expected,
            COALESCE(t.total, 0) + COALESCE(d.total, 0) AS found
        FROM users u
        LEFT JOIN (SELECT user_id, SUM(charge) AS total FROM orders
                   WHERE status NOT IN ('canceled', 'refunded') AND {user_id} GROUP BY user_id) o
            ON o.user_id = u.id
        LEFT JOIN (SELECT user_id, SUM(amount) AS total FROM user_daily_order_totals
                   WHERE {user_id} GROUP BY user_id) t ON t.user_id = u.id
        LEFT JOIN (SELECT user_id, SUM(amount) AS total FROM order_total_deltas
                   WHERE day IS NOT NULL AND {user_id} GROUP BY user_id) d ON d.user_id = u.id
        WHERE {u.id} AND COALESCE(o.total, 0) <> COALESCE(t.total, 0) + COALESCE(d.total, 0)
        """,
    ),
    "canceled or refunded order gave its whole charge back": (
        "order",
        """
        SELECT o.id, o.charge AS expected, o.refunded AS found FROM orders o
        WHERE {o.user_id} AND NOT o.is_imported AND o.status IN ('canceled', 'refunded')
            AND o.refunded <> o.charge
        """,
    ),
    "order has the quantity that was charged": (
        "order",
        """
        SELECT o.id, l.units AS expected, o.quantity AS found
        FROM ledger_entries l JOIN orders o ON o.id = l.order_id
        WHERE {l.user_id} AND l.kind = 'order_charge' AND l.units IS NOT NULL AND l.units <> o.quantity
        """,
    ),
    "record of the old panel has no entry": (
        "ledger entry",
        """
        SELECT l.id, 0 AS expected, l.amount AS found FROM ledger_entries l
        LEFT JOIN orders o ON o.id = l.order_id LEFT JOIN payments p ON p.id = l.payment_id
        WHERE {l.user_id} AND ((l.kind = 'order_charge' AND o.is_imported)
            OR (l.kind = 'payment' AND p.is_imported))
        """,
    ),
    "adjustment is in the log of staff's actions": (
        "ledger entry",
        """
        SELECT l.id, 0 AS expected, l.amount AS found FROM ledger_entries l
        WHERE {l.user_id} AND l.kind = 'adjustment' AND NOT EXISTS (
            SELECT 1 FROM audit_entries a
            WHERE a.subject = 'user' AND a.subject_id = l.user_id AND a.action = 'adjust_balance'
                AND a.created_at = l.created_at
                AND REPLACE(a.after, ' ', '') = '{"balance":' || l.balance_after || '}')
        """,
    ),
    "opening balance is a wallet's first entry": (
        "ledger entry",
        """
        SELECT l.id, 0 AS expected, l.amount AS found FROM ledger_entries l
        WHERE {l.user_id} AND l.kind = 'opening' AND EXISTS (
            SELECT 1 FROM ledger_entries e WHERE e.user_id = l.user_id AND e.id < l.id)
        """,
    ),
    "free credit is no later than the user's last turn": (
        "ledger entry",
        """
        SELECT l.id, 0 AS expected, l.amount AS found FROM ledger_entries l JOIN users u ON u.id = l.user_id
        WHERE {l.user_id} AND l.kind = 'free_credit'
            AND (u.free_credit_at IS NULL OR l.created_at > u.free_credit_at)
        """,
    ),
    "order belongs to a user": (
        "order",
        """
        SELECT o.id, o.user_id AS expected, 0 AS found FROM orders o LEFT JOIN users u ON u.id = o.user_id
        WHERE {o.user_id} AND u.id IS NULL
        """,
    ),
    "payment belongs to a user": (
        "payment",
        """
        SELECT p.id, p.user_id AS expected, 0 AS found
        FROM payments p LEFT JOIN users u ON u.id = p.user_id
        WHERE {p.user_id} AND p.user_id IS NOT NULL AND u.id IS NULL
        """,
    ),
    "entry belongs to a user": (
        "ledger entry",
        """
        SELECT l.id, l.user_id AS expected, 0 AS found
        FROM ledger_entries l LEFT JOIN users u ON u.id = l.user_id
        WHERE {l.user_id} AND u.id IS NULL
        """,
    ),
    "charges, refunds and payments name what they belong to": (
        "ledger entry",
        """
        SELECT id, 0 AS expected, amount AS found FROM ledger_entries
        WHERE {user_id} AND ((kind IN ('order_charge', 'refund') AND order_id IS NULL)
            OR (kind = 'payment' AND payment_id IS NULL))
        """,
    ),
}

_USER_COLUMNS = re.compile(r"\{([a-z_.]+)\}")


async def audit_ledger() -> list[Difference]:
    """Every difference between the ledger and the figures derived from it; empty in a consistent shop.

    Orders and payments imported from the old panel are ignored: they are part of the opening balances.
    """
    # One snapshot for all checks: an order placed between two of them would look like an error.
    async with database.read_snapshot():
        return [found for check in _CHECKS for found in await _find_differences(check)]


async def audit_wallets(*, first_user_id: int, last_user_id: int) -> list[Difference]:
    """The differences in the wallets, orders and payments of a range of users.

    Each check reads a single snapshot, so it may run while the shop is busy.
    """
    users = (first_user_id, last_user_id)
    return [found for check in _CHECKS for found in await _find_differences(check, users)]


async def _find_differences(check: str, users: tuple[int, int] | None = None) -> list[Difference]:
    noun, statement = _CHECKS[check]
    condition = "1 = 1" if users is None else r"\1 BETWEEN $1 AND $2"
    rows = await database.fetch(_USER_COLUMNS.sub(condition, statement), *(users or ()))
    return [
        Difference(
            check=check,
            record=f"{noun} {row['id']}",
            expected=int(row["expected"]),
            actual=int(row["found"]),
        )
        for row in rows
    ]
