"""Types of numbers that settings share."""

from typing import Annotated

from pydantic import Field

Positive = Annotated[int, Field(ge=1)]
# The largest integer that every JSON client reads exactly, as `domain.money` has it.
Amount = Annotated[int, Field(ge=1, le=2**53 - 1)]
