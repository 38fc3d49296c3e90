"""Placing an order: by one batched SQL statement where possible, else step by step in a transaction."""
