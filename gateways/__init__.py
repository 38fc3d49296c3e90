"""Clients of external services, each behind a protocol."""
