"""Converts tickets, their messages, and payments of the old panel."""

from cli.legacy_import import value_mappings
from cli.legacy_import.cells import Row, Unreadable
from cli.legacy_import.references import References
from domain.enums import PaymentStatus

TICKET_COLUMNS = "id legacy_key user_id subject description status created_at updated_at".split()
MESSAGE_COLUMNS = "id legacy_key ticket_id user_id message is_read created_at updated_at".split()
PAYMENT_COLUMNS = (
    "id user_id gateway amount status reference note is_imported created_at updated_at credited_at"
).split()
_GATEWAY = "legacy"


def convert_ticket(row: Row, references: References) -> tuple[object, ...]:
    """A ticket with its first message."""
    return (
        references.claim_id(row),
        row.read_text("ids", max_length=32),
        references.get_user(row),
        row.read_line("subject", max_length=255) or "",
        row.read_text("description") or "",
        row.read_state("status", value_mappings.TICKET_STATUSES),
        *row.read_timestamps(references.started_at),
    )


def convert_message(row: Row, references: References) -> tuple[object, ...]:
    return (
        references.claim_id(row),
        row.read_text("ids", max_length=32),
        references.get_ticket(row),
        references.get_user(row),
        row.read_text("message") or "",
        row.read_flag("is_read"),
        *row.read_timestamps(references.started_at),
    )


def convert_payment(row: Row, references: References) -> tuple[object, ...]:
    """A payment as history: no gateway is asked about it, and the opening balance includes it."""
    number = references.claim_id(row)
    amount = row.read_money("amount")
    if not amount:
        raise Unreadable("amount is 0")
    status = row.read_state("status", value_mappings.PAYMENT_STATUSES)
    created, changed = row.read_timestamps(references.started_at)
    return (
        number,
        references.get_user(row),
        _GATEWAY,
        amount,
        status,
        row.read_text("transaction_id", max_length=64),
        row.read_text("type"),
        True,
        created,
        changed,
        changed if status is PaymentStatus.PAID else None,
    )
