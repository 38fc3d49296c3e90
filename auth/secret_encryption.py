"""Encryption at rest for secrets that the shop has to read back (AES-256-GCM)."""

import base64
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12


def encrypt(key: bytes, secret: bytes, *, context: str) -> str:
    """`secret` encrypted with the 32-byte `key`, as text; decryption requires the same `context`."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return base64.b64encode(nonce + AESGCM(key).encrypt(nonce, secret, context.encode())).decode()


def decrypt(key: bytes, sealed: str, *, context: str) -> bytes | None:
    """The inverse of `encrypt`; None if the key or the context differs, or the text was changed."""
    box = base64.b64decode(sealed)
    try:
        return AESGCM(key).decrypt(box[:_NONCE_BYTES], box[_NONCE_BYTES:], context.encode())
    except InvalidTag:
        return None
