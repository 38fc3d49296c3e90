"""The type of settings that are durations."""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field

_PLAIN_SECONDS = re.compile(r"[0-9]+(?:\.[0-9]+)?", re.ASCII)


def parse_seconds(value: object) -> object:
    """Seconds for a text of digits, which Pydantic does not accept as a duration."""
    return float(value) if isinstance(value, str) and _PLAIN_SECONDS.fullmatch(value) else value


Duration = Annotated[timedelta, BeforeValidator(parse_seconds), Field(ge=timedelta(0))]
AtLeastOneSecond = Annotated[timedelta, BeforeValidator(parse_seconds), Field(ge=timedelta(seconds=1))]
Timeout = Annotated[
    timedelta, BeforeValidator(parse_seconds), Field(ge=timedelta(milliseconds=100), le=timedelta(hours=1))
]
