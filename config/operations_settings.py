"""Settings of running the shop: health, figures, logs and what staff are told."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode

from config.durations import LeastASecond

_SHORTEST_TOKEN = 16


class OperationsSettings(BaseSettings):
    """The part of the shop's settings that its operators look through."""

    queue_max_age: LeastASecond = Field(
        timedelta(minutes=10),
        description="how long an order may be due before /readyz answers 503 and staff are told",
    )
    worker_port: Annotated[int, Field(ge=0, le=65_535)] | None = Field(
        None, description="port of /healthz, /readyz and /metrics of a worker process; empty: none"
    )
    metrics_token: SecretStr | None = Field(
        None,
        min_length=_SHORTEST_TOKEN,
        description="bearer token that /metrics asks for, 16 characters or more; "
        "empty: it answers only this machine's own processes",
    )
    metrics_operations: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="GraphQL operation names that metrics tell apart besides those of trusted documents, "
        "comma separated",
    )

    @field_validator("metrics_operations", mode="before")
    @classmethod
    def _split_names(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(part.strip() for part in value.split(",") if part.strip())
