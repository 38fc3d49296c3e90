"""Credentials that need no database: token signing and verification, encryption, TOTP, login codes."""
