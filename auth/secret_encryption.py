"""Secrets that the shop has to read back, encrypted at rest (AES-256-GCM)."""

import base64
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12


def encrypt(key: bytes, secret: bytes, *, context: str) -> str:
    """`secret` encrypted under the 32 bytes `key`, as text; it opens in the same `context` alone."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return base64.b64encode(nonce + AESGCM(key).encrypt(nonce, secret, context.encode())).decode()


def decrypt(key: bytes, sealed: str, *, context: str) -> bytes | None:
    """What `seal` took; None where the key or the context is another, or the text was changed."""
    box = base64.b64decode(sealed)
    try:
        return AESGCM(key).decrypt(box[:_NONCE_BYTES], box[_NONCE_BYTES:], context.encode())
    except InvalidTag:
        return None
