"""The shop's unit of money."""

from typing import NewType

Toman = NewType("Toman", int)
"""Whole Toman. Rial exists only in the payment gateways that want it."""

LARGEST_AMOUNT = 2**63 - 1
"""Amounts are stored in signed 64-bit columns; a larger one is refused."""
