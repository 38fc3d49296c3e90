"""Request parameters from the query string and from a JSON or form body; the body takes precedence."""

import json
import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import date
from typing import Any, NoReturn
from urllib.parse import parse_qsl

from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from config.numbers import MAX_EXACT_INTEGER
from domain import calendar_days, idempotency_keys, text_cleaning
from domain.problems import InvalidInput

_MAX_FIELDS = 200
# PHP's arrays in forms: `name[]`, `name[0]`, `name[first]`.
_ARRAY_FIELD = re.compile(r"([^\[\]]+)(?:\[[^\[\]]*\])+")
_BOUNDARY = re.compile(rb"[0-9A-Za-z'()+_,\-./:=? ]{1,70}")


class Parameters:
    """The parameters of one request. Malformed values raise `InvalidInput`."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values

    def get_raw_text(self, name: str) -> str | None:
        """The text as it was sent, None if absent. An integer is converted to its digits.

        Raises:
            InvalidInput: not a text, or one that cannot be stored.
        """
        value = self.values.get(name)
        if value is None:
            return None
        text = str(value) if _is_integer(value) else value
        if not isinstance(text, str) or not text_cleaning.is_storable(text):
            raise InvalidInput(field=name)
        return text

    def get_text(self, name: str) -> str | None:
        """The text trimmed of blanks and invisible characters, None if empty or absent.

        Raises:
            InvalidInput: malformed, as in `get_raw_text`.
        """
        return text_cleaning.strip(self.get_raw_text(name) or "") or None

    def require_text(self, name: str) -> str:
        """The trimmed text.

        Raises:
            InvalidInput: absent, blank or malformed.
        """
        text = self.get_text(name)
        if text is None:
            raise InvalidInput(field=name)
        return text

    def get_integer(self, name: str) -> int | None:
        """The signed 64-bit integer, as `text_cleaning.parse_integer` reads it; None if absent or malformed.

        A JSON number with a fraction of zero is an integer: 100.0 is 100.
        """
        value = self.values.get(name)
        if isinstance(value, float) and value.is_integer():
            # Beyond 2^53 the float may differ from the JSON.
            return int(value) if abs(value) <= MAX_EXACT_INTEGER else None
        if not _is_integer(value) and not isinstance(value, str):
            return None
        return text_cleaning.parse_integer(str(value))

    def require_code(self, name: str, *, digit_count: int) -> str:
        """A numeric code; a JSON number is padded with its lost zeros: 59655 of six digits is "059655".

        Raises:
            InvalidInput: absent, blank or malformed.
        """
        number = self.get_integer(name)
        if isinstance(self.values.get(name), int | float) and number is not None and number >= 0:
            return f"{number:0{digit_count}d}"
        return self.require_text(name)

    def get_text_or_empty(self, name: str) -> str:
        """The trimmed text; "" if absent or malformed, for operations with their own error for that."""
        try:
            return self.get_text(name) or ""
        except InvalidInput:
            return ""

    def get_date(self, name: str) -> date | None:
        """The date given as d/m/Y, as `calendar_days.parse` reads it; None if absent or blank.

        Raises:
            InvalidInput: malformed.
        """
        text = self.get_text(name)
        day = calendar_days.parse_day(text) if text is not None else None
        if text is not None and day is None:
            raise InvalidInput(field=name)
        return day

    def require_integer(self, name: str) -> int:
        """The integer, as in `get_integer`.

        Raises:
            InvalidInput: absent or malformed.
        """
        value = self.get_integer(name)
        if value is None:
            raise InvalidInput(field=name)
        return value


async def read_parameters(request: Request) -> Mapping[str, Any]:
    """The request's parameters. A malformed body, or one of unknown type, counts as empty."""
    body = await request.body()
    return {**_parse_form(request.scope["query_string"]), **await _parse_body(request, body)}


def get_idempotency_key(request: Request) -> str | None:
    """The Idempotency-Key header, None if absent.

    Raises:
        InvalidInput: not UTF-8, or more than one header.
    """
    keys = [value for name, value in request.scope["headers"] if name == b"idempotency-key"]
    if len(keys) > 1:
        raise InvalidInput(field=idempotency_keys.FIELD)
    return idempotency_keys.decode(keys[0]) if keys else None


async def _parse_body(request: Request, body: bytes) -> Mapping[str, Any]:
    content_type = request.headers.get("content-type", "")
    media_type = content_type.lower()
    if "/json" in media_type or "+json" in media_type:
        return _parse_json(body)
    if media_type.startswith("application/x-www-form-urlencoded"):
        return _parse_form(body)
    if media_type.startswith("multipart/form-data"):
        return await _parse_multipart(content_type, body)
    return {}


def _parse_json(body: bytes) -> Mapping[str, Any]:
    # json, not orjson: it keeps a lone surrogate, so that only that value is rejected.
    try:
        value = json.loads(body.decode(), parse_constant=_reject_constant)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _reject_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _parse_form(encoded: bytes) -> Mapping[str, Any]:
    # Bytes that are not UTF-8 become surrogates, which the getters reject as malformed.
    text = encoded.decode(errors="surrogateescape")
    try:
        fields = parse_qsl(text, keep_blank_values=True, errors="surrogateescape", max_num_fields=_MAX_FIELDS)
    except ValueError:
        return {}
    return _collect_arrays(fields)


def _collect_arrays(fields: Sequence[tuple[str, str]]) -> Mapping[str, Any]:
    """Fields by name. Those of a form's array become a list, as in JSON."""
    values: dict[str, Any] = {}
    for name, value in fields:
        array = _ARRAY_FIELD.fullmatch(name)
        if array is None:
            values[name] = value
        elif isinstance(values.get(array[1]), list):
            values[array[1]].append(value)
        else:
            values[array[1]] = [value]
    return values


def normalize_multipart_type(content_type: str) -> str | None:
    """A multipart/form-data content type reduced to its boundary; None if malformed.

    Without its charset: the parser would decode with any codec of Python's, including punycode, which is
    quadratic.
    """
    boundary = parse_options_header(content_type)[1].get(b"boundary", b"")
    if not _BOUNDARY.fullmatch(boundary):
        return None
    return f'multipart/form-data; boundary="{boundary.decode()}"'


async def _parse_multipart(content_type: str, body: bytes) -> Mapping[str, Any]:
    safe_type = normalize_multipart_type(content_type)
    if safe_type is None:
        return {}
    headers = Headers({"content-type": safe_type})
    parser = MultiPartParser(headers, _iter_body(body), max_files=_MAX_FIELDS, max_fields=_MAX_FIELDS)
    try:
        form = await parser.parse()
    except MultiPartException:
        return {}
    fields = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    await form.close()
    return _collect_arrays(fields)


async def _iter_body(body: bytes) -> AsyncGenerator[bytes, None]:
    yield body


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
