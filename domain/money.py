"""The shop's unit of money."""

from typing import NewType

from config.numbers import MAX_EXACT_INTEGER

Toman = NewType("Toman", int)
"""Whole Toman. Only payment gateways that require it use Rial."""

MAX_AMOUNT = Toman(MAX_EXACT_INTEGER)
"""The largest amount or balance: every JSON client reads it exactly, and it fits the 64-bit columns."""
