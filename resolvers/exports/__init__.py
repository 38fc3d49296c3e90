"""Exports of tables as files: their columns and formats."""
