"""Legacy answers about money that comes in."""

from models import LedgerEntry
from web.responses import Body


def payment_started(url: str) -> Body:
    """POST user/payment; the address that the redirection names."""
    return {"status": 302, "url": url}


def free_credit_claimed(entry: LedgerEntry) -> Body:
    """GET user/freecredit."""
    return {"status": 201, "amount": entry.amount}
