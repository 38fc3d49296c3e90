"""Numeric types shared by settings."""

from typing import Annotated

from pydantic import Field

MAX_EXACT_INTEGER = 2**53 - 1
"""The largest integer that every JSON client reads exactly (RFC 8259, section 6)."""

Positive = Annotated[int, Field(ge=1)]
Amount = Annotated[int, Field(ge=1, le=MAX_EXACT_INTEGER)]
