"""Kinds of sessions, and how long a proof of identity is valid."""

from datetime import timedelta
from enum import StrEnum


class SessionKind(StrEnum):
    """The kind of a token, which determines its rights.

    `APP` is the sign-in of the app and of OpenID: customer rights only, whatever the user's role. `STAFF` is
    a session of a member of staff. `SERVICE` is a service token: named permissions and no customer rights.
    """

    APP = "app"
    STAFF = "staff"
    SERVICE = "service"


PROOF_LIFETIME = timedelta(minutes=5)
"""How long a session counts as confirmed after a login code or a TOTP code (ASVS 5, 7.5.1)."""
