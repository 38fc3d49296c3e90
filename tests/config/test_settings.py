"""Settings as the environment gives them."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from config.settings import (
    Environment,
    Settings,
    SmsGatewayName,
    UnsafeInProduction,
    check_production,
    describe_settings,
)

SECRET = "a secret of thirty-two characters"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment that sets nothing of ours."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.fixture
def production(environment: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Everything that production needs."""
    for name, value in {
        "ENVIRONMENT": "production",
        "SMS_GATEWAY": "kavenegar",
        "KAVENEGAR_API_KEY": "k",
        "JWT_KEY_FILES": "/keys/a.pem",
        "LOGIN_CODE_KEY": SECRET,
        "PAYMENT_GATEWAY": "zarinpal",
        "ZARINPAL_MERCHANT_ID": "m",
        "PUBLIC_URL": "https://shop.example",
    }.items():
        environment.setenv(name, value)
    return environment


def test_an_empty_environment_gives_a_development_shop_for_this_machine_only() -> None:
    settings = Settings()

    assert (settings.environment, settings.is_production) == (Environment.DEVELOPMENT, False)
    assert (settings.host, settings.port, settings.trusted_proxies) == ("127.0.0.1", 8_000, ())
    assert settings.sms_gateway is SmsGatewayName.CONSOLE
    assert settings.effective_database_url == "sqlite://data/vitrin.sqlite3"
    assert settings.is_embedded
    check_production(settings)


def test_the_defaults_of_logins_are_the_documented_ones() -> None:
    settings = Settings()

    assert settings.token_lifetime == timedelta(days=365)
    assert settings.login_code_lifetime == timedelta(minutes=2)
    assert settings.login_code_interval == timedelta(minutes=1)
    assert settings.login_code_tries == 5
    assert (settings.login_codes_per_hour, settings.login_codes_per_day) == (5, 10)
    assert (settings.login_codes_per_address, settings.login_codes_daily_budget) == (20, 5_000)
    assert settings.registration_open


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("PORT", "8080", 8_080),
        ("PORT", "0", 0),
        ("HOST", "0.0.0.0", "0.0.0.0"),  # noqa: S104 - a value to read, nothing listens
        ("ENVIRONMENT", "production", Environment.PRODUCTION),
        ("RATE_LIMIT", "600/hour", "600/hour"),
        ("DATA_FOLDER", "/var/lib/vitrin", Path("/var/lib/vitrin")),
        ("JWT_KEY_FILES", "/keys/new.pem, /keys/old.pem,", (Path("/keys/new.pem"), Path("/keys/old.pem"))),
        ("JWT_KEY_FILES", "/keys/only.pem", (Path("/keys/only.pem"),)),
        ("LOGIN_CODE_LIFETIME", "120", timedelta(minutes=2)),
        ("LOGIN_CODE_LIFETIME", "PT2M", timedelta(minutes=2)),
        ("TOKEN_LIFETIME", "P30D", timedelta(days=30)),
        ("GATEWAY_TOTAL_TIMEOUT", "0.5", timedelta(milliseconds=500)),
        ("REGISTRATION_OPEN", "false", False),
        ("REGISTRATION_OPEN", "0", False),
        ("LOGIN_CODE_KEY", SECRET, SecretStr(SECRET)),
        ("MAX_BODY_BYTES", "1", 1),
        (
            "ALLOWED_ORIGINS",
            "https://App.example, http://localhost:3000",
            ("https://app.example", "http://localhost:3000"),
        ),
        ("ALLOWED_ORIGINS", "*", ("*",)),
    ],
)
def test_a_setting_is_read_from_the_variable_of_its_name(
    environment: pytest.MonkeyPatch, name: str, text: str, value: object
) -> None:
    environment.setenv(name, text)

    assert getattr(Settings(), name.lower()) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("PORT", "http"),
        ("ENVIRONMENT", "staging"),
        ("SMS_GATEWAY", "pigeon"),
        ("LOGIN_CODE_TRIES", "0"),
        ("LOGIN_CODES_PER_HOUR", "-5"),
        ("LOGIN_CODES_DAILY_BUDGET", "many"),
        ("MAX_BODY_BYTES", "0"),
        ("HEADER_TIMEOUT", "0"),
        ("BODY_TIMEOUT", "P1D"),
        ("TOKEN_LIFETIME", "a year"),
        ("TOKEN_LIFETIME", "-1"),
        ("LOGIN_CODE_LIFETIME", "-PT1S"),
        ("GATEWAY_TOTAL_TIMEOUT", "9" * 400),
        ("REGISTRATION_OPEN", "perhaps"),
        ("ALLOWED_ORIGINS", "app.example"),
        ("ALLOWED_ORIGINS", "https://app.example/"),
        ("ALLOWED_ORIGINS", "https://*.example, ws://app.example"),
    ],
)
def test_a_senseless_value_is_refused_by_the_name_of_its_setting(
    environment: pytest.MonkeyPatch, name: str, text: str
) -> None:
    environment.setenv(name, text)

    with pytest.raises(ValidationError, match=name.lower()):
        Settings()


