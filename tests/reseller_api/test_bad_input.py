"""Whatever a field or a body holds: HTTP 200 with a refusal, and nothing stored."""

import json

import pytest

from domain.service_types import ServiceType
from tests.database_state import read_stored_rows
from tests.reseller_api.reseller_client import URL, Reseller
from tests.reseller_api.test_order_types import FORMS
from tests.resolvers.factories import create_order, create_service
from tests.rest_compat.test_bad_input import BODIES, DIGITS, REFUSED_TEXTS

ADD = "service link quantity runs interval comments usernames hashtags hashtag username media".split()
SUBSCRIBE = "min max posts delay expiry".split()
FIELDS = [
    *(("add", name) for name in (*ADD, *SUBSCRIBE)),
    ("status", "order"),
    ("status", "orders"),
    ("refill", "order"),
    ("refill", "orders"),
    ("refill_status", "refill"),
    ("refill_status", "refills"),
    ("cancel", "order"),
    ("cancel", "orders"),
    ("balance", "action"),
]
MORE_VALUES = {
    **REFUSED_TEXTS,
    "null": "null",
    "a list of lists": "[[1]]",
    "a list with a surrogate": r'["\ud800"]',
    "a list with a boolean": "[true]",
    "a list with a NUL": r'["\u0000"]',
    "an empty list": "[]",
    "beyond 64 bits": '"9223372036854775808"',
    "beyond 32 bits": "2147483648",
    "negative": "-1",
    "a fraction as text": '"1.5"',
    "infinity": "1e999",
    "a superscript": '"²"',
    "a statement": '"1; DROP TABLE orders"',
    "a hundred thousand commas": f'"{"," * 100_000}"',
}


@pytest.mark.parametrize(("action", "field"), FIELDS)
async def test_a_hostile_value_in_any_field_is_refused_and_stores_nothing(
    action: str, field: str, reseller: Reseller
) -> None:
    await create_order(reseller.user, await create_service())
    before = await read_stored_rows()
    for kind, value in MORE_VALUES.items():
        body = f'{{"key": "{reseller.key}", "action": "{action}", "{field}": {value}}}'
        answer = await reseller.client.post(
            URL, content=body.encode(), headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == 200, (kind, answer.text)
        assert '"error":' in answer.text, (kind, answer.text)
    assert await read_stored_rows() == before


@pytest.mark.parametrize(("kind", "field"), [(kind, field) for kind, form in FORMS.items() for field in form])
async def test_a_hostile_value_in_an_order_that_is_right_otherwise_is_refused_and_charges_nothing(
    kind: ServiceType, field: str, reseller: Reseller
) -> None:
    service = await create_service(type=kind)
    before = await read_stored_rows()
    for name, value in REFUSED_TEXTS.items():
        right = {"key": reseller.key, "action": "add", "service": service.id, **FORMS[kind]}
        body = json.dumps({**right, field: 0}).replace(f'"{field}": 0', f'"{field}": {value}')
        answer = await reseller.client.post(
            URL, content=body.encode(), headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == 200, (name, answer.text)
        assert list(answer.json()) == ["error"], (name, answer.text)
    assert await read_stored_rows() == before


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
@pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded"])
async def test_a_broken_body_counts_as_empty(content_type: str, body: bytes, reseller: Reseller) -> None:
    answer = await reseller.client.post(
        f"{URL}?key={reseller.key}&action=balance", content=body, headers={"Content-Type": content_type}
    )
    assert (answer.status_code, answer.json()["balance"]) == (200, "100000")


@pytest.mark.parametrize(
    "query", ["%ff=%ff", "key=%00", "key[]=1", "&&&", "=", "a=1&" * 500, "%u0041", f"action={DIGITS[:5_000]}"]
)
async def test_a_broken_query_is_refused(query: str, reseller: Reseller) -> None:
    for header in ({}, {"Authorization": f"Bearer {reseller.key}"}):
        answer = await reseller.client.get(f"{URL}?{query}", headers=header)
        assert answer.status_code == 200
        assert list(answer.json()) == ["error"]
