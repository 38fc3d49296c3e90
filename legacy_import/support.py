"""Tickets, their messages, and payments of the old panel."""

from domain.states import PaymentStatus
from legacy_import import states
from legacy_import.cells import Row, Unreadable
from legacy_import.references import References

TICKET_COLUMNS = "id legacy_key user_id subject description status created_at updated_at".split()
MESSAGE_COLUMNS = "id legacy_key ticket_id user_id message is_read created_at updated_at".split()
PAYMENT_COLUMNS = (
    "id user_id gateway amount status reference note is_imported created_at updated_at credited_at"
).split()
_GATEWAY = "legacy"


def ticket(row: Row, references: References) -> tuple[object, ...]:
    """A ticket with its first text."""
    return (
        references.take_id(row),
        row.text("ids", longest=32),
        references.user(row),
        row.line("subject", longest=255) or "",
        row.text("description") or "",
        row.state("status", states.TICKET_STATUSES),
        *row.moments(references.begun_at),
    )


def message(row: Row, references: References) -> tuple[object, ...]:
    """A message in a ticket."""
    return (
        references.take_id(row),
        row.text("ids", longest=32),
        references.ticket(row),
        references.user(row),
        row.text("message") or "",
        row.flag("is_read"),
        *row.moments(references.begun_at),
    )


def payment(row: Row, references: References) -> tuple[object, ...]:
    """A payment as history: no gateway is asked about it, and the opening balance holds what it brought."""
    number = references.take_id(row)
    amount = row.money("amount")
    if not amount:
        raise Unreadable("amount is 0")
    status = row.state("status", states.PAYMENT_STATUSES)
    created, changed = row.moments(references.begun_at)
    return (
        number,
        references.user(row),
        _GATEWAY,
        amount,
        status,
        row.text("transaction_id", longest=64),
        row.text("type"),
        True,
        created,
        changed,
        changed if status is PaymentStatus.PAID else None,
    )