@pytest.mark.parametrize(
    "name", ["PORT", "JWT_KEY_FILES", "LOGIN_CODE_KEY", "TOKEN_LIFETIME", "DATABASE_URL"]
)
def test_an_empty_variable_is_the_same_as_none(environment: pytest.MonkeyPatch, name: str) -> None:
    environment.setenv(name, "")

    assert Settings() == Settings.model_construct()


@pytest.mark.parametrize(
    ("url", "is_embedded"),
    [
        ("sqlite:///var/shop.sqlite3", True),
        ("postgres://shop@db/shop", False),
        ("asyncpg://shop@db/shop", False),
    ],
)
def test_a_configured_database_is_used(environment: pytest.MonkeyPatch, url: str, is_embedded: bool) -> None:
    environment.setenv("DATABASE_URL", url)

    settings = Settings()

    assert (settings.effective_database_url, settings.is_embedded) == (url, is_embedded)


@pytest.mark.parametrize(("provided", "used"), [("", "postgres://pooler/shop"), ("postgres://db/shop",) * 2])
def test_session_statements_may_bypass_a_pooler(
    environment: pytest.MonkeyPatch, provided: str, used: str
) -> None:
    environment.setenv("DATABASE_URL", "postgres://pooler/shop")
    environment.setenv("DATABASE_SESSION_URL", provided)

    assert Settings().effective_session_url == used


@pytest.mark.parametrize(
    ("url", "past_a_pooler"),
    [("", "postgres://db/shop"), ("postgres://pooler/shop", "sqlite:///shop.sqlite3")],
)
def test_the_session_url_must_be_of_the_same_kind_of_database(
    environment: pytest.MonkeyPatch, url: str, past_a_pooler: str
) -> None:
    environment.setenv("DATABASE_URL", url)
    environment.setenv("DATABASE_SESSION_URL", past_a_pooler)

    with pytest.raises(ValidationError, match="DATABASE_SESSION_URL"):
        Settings()


def test_the_embedded_database_lies_in_the_data_folder(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DATA_FOLDER", "/var/lib/vitrin")

    assert Settings().effective_database_url == "sqlite:///var/lib/vitrin/vitrin.sqlite3"


def test_settings_do_not_change_after_the_start() -> None:
    settings = Settings()

    with pytest.raises(ValidationError):
        settings.port = 1  # type: ignore[misc] # the point of the test


@pytest.mark.parametrize("name", ["LOGIN_CODE_KEY", "KAVENEGAR_API_KEY", "SMSIR_API_KEY"])
def test_a_secret_is_not_shown_with_the_settings(environment: pytest.MonkeyPatch, name: str) -> None:
    environment.setenv(name, "do-not-show" * 3)

    settings = Settings()

    assert "do-not-show" not in f"{settings!r} {settings} {settings.model_dump_json()}"


@pytest.mark.usefixtures("production")
def test_production_starts_with_all_it_needs() -> None:
    check_production(Settings())


@pytest.mark.parametrize("missing", ["SMS_GATEWAY", "JWT_KEY_FILES", "LOGIN_CODE_KEY"])
def test_production_refuses_to_start_and_names_the_missing_setting(
    production: pytest.MonkeyPatch, missing: str
) -> None:
    production.delenv(missing)

    with pytest.raises(UnsafeInProduction) as refusal:
        check_production(Settings())

    named = {
        name for name in ("SMS_GATEWAY", "JWT_KEY_FILES", "LOGIN_CODE_KEY") if name in str(refusal.value)
    }
    assert named == {missing}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PUBLIC_URL", "http://shop.example"),
        ("ZARINPAL_URL", "https://sandbox.zarinpal.com"),
        ("ZARINPAL_URL", "http://payment.zarinpal.com"),
        ("ZIBAL_MERCHANT", "zibal"),
        ("KAVENEGAR_URL", "http://api.kavenegar.com"),
        ("SMSIR_URL", "http://api.sms.ir"),
    ],
)
def test_production_refuses_what_travels_in_clear_or_credits_without_money(
    production: pytest.MonkeyPatch, name: str, value: str
) -> None:
    production.setenv(name, value)

    with pytest.raises(UnsafeInProduction, match=name):
        check_production(Settings())


