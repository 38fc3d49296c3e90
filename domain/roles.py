"""Roles of users."""

from enum import StrEnum


class UserRole(StrEnum):
    """Staff roles in ascending order, from support to owner."""

    USER = "user"
    SUPPORT = "support"
    MANAGER = "manager"
    OWNER = "owner"


FINANCE_STAFF = (UserRole.MANAGER, UserRole.OWNER)
"""Roles that are notified of payment problems."""
