"""The shop's unit of money."""

from typing import NewType

Toman = NewType("Toman", int)
"""Whole Toman. Rial exists only in the payment gateways that want it."""
