"""Kinds of providers' refusals, by the texts that panels use."""

import pytest

from domain.enums import RefusalKind
from gateways import provider_error_kinds
from gateways.errors import GatewayRejected

K = RefusalKind
MESSAGES = {
    K.FUNDS: [
        "neworder.error.not_enough_funds",
        "Not enough funds on balance",
        "Insufficient balance",
        "insufficient_balance",
        "Your balance is too low",
        "low balance",
    ],
    K.DUPLICATE_LINK: [
        "neworder.error.link_duplicate",
        "You have active order with this link. Please wait until order being completed.",
    ],
    K.LINK: ["neworder.error.link", "invalid_link", "link_not_found", "Incorrect link", "Account is private"],
    K.QUANTITY: ["neworder.error.min_quantity", "max_quantity", "Quantity less than minimum 100"],
    K.SERVICE: [
        "error.incorrect_service_id",
        "service_inactive",
        "service_not_found",
        "Incorrect service ID",
    ],
    K.ACCOUNT: [
        "Invalid API key",
        "invalid_key",
        "Your account is suspended",
        "Unauthorized",
        "Your account has been blocked",
    ],
    K.BUSY: ["Rate limit exceeded", "Too many requests", "rate_limit", "API is under maintenance"],
    K.OTHER: ["", "Ошибка", "سفارش ثبت نشد", "Something went wrong", "Not enough followers"],
}


@pytest.mark.parametrize("kind", MESSAGES)
def test_known_error_messages_determine_the_kind(kind: RefusalKind) -> None:
    assert {text: provider_error_kinds.classify_text(text) for text in MESSAGES[kind]} == dict.fromkeys(
        MESSAGES[kind], kind
    )


def test_http_401_concerns_the_account_with_any_body() -> None:
    assert provider_error_kinds.classify(GatewayRejected(401, "Nope")) is K.ACCOUNT
    assert provider_error_kinds.classify(GatewayRejected(200, "Nope")) is K.OTHER
