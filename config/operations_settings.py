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
        description="how long an order may be due before /readyz answers 503 and staff are told",
    )
    provider_low_balance: Annotated[int, Field(ge=0)] = Field(
        0, description="Toman of credit at a provider below which staff are told; 0: never"
    )
    worker_port: Annotated[int, Field(ge=0, le=65_535)] | None = Field(
        None, description="port of /healthz, /readyz and /metrics of a worker process; empty: none"
    )
    # Part of the six seconds for running requests: a process exits within ten.
    stop_delay: Duration = Field(
        timedelta(0),
        le=timedelta(seconds=3),
        description="how long a server that is told to stop still takes requests while /healthz answers 503, "
        "for load balancers to notice; at most 3 seconds",
    )
    metrics_token: SecretStr | None = Field(
        None,
        min_length=_MIN_TOKEN_LENGTH,
        description="bearer token that /metrics asks for, 16 characters or more; "
        "empty: it answers only this machine's own processes",
    )
    metrics_operations: CommaSeparated[str] = Field(
        (),
        description="GraphQL operation names that metrics tell apart besides those of trusted documents, "
        "comma separated",
    )

    log_format: LogFormat = Field(LogFormat.TEXT, description="text, or json: one object a line")
    security_log_file: Path | None = Field(
        None,
        description="file the security log is appended to, one JSON object a line; empty: standard error",
    )
    sentry_dsn: SecretStr | None = Field(
        None, description="where errors are reported, by Sentry's protocol; needs the group sentry"
    )
    otlp_endpoint: str = Field(
        "",
        description="where traces are sent, such as http://127.0.0.1:4318/v1/traces; needs the group tracing",
    )

    openid_issuer: str = Field(
        "",
        description="OpenID provider that users may sign in with, such as https://accounts.google.com; "
        "empty: none",
    )
    openid_client_id: str = Field("", description="the shop's client id at the OpenID provider")
    openid_client_secret: SecretStr | None = Field(None, description="the shop's secret there")
    openid_login_type: str = Field(
        "google", max_length=32, description="login type of users who came by the OpenID provider"
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
            raise ValueError("OPENID_ISSUER needs OPENID_CLIENT_ID")
        return self
