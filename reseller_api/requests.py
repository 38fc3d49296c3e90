"""What a reseller sends: who asks for what, and about which records."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request

from asgi.parameters import Parameters
from domain import texts
from domain.problems import InvalidInput
from models import User
from reseller_api.errors import TOO_MANY_IDS, Refused
from resolvers.shop import Shop

MOST_IDS = 100
"""Records in one request, by the trade's own rule."""
_LONGEST_ECHO = 40


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request of a reseller whose key was recognised."""

    shop: Shop
    user: User
    sent: Parameters
    idempotency_key: str | None


def key_of(request: Request, sent: Parameters) -> str:
    """The API key: the parameter `key`, else the bearer token; "" where there is neither."""
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    return sent.text_or_blank("key") or (bearer.strip() if scheme.lower() == "bearer" else "")


def has(sent: Parameters, name: str) -> bool:
    """Whether the parameter holds anything."""
    return sent.values.get(name) not in (None, "")


def number(sent: Parameters, name: str) -> int:
    """The number of a record; 0, which is no record's, where it is missing or malformed."""
    return sent.integer(name) or 0


def numbers(sent: Parameters, name: str) -> Mapping[int | str, int]:
    """Each of the records that are asked about, as it is named in the answer, with its number.

    They are one text, parted by commas, or a list of JSON. What is no number has the number 0, which is no
    record's, and keeps its text.

    Raises:
        InvalidInput: none, or a malformed text.
        Refused: more than 100.
    """
    value = sent.values.get(name)
    entries = value if isinstance(value, list) else sent.required_text(name).split(",")
    if len(entries) > MOST_IDS:
        raise Refused(TOO_MANY_IDS)
    given = filter(None, (_text(entry, name) for entry in entries))
    named = dict(map(_named, given))
    if not named:
        raise InvalidInput(field=name)
    return named


def _text(entry: object, name: str) -> str | None:
    sent = Parameters({name: entry})
    # JSON does not tell 7.0 from 7.
    number = sent.integer(name) if isinstance(entry, float) else None
    return sent.text(name) if number is None else str(number)


def _named(text: str) -> tuple[int | str, int]:
    found = texts.parse_integer(text)
    return (text[:_LONGEST_ECHO], 0) if found is None else (found, found)
