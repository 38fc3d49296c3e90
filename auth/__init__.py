"""Credentials without a database: token signing and verification, encryption, TOTP, login codes."""
