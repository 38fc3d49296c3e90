"""Composition root: one installation put together from its settings."""
