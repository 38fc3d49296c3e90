"""The OpenAPI description: complete, valid, and true to the reference."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import jsonschema_rs
import pytest
import schemathesis

from domain.money import Toman
from domain.problems import AmountOutOfRange
from rest_compat.errors import build_error_response
from rest_compat.openapi import build_document
from rest_compat.openapi.operations import DESCRIPTIONS
from rest_compat.openapi.responses import load_examples
from rest_compat.routes import LEGACY_ROUTES
from tests.forked_commands import run_command
from tests.rest_compat.reference import ENDPOINTS

DOCUMENT = build_document("http://127.0.0.1:8000")


def answers() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every answer of every operation, with its name."""
    for path, operations in DOCUMENT["paths"].items():
        for method, operation in operations.items():
            for status, answer in operation["responses"].items():
                name = answer.get("$ref", "").rpartition("/")[2]
                yield f"{method} {path} {status}", DOCUMENT["components"]["responses"].get(name, answer)


def validator(schema: dict[str, Any]) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for({**schema, "components": DOCUMENT["components"]})


def test_every_route_is_described_and_nothing_else() -> None:
    assert list(DESCRIPTIONS) == [(line.method, line.path) for line in LEGACY_ROUTES]


def test_the_description_is_valid_openapi() -> None:
    schemathesis.openapi.from_dict(DOCUMENT).validate()
    operations = [operation for path in DOCUMENT["paths"].values() for operation in path.values()]
    assert len({operation["operationId"] for operation in operations}) == len(LEGACY_ROUTES)


def test_the_examples_of_the_reference_are_shown_verbatim() -> None:
    assert load_examples() == {
        f"{endpoint['method']} {endpoint['path'].removeprefix('/api')}": [
            response["body"] for response in endpoint["responses"]
        ]
        for endpoint in ENDPOINTS
    }
    shown = {
        (name.rpartition(" ")[0], json.dumps(example["value"]))
        for name, answer in answers()
        for media in answer["content"].values()
        for example in media.get("examples", {}).values()
    }
    missing = [
        (endpoint["path"], response["body"])
        for endpoint in ENDPOINTS
        for response in endpoint["responses"]
        if (f"{endpoint['method'].lower()} {endpoint['path']}", json.dumps(response["body"])) not in shown
    ]
    assert missing == []


def test_every_answer_has_a_schema_and_examples_that_match_it() -> None:
    for name, answer in answers():
        for media_type, media in answer["content"].items():
            if media_type == "text/html":
                assert media["example"], name
                continue
            assert media["examples"], name
            for example in media["examples"].values():
                validator(media["schema"]).validate(example["value"])


def test_payments_out_of_range_are_described_at_both_ends() -> None:
    path = "/v1/user/payment"
    answer = dict(answers())[f"post /api{path} 200"]
    for amount in (999, 100_001):
        problem = AmountOutOfRange(amount=Toman(amount), min=Toman(1_000), max=Toman(100_000))

        body = json.loads(bytes(build_error_response(problem, path).body))

        assert validator(answer["content"]["application/json"]["schema"]).is_valid(body)


def test_every_request_example_is_valid_and_holds_the_required_fields() -> None:
    for path, operations in DOCUMENT["paths"].items():
        for operation in operations.values():
            for parameter in operation["parameters"]:
                assert "example" in parameter or not parameter.get("required"), path
                if "example" in parameter:
                    validator(parameter["schema"]).validate(parameter["example"])
            for media in operation.get("requestBody", {}).get("content", {}).values():
                validator(media["schema"]).validate(media["example"])


def test_every_route_is_in_one_group_and_every_group_has_routes() -> None:
    groups = [tag["name"] for tag in DOCUMENT["tags"]]
    found = {operation["tags"][0] for path in DOCUMENT["paths"].values() for operation in path.values()}
    assert found == set(groups)
    assert DOCUMENT["paths"]["/api/v1/user/tickets/{id}"]["post"]["tags"] == ["Tickets"]
    assert DOCUMENT["paths"]["/api/v1/user"]["get"]["tags"] == ["Profile"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_description_is_served(client: httpx.AsyncClient) -> None:
    served = await client.get("/docs/openapi.json")
    assert served.headers["content-type"] == "application/json"
    assert served.json() == DOCUMENT


@pytest.mark.processes
def test_the_description_is_exported() -> None:
    exported = run_command("export-openapi", environment={})
    assert json.loads(exported.stdout) == DOCUMENT
