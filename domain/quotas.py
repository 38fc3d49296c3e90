"""Per-user quotas for expensive work, shared by all APIs."""

from enum import StrEnum


class Quota(StrEnum):
    """The quotas and their units; the limits are the settings QUOTA_…"""

    PASSWORD_HASHES = "password_hashes"  # noqa: S105 - a quota's name
    TICKET_MESSAGES = "ticket_messages"
    TICKET_BYTES = "ticket_bytes"
    PAYMENT_OPENINGS = "payment_openings"
