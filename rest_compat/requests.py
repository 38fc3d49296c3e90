"""Legacy spellings of parameters → typed values.

Parameters come from the query string and from a JSON or form body; the body wins.
"""

import json
import re
from collections.abc import AsyncGenerator, Mapping
from datetime import UTC, date, datetime
from typing import Any, NoReturn, TypeVar
from urllib.parse import parse_qsl

from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from domain import days, digits, texts
from domain.problems import InvalidInput
from resolvers.pages import Direction
from resolvers.shop import Shop

Column = TypeVar("Column")

_MOST_FIELDS = 200
_LAST_MOMENT = int(datetime(9999, 12, 31, tzinfo=UTC).timestamp())
_BOUNDARY = re.compile(rb"[0-9A-Za-z'()+_,\-./:=? ]{1,70}")


class Parameters:
    """The parameters of one request. Where a reading says "malformed", the caller gets `InvalidInput`."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def secret(self, name: str) -> str | None:
        """The text as it was sent, None where absent. An integer counts as its digits.

        Raises:
            InvalidInput: malformed: no text, or one that cannot be stored.
        """
        value = self._values.get(name)
        if value is None:
            return None
        text = str(value) if _is_integer(value) else value
        if not isinstance(text, str) or not texts.is_storable(text):
            raise InvalidInput(field=name)
        return text

    def text(self, name: str) -> str | None:
        """The trimmed text, None where absent or blank.

        Raises:
            InvalidInput: malformed, as in `secret`.
        """
        return (self.secret(name) or "").strip() or None

    def required_text(self, name: str) -> str:
        """The trimmed text.

        Raises:
            InvalidInput: absent, blank or malformed.
        """
        text = self.text(name)
        if text is None:
            raise InvalidInput(field=name)
        return text

    def integer(self, name: str) -> int | None:
        """The signed 64-bit integer, in any of the three digit scripts; None where absent or malformed."""
        value = self._values.get(name)
        if not _is_integer(value) and not isinstance(value, str):
            return None
        return digits.parse_integer(str(value).strip())

    def text_or_blank(self, name: str) -> str:
        """The trimmed text; "" where absent or malformed, for an operation that has its own word for that."""
        try:
            return self.text(name) or ""
        except InvalidInput:
            return ""

    def day(self, name: str) -> date | None:
        """The day given as d/m/Y, in any of the three digit scripts; None where absent or blank.

        Raises:
            InvalidInput: malformed.
        """
        text = self.text(name)
        day = days.parse(text) if text is not None else None
        if text is not None and day is None:
            raise InvalidInput(field=name)
        return day

    def required_key(self, name: str) -> int:
        """The id of a record; 0, which is no record's, where malformed.

        Raises:
            InvalidInput: absent or blank.
        """
        key = self.key(name)
        if key is None:
            raise InvalidInput(field=name)
        return key

    def required_integer(self, name: str) -> int:
        """The integer, as in `integer`.

        Raises:
            InvalidInput: absent or malformed.
        """
        value = self.integer(name)
        if value is None:
            raise InvalidInput(field=name)
        return value

    def key(self, name: str) -> int | None:
        """The id of a record, None where absent or blank; 0, which is no record's, where malformed."""
        if self._values.get(name) in (None, "") or str(self._values[name]).isspace():
            return None
        return self.integer(name) or 0

    def integer_within(self, bounds: range, name: str, *, default: int) -> int:
        """The integer if it lies in `bounds`, else `default`."""
        value = self.integer(name)
        return value if value is not None and value in bounds else default

    def moment(self, name: str) -> datetime | None:
        """The moment given in unix seconds, 9999 at most; None where absent, malformed or negative."""
        seconds = self.integer(name)
        if seconds is None or seconds < 0:
            return None
        return datetime.fromtimestamp(min(seconds, _LAST_MOMENT), UTC)

    def ordering(
        self, name: str, columns: Mapping[str, Column], *, default: Column
    ) -> tuple[Column, Direction]:
        """The column to sort by, `-` before it for descending; unknown or absent: `default`, descending."""
        value = self._values.get(name)
        word = value.strip() if isinstance(value, str) else ""
        column = columns.get(word.removeprefix("-"))
        if column is None:
            return default, Direction.DESC
        return column, Direction.DESC if word.startswith("-") else Direction.ASC


async def parameters(request: Request) -> Parameters:
    """The request's parameters. A body that is malformed, or of no known type, counts as empty."""
    body = await request.body()
    return Parameters({**_form_fields(request.scope["query_string"]), **await _body_fields(request, body)})


def record_id(request: Request) -> int:
    """The integer that `{id}` of the path spells; 0, which is no record's id, where it spells none."""
    return digits.parse_integer(request.path_params["id"]) or 0


def shop(request: Request) -> Shop:
    """The installation that the route belongs to."""
    installed: Shop = request.app.state.shop
    return installed


def idempotency_key(request: Request) -> str | None:
    """The Idempotency-Key header, None where there is none; as UTF-8, which GraphQL is, where it is that."""
    key = request.headers.get("idempotency-key")
    if key is None:
        return None
    try:
        return key.encode("latin-1").decode()
    except UnicodeDecodeError:
        return key


async def _body_fields(request: Request, body: bytes) -> Mapping[str, Any]:
    content_type = request.headers.get("content-type", "")
    media_type = content_type.lower()
    if "/json" in media_type or "+json" in media_type:
        return _json_fields(body)
    if media_type.startswith("application/x-www-form-urlencoded"):
        return _form_fields(body)
    if media_type.startswith("multipart/form-data"):
        return await _multipart_fields(content_type, body)
    return {}


def _json_fields(body: bytes) -> Mapping[str, Any]:
    # json, not orjson: it keeps a lone surrogate, so that the one value is refused instead of all being lost.
    try:
        value = json.loads(body.decode(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _form_fields(encoded: bytes) -> Mapping[str, str]:
    # Bytes that are no UTF-8 become surrogates, which the readings refuse as malformed.
    text = encoded.decode(errors="surrogateescape")
    try:
        fields = parse_qsl(
            text, keep_blank_values=True, errors="surrogateescape", max_num_fields=_MOST_FIELDS
        )
    except ValueError:
        return {}
    return dict(fields)


async def _multipart_fields(content_type: str, body: bytes) -> Mapping[str, str]:
    boundary = parse_options_header(content_type)[1].get(b"boundary", b"")
    if not _BOUNDARY.fullmatch(boundary):
        return {}
    # Written anew without its charset: the parser would decode with any codec of Python's, punycode's
    # quadratic one among them.
    headers = Headers({"content-type": f'multipart/form-data; boundary="{boundary.decode()}"'})
    parser = MultiPartParser(headers, _whole(body), max_files=_MOST_FIELDS, max_fields=_MOST_FIELDS)
    try:
        form = await parser.parse()
    except MultiPartException:
        return {}
    fields = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    await form.close()
    return fields


async def _whole(body: bytes) -> AsyncGenerator[bytes, None]:
    yield body


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