def test_production_refuses_a_key_file_that_others_can_read(
    production: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    key = tmp_path / "key.pem"
    key.touch(mode=0o600)
    production.setenv("JWT_KEY_FILES", str(key))
    check_production(Settings())

    key.chmod(0o640)

    with pytest.raises(UnsafeInProduction, match="chmod 600"):
        check_production(Settings())


@pytest.mark.parametrize(
    ("name", "largest"),
    [
        ("LOGIN_CODE_TRIES", 20),
        ("LOGIN_CODE_TOTAL_TRIES", 200),
        ("LOGIN_CODE_LIFETIME", 900),
        ("LOGIN_CODE_INTERVAL", 3_600),
        ("LOGIN_CODES_PER_HOUR", 100),
        ("LOGIN_CODES_PER_DAY", 100),
        ("LOGIN_CODES_PER_ADDRESS", 10_000),
        ("LOGIN_CODES_DAILY_BUDGET", 1_000_000),
    ],
)
def test_codes_cannot_be_set_to_be_so_many_or_so_lasting_that_guessing_pays(
    environment: pytest.MonkeyPatch, name: str, largest: int
) -> None:
    environment.setenv(name, str(largest))
    Settings()
    environment.setenv(name, str(largest + 1))

    with pytest.raises(ValidationError):
        Settings()


def test_production_names_all_that_is_missing_at_once(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("ENVIRONMENT", "production")

    with pytest.raises(UnsafeInProduction, match=r"SMS_GATEWAY.*JWT_KEY_FILES.*LOGIN_CODE_KEY"):
        check_production(Settings())


def test_every_setting_is_described_with_its_default_and_no_secret() -> None:
    described = {name: (default, meaning) for name, default, meaning in describe_settings()}

    assert set(described) == {name.upper() for name in Settings.model_fields}
    assert all(meaning for _, meaning in described.values())
    assert described["PORT"][0] == "8000"
    assert described["LOGIN_CODE_KEY"][0] == described["JWT_KEY_FILES"][0] == ""


@pytest.mark.parametrize(
    ("name", "value", "reported"),
    [
        ("LOGIN_CODE_KEY", "too-short-a-secret", "login_code_key"),
        ("SMS_GATEWAY", "smsir", "SMSIR_API_KEY"),
        ("DATABASE_URL", "mysql://shop:password@db/shop", "sqlite:// or postgres://"),
        ("RATE_LIMIT", "many", "rate_limit"),
        ("RESELLER_RATE_LIMIT", "many", "reseller_rate_limit"),
        ("RESELLER_ADDRESS_RATE_LIMIT", "often", "reseller_address_rate_limit"),
        ("LOG_LEVEL", "LOUD", "log_level"),
    ],
)
def test_an_unusable_value_is_refused_by_its_setting_without_being_shown(
    name: str, value: str, reported: str, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv(name, value)
    with pytest.raises(ValidationError) as refusal:
        Settings()
    assert reported in str(refusal.value)
    assert not {"too-short-a-secret", "password"} & set(re.findall(r"[\w-]+", str(refusal.value)))


@pytest.mark.parametrize(
    ("provided", "named"),
    [
        ({"openid_issuer": "http://accounts.example", "openid_client_id": "c"}, "OPENID_ISSUER"),
        ({"openid_issuer": "https://accounts.example"}, "OPENID_CLIENT_ID"),
        ({"metrics_token": "short"}, "metrics_token"),
        ({"queue_max_age": "0"}, "queue_max_age"),
    ],
)
def test_settings_of_operations_that_cannot_be_meant_are_refused(
    provided: dict[str, str], named: str
) -> None:
    with pytest.raises(ValidationError, match=named):
        Settings.model_validate(provided)
