"""Legacy responses about payments and free credit."""

from models import LedgerEntry
from web.responses import Body


def payment_started(url: str) -> Body:
    """POST user/payment; the address of the redirect."""
    return {"status": 302, "url": url}


def free_credit_claimed(entry: LedgerEntry) -> Body:
    """GET user/freecredit."""
    return {"status": 201, "amount": entry.amount}
