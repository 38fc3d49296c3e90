"""The pages that are no lists."""
