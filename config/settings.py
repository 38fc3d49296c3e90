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
    public_url: str = Field(
        "", description="address under which browsers reach the shop; empty: http://HOST:PORT"
    )
    trusted_proxies: CommaSeparated[str] = Field(
        (),
        description="addresses and networks of proxies whose X-Forwarded-For is believed, comma separated; "
        "* for whoever connects",
    )
    data_folder: Path = Field(
        Path("data"), description="folder of the embedded database and of generated keys"
    )
    database_url: str = Field(
        "", description="sqlite:///abs/path.sqlite3 or postgres://…; empty: vitrin.sqlite3 in DATA_FOLDER"
    )
    database_session_url: str = Field(
        "",
        description="the same PostgreSQL past a pooler, for migrations, LISTEN and backups, which need a "
        "session; empty: DATABASE_URL",
    )
    time_zone: ZoneInfo = Field(
        ZoneInfo("Asia/Tehran"), description="zone whose midnights begin the shop's days, by its IANA name"
    )
    log_level: LogLevel = Field(LogLevel.INFO, description="DEBUG, INFO, WARNING or ERROR")

    jwt_key_files: CommaSeparated[Path] = Field(
        (), description="PEM files of RSA keys, comma separated: the first signs, the others still verify"
    )
    token_lifetime: Duration = Field(timedelta(days=365), description="how long a sign-in lasts")
    login_code_key: SecretStr | None = Field(
        None, min_length=32, description="secret under which login codes are hashed, 32 characters or more"
    )
    # With these upper bounds guessing is hopeless: 100 codes of 6 digits with 200 attempts each.
    login_code_lifetime: Duration = Field(
        timedelta(seconds=120), le=timedelta(minutes=15), description="how long a login code is valid"
    )
    login_code_tries: Annotated[int, Field(ge=1, le=20)] = Field(
        5, description="wrong tries from one network after which a login code is void for it"
    )
    login_code_total_tries: Annotated[int, Field(ge=1, le=200)] = Field(
        50, description="wrong tries from all networks after which a login code is void"
    )
    login_code_interval: Duration = Field(
        timedelta(seconds=60), le=timedelta(hours=1), description="least time between two codes to a number"
    )
    login_codes_per_hour: Positive = Field(5, le=100, description="codes an hour to one number")
    login_codes_per_day: Positive = Field(10, le=100, description="codes in 24 hours to one number")
    login_codes_per_address: Positive = Field(
        20, le=10_000, description="codes an hour asked for from one IP address"
    )
    login_codes_daily_budget: Positive = Field(
        5_000, le=1_000_000, description="codes in 24 hours that the installation sends"
    )
    registration_open: bool = Field(True, description="whether a login from an unknown mobile creates a user")

    free_credit_min: Amount = Field(10, description="smallest free credit in Toman")
    free_credit_max: Amount = Field(100, description="largest free credit in Toman")
    free_credit_interval: AtLeastOneSecond = Field(
        timedelta(days=1), description="least time between two free credits of a user"
    )
    free_credits_per_month: Positive = Field(10, description="free credits of a user in 30 days")
    wheel_interval_days: Positive = Field(1, description="days between two turns of a user's wheel")
    wheel_gifts_per_month: Positive = Field(10, description="gifts that a user may win in 30 days")
    gift_lifetime: Duration = Field(timedelta(hours=24), description="how long a won gift may be used")
    refuse_duplicate_orders: bool = Field(
        False, description="refuse an order while the buyer's last one for the same service and link runs"
    )
    allow_private_providers: bool = Field(
        False, description="let providers be at private addresses, such as another shop in the same network"
    )
    worker_lease: AtLeastOneSecond = Field(
        timedelta(seconds=60), description="how long a worker holds orders that it has claimed but not begun"
    )
    provider_pause: AtLeastOneSecond = Field(
        timedelta(minutes=10), description="how long a provider that refuses every order gets none at first"
    )
    provider_sync_interval: Duration = Field(
        timedelta(hours=6), description="how often providers' catalogues and balances are read"
    )
    provider_price_bound: Positive = Field(
        20, description="percent that a provider's price may move before the service is flagged"
    )

    gateway_connect_timeout: Duration = Field(timedelta(seconds=3), description="connecting to a gateway")
    gateway_total_timeout: Duration = Field(timedelta(seconds=15), description="a whole call of a gateway")

    rate_limit: str = Field(
        "60/minute", description="REST requests a user or address may make, such as 60/minute"
    )
    rate_limit_storage: str = Field(
        "async+memory://",
        pattern=r"^async\+(memory|redis|rediss)://",
        description="where they are counted; async+redis://… for several processes, needs the group redis",
    )
    reseller_rate_limit: str = Field(
        "600/minute", description="reseller API requests that one user's key may make"
    )
    reseller_address_rate_limit: str = Field(
        "1200/minute", description="reseller API requests from one address, counted before the key is known"
    )
    max_body_bytes: Positive = Field(262_144, description="largest request body or WebSocket message")
    header_timeout: Timeout = Field(
        timedelta(seconds=10), description="how long a client may take over a request's header"
    )
    body_timeout: Timeout = Field(
        timedelta(seconds=20), description="how long a client may take over a request's body"
    )
    send_timeout: Timeout = Field(
        timedelta(seconds=60), description="how long a client may leave the rest of an answer unread"
    )
    read_timeout: Timeout = Field(
        timedelta(seconds=5), description="how long the database may take over one read for a request"
    )
    hsts_include_subdomains: bool = Field(
        False, description="whether all hosts below PUBLIC_URL's must be reached by https too"
    )
    max_sockets_per_address: Positive = Field(
        250, description="WebSockets open at the same time from one IPv4 address or IPv6 /64"
    )
    allowed_origins: CommaSeparated[str] = Field(
        (),
        description="origins other than the shop's own whose pages may call it and open WebSockets, "
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
            raise ValueError("DATABASE_SESSION_URL must begin with postgres://, as DATABASE_URL does then")
        return self

    @model_validator(mode="after")
    def _check_ranges(self) -> Self:
        if self.free_credit_min > self.free_credit_max:
            raise ValueError("FREE_CREDIT_MIN is above FREE_CREDIT_MAX")
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
                        f"TRUSTED_PROXIES must hold addresses, networks or *, not {entry!r}"
                    ) from None
        return value

    @field_validator("allowed_origins")
    @classmethod
    def _normalize_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            if origin != "*" and not _ORIGIN.fullmatch(origin):
                raise ValueError("ALLOWED_ORIGINS must hold origins such as https://app.example")
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
    def takes_sandbox_payments(self) -> bool:
        """Whether payments are simulated by a page of our own."""
        return self.payment_gateway is PaymentGatewayName.SANDBOX

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
        yield "SMS_GATEWAY=console prints login codes: give SMS_GATEWAY=kavenegar or smsir"
    if not settings.jwt_key_files:
        yield "tokens would be signed with a generated key: give JWT_KEY_FILES"
    if settings.payment_gateway is PaymentGatewayName.SANDBOX:
        yield "PAYMENT_GATEWAY=sandbox credits without money: give PAYMENT_GATEWAY=zarinpal or zibal"
    if not settings.public_url:
        yield "payers come back from the gateway to the shop's own address: give PUBLIC_URL"
    elif not settings.public_url.startswith("https://"):
        yield "PUBLIC_URL is http: codes and tokens would travel in clear; give one of https"
    yield from _find_gateway_faults(settings)
    for path in settings.jwt_key_files:
        if path.exists() and path.stat().st_mode & 0o077:
            yield f"{path} can be read by others: chmod 600"
    if settings.login_code_key is None:
        yield "login codes would be hashed under a generated key: give LOGIN_CODE_KEY"


