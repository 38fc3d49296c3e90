"""Legacy spellings of parameters."""

from datetime import UTC, datetime

import pytest
from starlette.requests import Request
from starlette.types import Message

from domain.problems import InvalidInput
from resolvers.pagination import Direction
from rest_compat import requests
from rest_compat.requests import Parameters
from tests.subtest_cases import for_each

FORM = "application/x-www-form-urlencoded"


async def parse(*, query: str = "", body: bytes = b"", content_type: str = "application/json") -> Parameters:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    headers = [(b"content-type", content_type.encode())]
    scope = {"type": "http", "method": "POST", "query_string": query.encode(), "headers": headers}
    return await requests.read_parameters(Request(scope, receive))


def multipart(*parts: tuple[str, str]) -> bytes:
    encoded = "".join(
        f"--B\r\nContent-Disposition: form-data; {head}\r\n\r\n{value}\r\n" for head, value in parts
    )
    return f"{encoded}--B--\r\n".encode()


@for_each(
    "content_type",
    ["application/json", "APPLICATION/JSON; charset=utf-8", "application/vnd.api+json", "text/json"],
)
async def test_json_is_recognised_by_its_content_type(content_type: str) -> None:
    sent = await parse(body=b'{"username": " ali "}', content_type=content_type)
    assert sent.get_text("username") == "ali"


async def test_form_body_gives_parameters() -> None:
    sent = await parse(body="name=علی+رضا&mobile=%2B98911".encode(), content_type=FORM)
    assert (sent.get_text("name"), sent.get_text("mobile")) == ("علی رضا", "+98911")


async def test_multipart_body_gives_its_text_fields_and_no_files() -> None:
    body = multipart(('name="subject"', "سلام"), ('name="description"; filename="a.txt"', "file"))
    sent = await parse(body=body, content_type="multipart/form-data; boundary=B")
    assert (sent.get_text("subject"), sent.get_text("description")) == ("سلام", None)


async def test_multipart_charset_is_not_obeyed() -> None:
    body = multipart(('name="subject"', "abc-def"))
    sent = await parse(body=body, content_type="multipart/form-data; charset=punycode; boundary=B")
    assert sent.get_text("subject") == "abc-def"


@for_each("content_type", ["multipart/form-data", 'multipart/form-data; boundary="a\nb"', "text/plain", ""])
async def test_body_of_no_readable_type_counts_as_empty(content_type: str) -> None:
    sent = await parse(body=b'{"username": "ali"}', content_type=content_type)
    assert sent.get_text("username") is None


async def test_broken_multipart_counts_as_empty() -> None:
    sent = await parse(body=b"--B\r\nnonsense", content_type="multipart/form-data; boundary=B")
    assert sent.get_text("subject") is None


@for_each(
    "body",
    [
        b"",
        b"[object Object]",
        b'{"a": 1',
        b'["a"]',
        b"null",
        b"7",
        b'{"a": "\xff"}',
        b'\xef\xbb\xbf{"a": 1}',
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": ' + b"1" * 100_000 + b"}",
        b'{"a": ' + b"[" * 100_000,
        b'{"a":' * 50_000,
    ],
)
async def test_malformed_json_counts_as_empty_and_the_query_stays(body: bytes) -> None:
    sent = await parse(query="a=query", body=body)
    assert sent.get_text("a") == "query"


async def test_body_wins_over_the_query() -> None:
    sent = await parse(query="a=query&b=query", body=b'{"a": "body"}')
    assert (sent.get_text("a"), sent.get_text("b")) == ("body", "query")


async def test_json_in_the_query_string_is_harmless() -> None:
    sent = await parse(query='{"cate_id":9,"status":"impedit","order_by":"a"}')
    assert sent.get_integer("cate_id") is None


async def test_more_fields_than_any_route_has_count_as_none() -> None:
    sent = await parse(body=b"&".join(b"a=1" for _ in range(5_000)), content_type=FORM)
    assert sent.get_text("a") is None


@for_each("value", ["", "  \t", None])
def test_blank_text_and_null_are_absent(value: str | None) -> None:
    sent = Parameters({"a": value})
    assert sent.get_text("a") is None
    with pytest.raises(InvalidInput):
        sent.require_text("a")


