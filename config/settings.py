"""All settings, each read from the environment variable of the same name in capitals."""

import ipaddress
import re
from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self
from zoneinfo import ZoneInfo

import limits
from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from config.durations import AtLeastOneSecond, Duration, Timeout
from config.errors import UsageError
from config.gateway_settings import GatewaySettings
from config.gateway_settings import PaymentGatewayName as PaymentGatewayName
from config.gateway_settings import SmsGatewayName as SmsGatewayName
from config.graphql_settings import GraphQLSettings
from config.lists import CommaSeparated
from config.numbers import Amount, Positive
from config.operations_settings import OperationsSettings
from config.quota_settings import QuotaSettings
from config.staff_settings import StaffSettings

POSTGRES_SCHEMES = ("postgres://", "postgresql://", "asyncpg://")
_ORIGIN = re.compile(r"https?://[^/?#\s]+", re.IGNORECASE)


class Environment(StrEnum):
    """Development has a default for everything; production requires explicit settings."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class LogLevel(StrEnum):
    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


class Settings(GatewaySettings, GraphQLSettings, OperationsSettings, StaffSettings, QuotaSettings):
    """The shop's settings. Durations are seconds or ISO 8601; limits count rows in the database."""

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True, hide_input_in_errors=True)

    environment: Environment = Field(Environment.DEVELOPMENT, description="development or production")
    host: str = Field("127.0.0.1", description="address to listen on")
    port: Annotated[int, Field(ge=0, le=65_535, description="port to listen on")] = 8000
    public_url: str = Field("", description="public URL of the shop; empty: http://HOST:PORT")
    trusted_proxies: CommaSeparated[str] = Field(
        (),
        description="addresses and networks of proxies whose X-Forwarded-For is believed, comma separated; "
        "* for any client",
    )
    data_folder: Path = Field(Path("data"), description="folder for the embedded database and generated keys")
    database_url: str = Field(
        "", description="sqlite:///abs/path.sqlite3 or postgres://…; empty: vitrin.sqlite3 in DATA_FOLDER"
    )
    database_session_url: str = Field(
        "",
        description="the same PostgreSQL database without a pooler, for migrations, LISTEN and backups; "
        "empty: DATABASE_URL",
    )
    time_zone: ZoneInfo = Field(
        ZoneInfo("Asia/Tehran"), description="IANA time zone that determines the shop's days"
    )
    log_level: LogLevel = Field(LogLevel.INFO, description="DEBUG, INFO, WARNING or ERROR")

    jwt_key_files: CommaSeparated[Path] = Field(
        (), description="PEM files of RSA keys, comma separated: the first signs, the others still verify"
    )
    token_lifetime: Duration = Field(timedelta(days=365), description="how long a sign-in lasts")
    login_code_key: SecretStr | None = Field(
        None, min_length=32, description="secret for hashing login codes, at least 32 characters"
    )
    # With these upper bounds guessing is hopeless: 100 codes of 6 digits with 200 attempts each.
    login_code_lifetime: Duration = Field(
        timedelta(seconds=120), le=timedelta(minutes=15), description="how long a login code is valid"
    )
    login_code_tries: Annotated[int, Field(ge=1, le=20)] = Field(
        5, description="wrong attempts from one network after which a login code is invalid for it"
    )
    login_code_total_tries: Annotated[int, Field(ge=1, le=200)] = Field(
        50, description="wrong attempts from all networks after which a login code is invalid"
    )
    login_code_interval: Duration = Field(
        timedelta(seconds=60), le=timedelta(hours=1), description="minimum time between two codes to a number"
    )
    login_codes_per_hour: Positive = Field(5, le=100, description="codes per hour to one number")
    login_codes_per_day: Positive = Field(10, le=100, description="codes per 24 hours to one number")
    login_codes_per_address: Positive = Field(
        20, le=10_000, description="codes per hour requested from one IP address"
    )
    login_codes_daily_budget: Positive = Field(
        5_000, le=1_000_000, description="codes per 24 hours sent by the installation"
    )
    registration_open: bool = Field(True, description="whether a login from an unknown mobile creates a user")

    free_credit_min: Amount = Field(10, description="smallest free credit in Toman")
    free_credit_max: Amount = Field(100, description="largest free credit in Toman")
    free_credit_interval: AtLeastOneSecond = Field(
        timedelta(days=1), description="minimum time between two free credits of a user"
    )
    free_credits_per_month: Positive = Field(10, description="free credits per user in 30 days")
    wheel_interval_days: Positive = Field(1, description="days between two spins of the wheel per user")
    wheel_gifts_per_month: Positive = Field(10, description="gifts per user in 30 days")
    gift_lifetime: Duration = Field(timedelta(hours=24), description="how long a won gift can be used")
    refuse_duplicate_orders: bool = Field(
        False,
        description="reject an order while the buyer has an unfinished one for the same service and link",
    )
    allow_private_providers: bool = Field(
        False, description="allow providers at private addresses, such as another shop in the same network"
    )
    worker_lease: AtLeastOneSecond = Field(
        timedelta(seconds=60), description="how long a worker's claim on an order lasts before it is sent"
    )
    provider_pause: AtLeastOneSecond = Field(
        timedelta(minutes=10), description="initial pause for a provider that rejects every order"
    )
    provider_sync_interval: Duration = Field(
        timedelta(hours=6), description="how often providers' catalogues and balances are read"
    )
    provider_price_bound: Positive = Field(
        20, description="change of a provider's price, in percent, above which the service is flagged"
    )

    gateway_connect_timeout: Duration = Field(
        timedelta(seconds=3), description="timeout for connecting to a gateway"
    )
    gateway_total_timeout: Duration = Field(
        timedelta(seconds=15), description="timeout for a whole gateway call"
    )

    rate_limit: str = Field("60/minute", description="REST requests per user or address, such as 60/minute")
    rate_limit_storage: str = Field(
        "async+memory://",
        pattern=r"^async\+(memory|redis|rediss)://",
        description="storage of rate-limit counters; async+redis://… for several processes, requires the "
        "group redis",
    )
    reseller_rate_limit: str = Field("600/minute", description="reseller API requests per key")
    reseller_address_rate_limit: str = Field(
        "1200/minute", description="reseller API requests per address, counted before the key is checked"
    )
    max_body_bytes: Positive = Field(
        262_144, description="maximum size of a request body or WebSocket message"
    )
    header_timeout: Timeout = Field(
        timedelta(seconds=10), description="timeout for receiving a request's header"
    )
    body_timeout: Timeout = Field(timedelta(seconds=20), description="timeout for receiving a request's body")
    send_timeout: Timeout = Field(
        timedelta(seconds=60), description="timeout for sending a response to a client that stops reading"
    )
    read_timeout: Timeout = Field(
        timedelta(seconds=5), description="timeout for one database read of a request"
    )
    hsts_include_subdomains: bool = Field(
        False, description="whether HSTS includes the subdomains of PUBLIC_URL's host"
    )
    max_sockets_per_address: Positive = Field(
        250, description="concurrent WebSockets from one IPv4 address or IPv6 /64"
    )
    allowed_origins: CommaSeparated[str] = Field(
        (),
        description="additional origins whose pages may call the API and open WebSockets, "
        "comma separated; * for all",
    )

    @field_validator("database_url")
    @classmethod
    def _check_database_url(cls, value: str) -> str:
        if value and not value.startswith(("sqlite://", *POSTGRES_SCHEMES)):
            raise ValueError("DATABASE_URL must begin with sqlite:// or postgres://")
        return value

    @model_validator(mode="after")
    def _check_session_url(self) -> Self:
        session_url = self.database_session_url
        if session_url and (self.is_embedded or not session_url.startswith(POSTGRES_SCHEMES)):
            raise ValueError(
                "DATABASE_SESSION_URL requires postgres:// in both DATABASE_SESSION_URL and DATABASE_URL"
            )
        return self

    @model_validator(mode="after")
    def _check_ranges(self) -> Self:
        if self.free_credit_min > self.free_credit_max:
            raise ValueError("FREE_CREDIT_MIN must not exceed FREE_CREDIT_MAX")
        return self

    @field_validator("public_url")
    @classmethod
    def _normalize_public_url(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("PUBLIC_URL must begin with http:// or https://")
        return value.rstrip("/")

    @field_validator("trusted_proxies")
    @classmethod
    def _check_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for entry in value:
            if entry != "*":
                try:
                    ipaddress.ip_network(entry, strict=False)
                except ValueError:
                    raise ValueError(
                        f"TRUSTED_PROXIES must contain addresses, networks or *, not {entry!r}"
                    ) from None
        return value

    @field_validator("allowed_origins")
    @classmethod
    def _normalize_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            if origin != "*" and not _ORIGIN.fullmatch(origin):
                raise ValueError("ALLOWED_ORIGINS must contain origins such as https://app.example")
        return tuple(origin.lower() for origin in value)

    @field_validator("rate_limit", "reseller_rate_limit", "reseller_address_rate_limit")
    @classmethod
    def _check_rate_limit(cls, value: str) -> str:
        limits.parse(value)
        return value

    @property
    def is_production(self) -> bool:
        return self.environment is Environment.PRODUCTION

    @property
    def runs_sandbox_providers(self) -> bool:
        """Whether upstream providers are simulated by the sandbox."""
        return not self.is_production

    @property
    def effective_public_url(self) -> str:
        """PUBLIC_URL, or the address that the server listens on."""
        return self.public_url or f"http://{self.host}:{self.port}"

    @property
    def effective_database_url(self) -> str:
        """DATABASE_URL, or the embedded database in the data folder."""
        return self.database_url or f"sqlite://{self.data_folder / 'vitrin.sqlite3'}"

    @property
    def effective_session_url(self) -> str:
        """The URL of the database with one session per connection."""
        return self.database_session_url or self.effective_database_url

    @property
    def shows_graphql_schema(self) -> bool:
        """GRAPHQL_INTROSPECTION, or whether this is development."""
        return not self.is_production if self.graphql_introspection is None else self.graphql_introspection

    @property
    def is_embedded(self) -> bool:
        """Whether the database is SQLite."""
        return self.effective_database_url.startswith("sqlite:")


class UnsafeInProduction(UsageError):
    """Production with a setting made for development; the message names the setting to change."""


def check_production(settings: Settings) -> None:
    """Reject settings that only development may have.

    Raises:
        UnsafeInProduction: lists every setting that has to be changed.
    """
    if settings.is_production and (faults := list(_find_production_faults(settings))):
        raise UnsafeInProduction("; ".join(faults))


def _find_production_faults(settings: Settings) -> Iterator[str]:
    if settings.sms_gateway is SmsGatewayName.CONSOLE:
        yield "SMS_GATEWAY=console prints login codes: set SMS_GATEWAY=kavenegar or smsir"
    if not settings.jwt_key_files:
        yield "tokens would be signed with a generated key: set JWT_KEY_FILES"
    if not settings.public_url:
        yield "payment gateways redirect payers to the shop's public address: set PUBLIC_URL"
    elif not settings.public_url.startswith("https://"):
        yield "codes and tokens would be sent unencrypted: PUBLIC_URL must begin with https://"
    yield from settings.find_gateway_faults()
    for path in settings.jwt_key_files:
        if path.exists() and path.stat().st_mode & 0o077:
            yield f"{path} is readable by other users: run chmod 600"
    if settings.login_code_key is None:
        yield "login codes would be hashed with a generated key: set LOGIN_CODE_KEY"


def describe_settings() -> Iterator[tuple[str, str, str]]:
    """(environment variable, default, meaning) of every setting; those of other classes come last."""
    own = [name for name in Settings.model_fields if name in Settings.__annotations__]
    parts = (GatewaySettings, GraphQLSettings, OperationsSettings, StaffSettings, QuotaSettings)
    for name in (*own, *(name for part in parts for name in part.model_fields)):
        field = Settings.model_fields[name]
        default = "" if field.default is None or field.default == () else str(field.default)
        yield name.upper(), default, field.description or ""
