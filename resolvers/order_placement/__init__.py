"""Placing an order: by one batched SQL statement if possible, else step by step in a transaction."""
