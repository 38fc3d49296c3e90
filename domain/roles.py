"""Who a user is to the shop."""

from enum import StrEnum


class UserRole(StrEnum):
    """Staff roles rise from support to owner."""

    USER = "user"
    SUPPORT = "support"
    MANAGER = "manager"
    OWNER = "owner"


FINANCE_STAFF = (UserRole.MANAGER, UserRole.OWNER)
"""Who is told when money does not add up."""