@for_each(("value", "secret"), [("", ""), (" x ", " x "), (12, "12"), (None, None)])
def test_secret_is_neither_trimmed_nor_absent_when_blank(value: object, secret: str | None) -> None:
    assert Parameters({"password": value}).get_raw_text("password") == secret


def test_integer_counts_as_text_of_its_digits() -> None:
    assert Parameters({"username": 9011235566}).get_text("username") == "9011235566"


@for_each("value", [True, 1.5, [], ["a"], {"a": 1}, "a\x00b", "\ud800"])
def test_unstorable_text_is_refused(value: object) -> None:
    with pytest.raises(InvalidInput) as refusal:
        Parameters({"subject": value}).get_text("subject")
    assert refusal.value.field == "subject"


async def test_a_lone_surrogate_in_json_invalidates_only_its_own_value() -> None:
    sent = await parse(body=b'{"a": "\\ud800", "b": "x"}')
    assert sent.get_text("b") == "x"
    with pytest.raises(InvalidInput):
        sent.get_text("a")


async def test_bytes_that_are_no_utf8_in_a_form_are_malformed() -> None:
    sent = await parse(body=b"a=%ff&b=\xfe", content_type=FORM)
    for name in ("a", "b"):
        with pytest.raises(InvalidInput):
            sent.get_text(name)


@for_each(
    ("value", "integer"),
    [
        (9, 9),
        ("9", 9),
        (" ۱۳۶ ", 136),
        ("١٣٦", 136),
        ("-5", -5),
        (2**63 - 1, 2**63 - 1),
        (2**63, None),
        ("1_000", None),
        ("1.0", 1),
        ("\u200e۱۳۶\u200c", 136),
        ("１３６", 136),
        ("1.5", None),
        ("²", None),
        ("", None),
        (1.0, 1),
        (1.5, None),
        (1e300, None),
        (float("inf"), None),
        (True, None),
        (None, None),
        ([1], None),
    ],
)
def test_an_integer_is_read_in_every_script_and_as_a_whole_fraction(
    value: object, integer: int | None
) -> None:
    assert Parameters({"n": value}).get_integer("n") == integer


@for_each(("value", "limit"), [(3, 3), ("۱", 1), (10, 10), (12, 10), (0, 10), (-1, 10), ("x", 10)])
def test_integer_outside_the_bounds_is_the_default(value: object, limit: int) -> None:
    assert Parameters({"limit": value}).get_integer_within(range(1, 11), "limit", default=10) == limit


@for_each("value", [-1, "x", None])
def test_an_invalid_timestamp_is_none(value: object) -> None:
    assert Parameters({"offset": value}).get_datetime("offset") is None


@for_each("value", [253_402_300_800, 2**62])
def test_an_out_of_range_timestamp_is_the_last_day_of_the_calendar(value: int) -> None:
    assert Parameters({"offset": value}).get_datetime("offset") == datetime(9999, 12, 31, tzinfo=UTC)


def test_a_timestamp_is_parsed_from_unix_seconds() -> None:
    assert Parameters({"offset": "1591431859"}).get_datetime("offset") == datetime(
        2020, 6, 6, 8, 24, 19, tzinfo=UTC
    )


@for_each(
    ("value", "ordering"),
    [
        ("price", ("PRICE", Direction.ASC)),
        (" -price ", ("PRICE", Direction.DESC)),
        ("--price", ("ID", Direction.DESC)),
        ("-", ("ID", Direction.DESC)),
        ("password", ("ID", Direction.DESC)),
        (["price"], ("ID", Direction.DESC)),
        (None, ("ID", Direction.DESC)),
    ],
)
def test_ordering_takes_known_columns_only(value: object, ordering: tuple[str, Direction]) -> None:
    sent = Parameters({"order_by": value})
    assert sent.get_ordering("order_by", {"price": "PRICE"}, default="ID") == ordering


@for_each(
    ("spelling", "record"), [("19", 19), ("۱۹", 19), ("sint", 0), ("9" * 30, 0), ("1e3", 0), ("-1", -1)]
)
def test_a_record_id_that_is_not_an_integer_finds_nothing(spelling: str, record: int) -> None:
    assert requests.parse_record_id(Request({"type": "http", "path_params": {"id": spelling}})) == record
