"""Requests that Schemathesis makes up from the shop's own descriptions, against a server that really runs.

`python -m tests.schemathesis --examples 2000` makes so many of each description's.
"""
