"""Requests that Schemathesis generates from the shop's API descriptions, sent to a running server.

`python -m tests.schemathesis --examples 2000` generates 2,000 for each route and field.
"""