def _find_gateway_faults(settings: Settings) -> Iterator[str]:
    """Gateways reached without TLS, or that credit without money."""
    for name in ("kavenegar_url", "smsir_url", "zarinpal_url", "zibal_url"):
        if not getattr(settings, name).startswith("https://"):
            yield f"{name.upper()} must begin with https://"
    if settings.zarinpal_merchant_id is not None and "sandbox" in settings.zarinpal_url.lower():
        yield "ZARINPAL_URL is the sandbox, which credits without money: give Zarinpal's own host"
    merchant = settings.zibal_merchant
    if merchant is not None and merchant.get_secret_value().strip().lower() == "zibal":
        yield "ZIBAL_MERCHANT=zibal credits without money: give the merchant's own"


def describe_settings() -> Iterator[tuple[str, str, str]]:
    """(environment variable, default, meaning) of every setting; those of other classes come last."""
    own = [name for name in Settings.model_fields if name in Settings.__annotations__]
    parts = (GatewaySettings, GraphQLSettings, OperationsSettings, StaffSettings, QuotaSettings)
    for name in (*own, *(name for part in parts for name in part.model_fields)):
        field = Settings.model_fields[name]
        default = "" if field.default is None or field.default == () else str(field.default)
        yield name.upper(), default, field.description or ""
