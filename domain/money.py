"""The shop's unit of money."""

from typing import NewType

Toman = NewType("Toman", int)
"""Whole Toman. Only payment gateways that require it use Rial."""

MAX_AMOUNT = Toman(2**53 - 1)
"""The largest amount or balance: every JSON client reads it exactly, and it fits the 64-bit columns."""
