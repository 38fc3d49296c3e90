"""Secret columns and settings, each with a recognizable value."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, get_args

from pydantic import SecretStr

import models
from config.settings import PaymentGatewayName, Settings, SmsGatewayName
from models import AccessToken, LoginCode, Provider, User

NAMED_LIKE_A_SECRET = re.compile("hash(?!tag)|key|secret|token|password|authority|fingerprint|code|answer")
SECRET_COLUMNS = {
    "users.password_hash",
    "users.api_key_hash",
    "login_codes.code_hash",
    "providers.api_key",
    "access_tokens.id",
    "idempotency_keys.key",
    "idempotency_keys.fingerprint",
    "totp_secrets.secret",
    "totp_secrets.pending_secret",
}
"""`access_tokens.id` is a token's `jti`; the columns of idempotency keys are internal."""
NOT_SECRET = {
    "users.legacy_key": "the old panel's number of a row, shown by REST",
    "services.legacy_key": "the same",
    "orders.legacy_key": "the same",
    "tickets.legacy_key": "the same",
    "ticket_messages.legacy_key": "the same",
    "payments.authority": "stands in the address that the payer is sent to",
    "orders.link_hash": "a hash of the buyer's own link",
    "legacy_imports.fingerprint": "which folder an import read",
    "audit_entries.service_token": "its name",
    "idempotency_keys.result": "what the client was answered",
}
NEVER_SHOWN = "http://127.0.0.1:9"
"""Gateways that do not answer: what is logged of them is part of the walk."""


def list_columns() -> Iterator[str]:
    """Every column of every table, such as `users.id`."""
    for name in models.__all__:
        meta = getattr(models, name)._meta
        # Tortoise adds foreign keys, which are ids, only when it is first connected.
        own = (column for column in meta.db_fields if not column.endswith("_id"))
        yield from (f"{meta.db_table}.{column}" for column in own)


def list_secret_settings() -> list[str]:
    """The settings that pydantic hides."""
    return [
        name
        for name, field in Settings.model_fields.items()
        if SecretStr in (field.annotation, *get_args(field.annotation))
    ]


def build_settings_with_canaries(database_url: str, folder: Path) -> Settings:
    values: dict[str, Any] = {name: _canary(name) for name in list_secret_settings()}
    return Settings(
        database_url=database_url,
        data_folder=folder,
        rate_limit="1000000/minute",
        sms_gateway=SmsGatewayName.KAVENEGAR,
        payment_gateway=PaymentGatewayName.ZARINPAL,
        kavenegar_url=NEVER_SHOWN,
        zarinpal_url=NEVER_SHOWN,
        zibal_url=NEVER_SHOWN,
        allow_private_providers=True,
        **values,
    )


async def plant(others: Sequence[User]) -> None:
    """Give secret columns that nothing has filled yet their canaries. Hashes of keys in use stay."""
    await User.all().update(password_hash=_canary("password"))
    for user in others:
        await User.filter(id=user.id).update(api_key_hash=f"{_canary('key')}-{user.id}")
    await Provider.all().update(url=NEVER_SHOWN, api_key=_canary("provider"))


async def list_stored_secrets() -> set[str]:
    """The current values of the secret columns."""
    stored: set[str] = set()
    for name in models.__all__:
        model = getattr(models, name)
        for column in model._meta.db_fields:
            if f"{model._meta.db_table}.{column}" in SECRET_COLUMNS:
                values = await model.all().values_list(column, flat=True)
                stored.update(str(value) for value in values if value)
    assert await AccessToken.exists()
    assert await LoginCode.exists()
    return stored


def list_secrets_of_settings(settings: Settings) -> set[str]:
    """The secret settings, and what stands in the private key's file."""
    values = {getattr(settings, name).get_secret_value() for name in list_secret_settings()}
    lines = (settings.data_folder / "jwt-key.pem").read_text().splitlines()
    return values | {line for line in lines if len(line) > 40}


def _canary(name: str) -> str:
    return f"canary-{name}".ljust(40, "x")
