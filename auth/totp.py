"""Time-based one-time passwords (RFC 6238): SHA-1, 30 seconds, 6 digits."""

import base64
import hashlib
import hmac
import struct
from datetime import datetime
from urllib.parse import quote, urlencode

STEP_SECONDS = 30
DIGITS = 6
SECRET_BYTES = 20
"""The length of a SHA-1 digest, as recommended by RFC 4226 (4, R6)."""
_DRIFT_STEPS = 1


def compute_code(secret: bytes, step: int) -> str:
    """The code of one time step (RFC 4226, 5.3)."""
    digest = hmac.digest(secret, struct.pack(">Q", step), hashlib.sha1)
    offset = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def compute_step(now: datetime) -> int:
    """The number of the time step at `now`."""
    return int(now.timestamp()) // STEP_SECONDS


def find_matching_step(secret: bytes, code: str, *, now: datetime, after: int) -> int | None:
    """The step later than `after` with this `code`, or None.

    One step of drift is allowed in both directions (RFC 6238, 5.2). Callers store the accepted step and pass
    it as `after` next time, so that no code is accepted twice.
    """
    current = compute_step(now)
    for step in range(current - _DRIFT_STEPS, current + _DRIFT_STEPS + 1):
        if step > after and hmac.compare_digest(compute_code(secret, step).encode(), code.encode()):
            return step
    return None


def to_base32(secret: bytes) -> str:
    """The secret as typed into an authenticator app."""
    return base64.b32encode(secret).decode().rstrip("=")


def build_uri(secret: bytes, *, issuer: str, account: str) -> str:
    """The `otpauth://` URI that authenticator apps read from a QR code."""
    query = urlencode({"secret": to_base32(secret), "issuer": issuer}, quote_via=quote)
    return f"otpauth://totp/{quote(issuer)}:{quote(account)}?{query}"
