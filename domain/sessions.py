"""Signed-in sessions: their kinds, and what a proof of identity is good for."""

from datetime import timedelta
from enum import StrEnum


class SessionKind(StrEnum):
    """What a token was issued for, which decides what it may be used for.

    `APP` is the sign-in of the app and of OpenID: customer rights only, whoever the user is. `STAFF` is a
    session of a member of staff. `SERVICE` is a service token: named permissions and no customer rights.
    """

    APP = "app"
    STAFF = "staff"
    SERVICE = "service"


PROOF_LIFETIME = timedelta(minutes=5)
"""How long a session counts as confirmed after a login code or a TOTP code (ASVS 5, 7.5.1)."""
