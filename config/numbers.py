"""Numeric types shared by settings."""

from typing import Annotated

from pydantic import Field

Positive = Annotated[int, Field(ge=1)]
# The largest integer that every JSON client reads exactly, as in `domain.money`.
Amount = Annotated[int, Field(ge=1, le=2**53 - 1)]
