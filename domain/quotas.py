"""Work that costs more than a request: each kind has a quota a user, the same by every API."""

from enum import StrEnum


class Quota(StrEnum):
    """What is counted, in which unit; the limits are the settings QUOTA_…"""

    PASSWORD_HASHES = "password_hashes"  # noqa: S105 - a quota's name
    TICKET_MESSAGES = "ticket_messages"
    TICKET_BYTES = "ticket_bytes"
    PAYMENT_OPENINGS = "payment_openings"
