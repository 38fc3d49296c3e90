"""Imports the old panel's tables in batches: reading, conversion and progress."""
