"""Whatever a field or a body holds: a clear refusal, never a fault of ours, and nothing stored."""

import httpx
import pytest

from resolvers.app_context import AppContext
from rest_compat.routes import LEGACY_ROUTES
from tests.database_state import read_stored_rows
from tests.fakes import create_user
from tests.fixtures import create_authorization
from tests.rest_compat.reference import ENDPOINTS

ROUTES = {(line.method, line.path): line for line in LEGACY_ROUTES}
FIELDS = [
    (endpoint["method"], endpoint["path"].removeprefix("/api"), parameter["name"])
    for endpoint in ENDPOINTS
    for parameter in endpoint["params"]
    if parameter["in"] == "body" and (endpoint["method"], endpoint["path"].removeprefix("/api")) in ROUTES
]
DIGITS = "9" * 100_000
REFUSED_TEXTS = {
    "NUL": r'"a\u0000b"',
    "a lone surrogate": r'"a\ud800b"',
    "a list": '["a"]',
    "an object": '{"a": 1}',
    "a boolean": "true",
    "a fraction": "1.5",
    "ten to the fifth digits": f'"{DIGITS}"',
    "a text of a hundred thousand letters": f'"{"x" * 100_000}"',
    "an escape sequence of a terminal": r'"\u001b[31m\u0000"',
}
BODIES = {
    "deep JSON": b'{"a":' * 30_000,
    "deep list": b"[" * 100_000,
    "invalid UTF-8": b'{"subject": "\xff\xfe", "description": "x", "username": "\xff"}',
    "null": b"null",
    "a number": b"7",
    "a text": b'"text"',
    "a list": b"[]",
    "a number of 100,000 digits": b'{"limit": ' + DIGITS.encode() + b"}",
    "not a number": b'{"limit": NaN}',
    "UTF-16": '{"username": "09120000000"}'.encode("utf-16"),
    "nothing": b"",
}
POSTS = [path for method, path in ROUTES if method == "POST"]


def url_of(path: str) -> str:
    return f"/api{path.replace('{id}', '1')}"


async def test_a_hostile_value_in_any_field_is_refused_and_stores_nothing(
    demo_client: httpx.AsyncClient, demo_app: AppContext, subtests: pytest.Subtests
) -> None:
    headers = {
        **await create_authorization(demo_app, await create_user()),
        "Content-Type": "application/json",
    }
    before = await read_stored_rows()
    for method, path, field in FIELDS:
        with subtests.test(method=method, path=path, field=field):
            answers = {
                name: await demo_client.request(
                    method, url_of(path), headers=headers, content=f'{{"{field}": {value}}}'
                )
                for name, value in REFUSED_TEXTS.items()
            }
            assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(
                answers, 200
            )
            if method == "POST":
                statuses = {name: answer.json()["status"] for name, answer in answers.items()}
                assert set(statuses.values()) <= {400, 403}, statuses
            assert await read_stored_rows() == before


async def test_a_broken_body_counts_as_empty_and_stores_nothing(
    demo_client: httpx.AsyncClient, demo_app: AppContext, subtests: pytest.Subtests
) -> None:
    headers = {
        **await create_authorization(demo_app, await create_user()),
        "Content-Type": "application/json",
    }
    before = await read_stored_rows()
    for path in (path for path in POSTS if path != "/v1/user/notifications"):
        empty = await demo_client.post(url_of(path), headers=headers)
        for name, body in BODIES.items():
            with subtests.test(path=path, body=name):
                answer = await demo_client.post(url_of(path), headers=headers, content=body)
                assert (answer.status_code, answer.json()) == (200, empty.json())
    for path in ("/v1/stats/top_users", "/v1/services", "/v1/categories"):
        plain = await demo_client.get(url_of(path))
        for name, body in BODIES.items():
            with subtests.test(path=path, body=name):
                answer = await demo_client.request("GET", url_of(path), headers=headers, content=body)
                assert answer.json() == plain.json()
    assert await read_stored_rows() == before


IMPOSSIBLE_IDS = [
    "0",
    "-1",
    "2147483648",
    "9223372036854775808",
    DIGITS[:5_000],
    "1.5",
    "%00",
    "%ff",
    "1;drop",
]


async def test_an_impossible_record_id_is_a_record_that_is_missing(
    demo_client: httpx.AsyncClient, demo_app: AppContext, subtests: pytest.Subtests
) -> None:
    headers = await create_authorization(demo_app, await create_user())
    for record in (*IMPOSSIBLE_IDS, "²", "１"):
        with subtests.test(record=record[:20]):
            order = await demo_client.get(f"/api/v1/order/{record}", headers=headers)
            ticket = await demo_client.get(f"/api/v1/user/tickets/{record}", headers=headers)
            assert (order.status_code, order.json()["status"]) == (200, 404)
            assert (ticket.status_code, ticket.json()["status"]) == (200, 403)


async def test_numbers_in_the_query_string_never_fail(
    demo_client: httpx.AsyncClient, subtests: pytest.Subtests
) -> None:
    for value in ("0", "-5", "abc", "99999999999999999999", "1e3", "۵", "", "%00"):
        with subtests.test(value=value):
            top = await demo_client.get(f"/api/v1/stats/top_users?limit={value}&offset={value}")
            services = await demo_client.get(
                f"/api/v1/services?cate_id={value}&status={value}&order_by={value}"
            )
            assert (top.status_code, services.status_code) == (200, 200)
            if value == "۵":
                assert len(top.json()["users"]) == 5
