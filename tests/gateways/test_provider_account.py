"""What a provider's texts may show to buyers."""

from pydantic import SecretStr

from gateways.providers import ProviderAccount


def test_a_text_for_buyers_names_neither_the_provider_nor_the_key() -> None:
    account = ProviderAccount(url="https://panel.example:8443/api/v2", api_key=SecretStr("k3y"))
    reported = account.redact("panel.example unavailable; write to help@panel.example about k3y")
    assert reported == "the provider unavailable; write to help@the provider about …"


def test_without_a_key_a_text_stays_readable() -> None:
    account = ProviderAccount(url="https://panel.example", api_key=SecretStr(""))
    assert account.redact("HTTP 502 with no JSON") == "HTTP 502 with no JSON"
