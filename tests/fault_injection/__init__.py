"""The product under fire: a provider that misbehaves, processes that die, a database that restarts.

A run is decided by its seed. `uv run python -m tests.fault_injection --seeds 50` makes many:
docs/reliability.md.
"""
