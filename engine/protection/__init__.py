"""Admission of operations: cost, limits, token buckets, persisted documents."""
