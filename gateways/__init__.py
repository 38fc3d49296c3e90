"""The outside world: each service the shop calls, behind a protocol."""
