"""Brings the old panel's tables over, batch by batch: what is read, what becomes of it, how far it is."""
