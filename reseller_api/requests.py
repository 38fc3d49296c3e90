"""Parsing of reseller requests."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request

from domain import text_cleaning
from domain.problems import InvalidInput
from models import User
from reseller_api.errors import TOO_MANY_IDS, RequestRejected
from resolvers.app_context import AppContext
from web.authentication import parse_bearer
from web.parameters import Parameters

MAX_IDS = 100
"""Records in one request, a limit of the panel API."""
_MAX_ECHO_LENGTH = 40


@dataclass(frozen=True, kw_only=True)
class ActionCall:
    """A request of an authenticated reseller."""

    app: AppContext
    user: User
    params: Parameters
    idempotency_key: str | None


def get_api_key(request: Request, params: Parameters) -> str:
    """The API key: the parameter `key`, else the bearer token; "" if there is neither."""
    return params.get_text_or_empty("key") or parse_bearer(request.headers.get("authorization", "")) or ""


def has_value(params: Parameters, name: str) -> bool:
    """Whether the parameter has a value."""
    return params.values.get(name) not in (None, "")


def get_record_id(params: Parameters, name: str) -> int:
    """A record id; 0, which no record has, if it is missing or malformed."""
    return params.get_integer(name) or 0


def get_record_ids(params: Parameters, name: str) -> Mapping[int | str, int]:
    """Each requested record: its name in the response, and its id.

    They are a comma-separated text or a JSON list. Text that is not a number gets the id 0, which no record
    has, and keeps its name.

    Raises:
        InvalidInput: none, or a malformed text.
        RequestRejected: more than 100.
    """
    value = params.values.get(name)
    entries = value if isinstance(value, list) else params.require_text(name).split(",")
    if len(entries) > MAX_IDS:
        raise RequestRejected(TOO_MANY_IDS)
    entry_texts = filter(None, (_get_entry_text(entry, name) for entry in entries))
    ids_by_name = dict(map(_parse_entry, entry_texts))
    if not ids_by_name:
        raise InvalidInput(field=name)
    return ids_by_name


def _get_entry_text(entry: object, name: str) -> str | None:
    params = Parameters({name: entry})
    # JSON does not distinguish 7.0 from 7.
    number = params.get_integer(name) if isinstance(entry, float) else None
    return params.get_text(name) if number is None else str(number)


def _parse_entry(text: str) -> tuple[int | str, int]:
    record_id = text_cleaning.parse_integer(text)
    return (text[:_MAX_ECHO_LENGTH], 0) if record_id is None else (record_id, record_id)
