"""Reading payment gateways' responses, whose values are strings or numbers as they please."""

import re
from dataclasses import dataclass

from gateways import lenient_json
from gateways.errors import GatewayInvalidResponse, GatewayRejected

RIALS_PER_TOMAN = 10

# A letter or digit first: quoting leaves ".." unchanged, and a browser would leave the page's path.
_TOKEN = re.compile(r"[A-Za-z0-9][!-~]{0,63}")
_NUMBER = re.compile(r"-?[0-9]{1,18}")
_CARD = re.compile(r"[0-9*xX -]{1,32}")

# PCI DSS permits showing the first eight and the last four digits of a card number.
_MAX_CARD_DIGITS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayResponse:
    """A gateway's result code and message, and the object with the rest of the response."""

    gateway: str
    http_status: int
    code: int
    text: str
    details: object

    def get_member(self, key: str) -> object:
        return lenient_json.get_member(self.details, key)

    def require_token(self, key: str) -> str:
        token = to_token(self.get_member(key))
        if token is None:
            raise GatewayInvalidResponse(f"{self.gateway} answered success without a readable {key}")
        return token

    def check_code(self, *accepted: int) -> None:
        """Raise unless the code is one of `accepted` and the HTTP status is a success."""
        if self.code not in accepted:
            raise GatewayRejected(self.code, self.text)
        if not 200 <= self.http_status < 300:
            raise GatewayInvalidResponse(
                f"{self.gateway} answered HTTP {self.http_status} with the code of success, {self.code}"
            )


def to_text(value: object) -> str:
    return value if isinstance(value, str) else ""


def to_number(value: object) -> int | None:
    """An integer, or one written as a string; None for anything else, including true and 100.0."""
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def to_token(value: object) -> str | None:
    """A string or integer of 1 to 64 visible ASCII characters, a letter or digit first."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else to_text(value)
    return text if _TOKEN.fullmatch(text) else None


def to_card_mask(value: object) -> str | None:
    """A card number as masked by the gateway; None for an unmasked one."""
    text = to_text(value)
    digits = sum(character.isdigit() for character in text)
    return text if _CARD.fullmatch(text) and digits <= _MAX_CARD_DIGITS else None
