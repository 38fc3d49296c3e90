"""Hashes by which secret keys are stored and looked up."""

import hashlib


def hash_key(key: str) -> str:
    """SHA-256 of a random or signed key, in hexadecimal.

    A slow password hash is unnecessary: such keys cannot be guessed, and every request pays for this.
    """
    return hashlib.sha256(key.encode()).hexdigest()
