"""The sentence for every refusal, and the responses to internal errors."""

import ast
import json

import pytest
from tortoise.exceptions import DBConnectionError

from domain.problems import InvalidInput, Problem
from models import Order, Service
from reseller_api import errors
from resolvers import catalogue
from tests.called_operations import find_called_operations, find_possible_problems
from tests.domain.sample_problems import build_problem
from tests.live_servers import ROOT
from tests.reseller_api.reseller_client import URL, Reseller
from tests.reseller_api.test_bad_input import ADD, SUBSCRIBE
from tests.subtest_cases import for_each


def test_every_problem_of_every_called_operation_has_a_message() -> None:
    operations = find_called_operations("reseller_api")
    assert operations.keys() >= {
        "create_order",
        "cancel_order",
        "request_refill",
        "get_own_orders",
        "get_own_refills",
    }
    assert find_possible_problems("reseller_api") == errors.MESSAGES.keys()


@for_each("kind", errors.MESSAGES)
def test_an_error_message_is_one_english_sentence_without_placeholders(kind: type[Problem]) -> None:
    sentence = str(errors.build_error_body(build_problem(kind))["error"])
    assert sentence
    assert not set("{}") & set(sentence)
    assert sentence.isascii()


@for_each("name", ["dripFeed", "subscription", "mediaUrl", "idempotencyKey"])
def test_fields_use_the_panel_api_s_names_in_errors(name: str) -> None:
    reported = str(errors.build_error_body(InvalidInput(field=name))["error"])
    assert name not in reported


def test_every_field_named_by_order_rules_is_a_panel_api_name() -> None:
    """Read from the rules themselves: `InvalidInput(field="…")` and `field="…"` of their helpers."""
    named = set()
    for file in ("domain/order_details.py", "resolvers/orders.py", "resolvers/idempotency.py"):
        for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "field" and isinstance(node.value, ast.Constant):
                named.add(str(node.value.value))
    named -= {"where"}
    trade = {*ADD, *SUBSCRIBE, "Idempotency-Key"}
    assert {errors.FIELDS.get(name, name) for name in named} <= trade


async def test_a_body_over_the_limit_is_refused(reseller: Reseller) -> None:
    answer = await reseller.client.post(URL, content=b"x" * 300_000)
    assert (answer.status_code, answer.json()) == (200, {"error": "Request too large"})


async def test_an_unavailable_database_is_not_a_refusal_of_the_order(
    reseller: Reseller, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away() -> list[Service]:
        raise DBConnectionError("connection refused by 10.0.0.7")

    monkeypatch.setattr(catalogue, "list_services_for_resale", away)
    answer = await reseller.send("services")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.json() == {"error": "Service unavailable"}


async def test_an_internal_error_is_not_a_refusal_of_the_order_and_reveals_nothing(
    reseller: Reseller, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def crash() -> list[Service]:
        raise RuntimeError("the secret cause")

    monkeypatch.setattr(catalogue, "list_services_for_resale", crash)
    answer = await reseller.send("services")
    assert (answer.status_code, json.loads(answer.content)) == (500, {"error": "Server error"})
    assert await Order.all().count() == 0
