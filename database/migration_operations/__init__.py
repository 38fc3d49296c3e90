"""Custom migration operations."""
