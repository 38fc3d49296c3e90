"""The responses of one route by HTTP status, each with its schema and examples."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from domain.problems import (
    IdempotencyKeyInProgress,
    IdempotencyKeyReused,
    InvalidInput,
    Problem,
    get_declared_problems,
)
from rest_compat.errors import MALFORMED_KEY, LegacyError, get_errors
from rest_compat.openapi.operations import Description
from rest_compat.openapi.schemas import TEXT, Schema, build_object
from rest_compat.routes import LegacyRoute
from web.failures import INTERNAL_ERROR, OUTAGE

_EXAMPLES = Path(__file__).with_name("examples.json")
_PAYMENT_PAGE = "https://shop.example/sandbox/payment/S000000000000000000000000000000000001"
_WHOLE_NUMBERS = {"X-RateLimit-Limit": "requests a window", "X-RateLimit-Remaining": "requests left in it"}
_RETRY_AFTER = {"Retry-After": "seconds to wait"}
_FRAMEWORK_RESPONSES: Mapping[int, tuple[str, str, Mapping[str, str]]] = {
    401: ("No, an invalid, an expired or a revoked token", "Unauthenticated.", {}),
    404: ("The address holds no id", "", {}),
    408: ("The body did not come in time", "Request Timeout", {}),
    413: ("The body is too large", "Content Too Large", {}),
    429: ("Too many requests", "Too Many Attempts.", {**_RETRY_AFTER, "X-RateLimit-Reset": "unix seconds"}),
    500: ("A fault of ours", INTERNAL_ERROR.phrase, {}),
    503: ("The database is away", OUTAGE.phrase, _RETRY_AFTER),
}
"""Responses of the framework: description, message, and headers besides those of the rate limit."""


@cache
def load_examples() -> Mapping[str, list[dict[str, Any]]]:
    """The reference's own responses by method and path: examples of success and of errors."""
    examples: dict[str, list[dict[str, Any]]] = json.loads(_EXAMPLES.read_text(encoding="utf-8"))
    return examples


def build_framework_responses() -> dict[str, Schema]:
    """The framework's responses on many routes, as components to which the routes refer."""
    return {str(status): _build_framework_response(status) for status in _FRAMEWORK_RESPONSES}


def build_responses(legacy_route: LegacyRoute, description: Description) -> dict[str, Schema]:
    """The `responses` object of the route's operation."""
    responses: dict[int, Schema] = {
        status: {"$ref": f"#/components/responses/{status}"}
        for status in _iter_framework_statuses(legacy_route, description)
    }
    for status, errors in _collect_errors(legacy_route, description).items():
        if status != 200:
            responses[status] = _build_json(errors[0].message, *_to_schemas(errors))
    if description.redirects:
        responses[302] = _build_redirect()
    if description.shows_page:
        responses |= {200: _build_page("What became of the payment"), 404: _build_page("No such payment")}
    elif body := _build_ok_response(legacy_route, description):
        responses[200] = body
    return {str(status): responses[status] for status in sorted(responses)}


def _iter_framework_statuses(legacy_route: LegacyRoute, description: Description) -> Iterator[int]:
    yield from (429, 500, 503)
    if legacy_route.needs_token:
        yield 401
    if "{id}" in legacy_route.path:
        yield 404
    if description.fields:
        yield from (408, 413)


def _build_ok_response(legacy_route: LegacyRoute, description: Description) -> Schema | None:
    """HTTP 200: success, and errors that the reference reports by `status` in the body."""
    schemas, error_bodies = _to_schemas(_collect_errors(legacy_route, description).get(200, []))
    bodies = [description.answer] if description.answer else []
    if not bodies and not schemas:
        return None
    examples = [
        body for body in load_examples()[f"{legacy_route.method} {legacy_route.path}"] if "status" in body
    ]
    known = {(body.get("status"), body.get("message")) for body in examples}
    examples += [body for body in error_bodies if (body["status"], body["message"]) not in known]
    meaning = "Success, or what the `status` in the body says" if bodies else "Refused: see `status`"
    return _build_json(meaning, [*bodies, *schemas], examples)


def _iter_problems(legacy_route: LegacyRoute, description: Description) -> Iterator[type[Problem]]:
    declared = get_declared_problems(description.operation) if description.operation else ()
    for kind in declared:
        is_key_error = kind in (IdempotencyKeyReused, IdempotencyKeyInProgress)
        if kind is not InvalidInput and (description.takes_key or not is_key_error):
            yield kind
    if legacy_route.method == "POST" and description.fields:
        yield InvalidInput
    if description.takes_key and IdempotencyKeyInProgress not in declared:
        yield IdempotencyKeyInProgress


def _collect_errors(legacy_route: LegacyRoute, description: Description) -> dict[int, list[LegacyError]]:
    """The route's errors by HTTP status; equal responses are listed once."""
    responses: dict[int, list[LegacyError]] = {}
    for kind in _iter_problems(legacy_route, description):
        for error in get_errors(kind, legacy_route.path):
            same_status = responses.setdefault(error.http_status, [])
            if error not in same_status:
                same_status.append(error)
    if description.takes_key:
        responses.setdefault(MALFORMED_KEY.http_status, []).append(MALFORMED_KEY)
    return responses


def _to_schemas(errors: list[LegacyError]) -> tuple[list[Schema], list[dict[str, Any]]]:
    """Schemas and examples, with numbers in place of the values named in messages."""
    schemas, examples = [], []
    for error in errors:
        parts = re.split(r"\{\w+\}", error.message)
        message = {"const": error.message} if len(parts) == 1 else {**TEXT, "pattern": _build_pattern(parts)}
        schemas.append(build_object({"status": {"const": error.status}, "message": message}))
        examples.append({"status": error.status, "message": "1".join(parts)})
    return schemas, examples


def _build_pattern(parts: list[str]) -> str:
    return f"^{'[0-9]+'.join(part.replace('.', '[.]') for part in parts)}$"


def _build_framework_response(status: int) -> Schema:
    meaning, message, headers = _FRAMEWORK_RESPONSES[status]
    schema = build_object({"message": {"const": message}})
    return _build_json(meaning, [schema], [{"message": message}], headers=headers)


def _build_redirect() -> Schema:
    schema = build_object({"status": {"const": 302}, "url": {**TEXT, "format": "uri"}})
    answer = _build_json("To the gateway's page", [schema], [{"status": 302, "url": _PAYMENT_PAGE}])
    location = {"description": "the gateway's page", "schema": {**TEXT, "format": "uri"}}
    return {**answer, "headers": {**answer["headers"], "Location": location}}


def _build_page(meaning: str) -> Schema:
    content = {"text/html": {"schema": TEXT, "example": "<!doctype html>…"}}
    return {"description": meaning, "headers": _build_headers({}), "content": content}


def _build_json(
    meaning: str,
    schemas: list[Schema],
    examples: list[dict[str, Any]],
    *,
    headers: Mapping[str, str] | None = None,
) -> Schema:
    schema = schemas[0] if len(schemas) == 1 else {"oneOf": schemas}
    named_examples = {f"example {number}": {"value": example} for number, example in enumerate(examples, 1)}
    content = {"application/json": {"schema": schema, "examples": named_examples}}
    return {"description": meaning, "headers": _build_headers(headers or {}), "content": content}


def _build_headers(more: Mapping[str, str]) -> dict[str, Schema]:
    return {
        name: {"description": meaning, "schema": {"type": "integer", "minimum": 0}}
        for name, meaning in {**_WHOLE_NUMBERS, **more}.items()
    }
