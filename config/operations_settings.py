"""Settings for operations: health checks, metrics, logs and alerts."""

from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings

from config.durations import AtLeastOneSecond, Duration
from config.lists import CommaSeparated

_MIN_TOKEN_LENGTH = 16


class LogFormat(StrEnum):
    """`text` is for people, `json` for programs: one object per line."""

    TEXT = "text"
    JSON = "json"


class OperationsSettings(BaseSettings):
    """The settings for operating the shop."""

    queue_max_age: AtLeastOneSecond = Field(
        timedelta(minutes=10),
        description="how long an order may be overdue before /readyz returns 503 and staff are notified",
    )
    provider_low_balance: Annotated[int, Field(ge=0)] = Field(
        0, description="balance at a provider, in Toman, below which staff are notified; 0: never"
    )
    worker_port: Annotated[int, Field(ge=0, le=65_535)] | None = Field(
        None, description="port of /healthz, /readyz and /metrics of a worker process; empty: none"
    )
    # Part of the six seconds for running requests: a process exits within ten.
    stop_delay: Duration = Field(
        timedelta(0),
        le=timedelta(seconds=3),
        description="how long a server keeps serving after a stop signal while /healthz returns 503, so "
        "that load balancers notice; at most 3 seconds",
    )
    metrics_token: SecretStr | None = Field(
        None,
        min_length=_MIN_TOKEN_LENGTH,
        description="bearer token for /metrics, at least 16 characters; "
        "empty: only processes on this machine have access",
    )
    metrics_operations: CommaSeparated[str] = Field(
        (),
        description="GraphQL operation names with metrics of their own, besides those of trusted documents, "
        "comma separated",
    )

    log_format: LogFormat = Field(LogFormat.TEXT, description="text, or json with one object per line")
    security_log_file: Path | None = Field(
        None,
        description="file for the security log, one JSON object per line; empty: standard error",
    )
    sentry_dsn: SecretStr | None = Field(
        None, description="Sentry DSN for error reports; requires the group sentry"
    )
    otlp_endpoint: str = Field(
        "",
        description="OTLP endpoint for traces, such as http://127.0.0.1:4318/v1/traces; requires the group "
        "tracing",
    )

    openid_issuer: str = Field(
        "",
        description="OpenID provider that users may sign in with, such as https://accounts.google.com; "
        "empty: none",
    )
    openid_client_id: str = Field("", description="the shop's client id at the OpenID provider")
    openid_client_secret: SecretStr | None = Field(
        None, description="the shop's client secret at the OpenID provider"
    )
    openid_login_type: str = Field(
        "google",
        max_length=32,
        description="login type recorded for users who sign in with the OpenID provider",
    )

    @field_validator("openid_issuer")
    @classmethod
    def _check_issuer(cls, value: str) -> str:
        if value and not value.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
            raise ValueError("OPENID_ISSUER must begin with https://")
        return value

    @model_validator(mode="after")
    def _check_openid_client(self) -> Self:
        if self.openid_issuer and not self.openid_client_id:
            raise ValueError("OPENID_ISSUER requires OPENID_CLIENT_ID")
        return self
