"""The pages that are not lists."""
