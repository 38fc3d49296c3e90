"""The answers of one route by HTTP status, each with its schema and examples."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from domain.problems import IdempotencyKeyInProgress, IdempotencyKeyReused, InvalidInput, Problem, problems_of
from rest_compat.description.operations import Description
from rest_compat.description.records import TEXT, Schema, record
from rest_compat.errors import MALFORMED_KEY, Refusal, refusals_of
from rest_compat.routes import LegacyRoute

_EXAMPLES = Path(__file__).with_name("examples.json")
_PAYMENT_PAGE = "https://shop.example/sandbox/payment/S000000000000000000000000000000000001"
_WHOLE_NUMBERS = {"X-RateLimit-Limit": "requests a window", "X-RateLimit-Remaining": "requests left in it"}
_LATER = {"Retry-After": "seconds to wait"}
_SERVER_ERROR = "Server Error"
_FRAMEWORK: Mapping[int, tuple[str, str, Mapping[str, str]]] = {
    401: ("No, an invalid, an expired or a revoked token", "Unauthenticated.", {}),
    404: ("The address holds no id", "", {}),
    408: ("The body did not come in time", "Request Timeout", {}),
    413: ("The body is too large", "Content Too Large", {}),
    429: ("Too many requests", "Too Many Attempts.", {**_LATER, "X-RateLimit-Reset": "unix seconds"}),
    500: ("A fault of ours", _SERVER_ERROR, {}),
    503: ("The database is away", "Service Unavailable", _LATER),
}
"""What the framework answers: meaning, message, and headers besides the rate limit's."""


@cache
def documented() -> Mapping[str, list[dict[str, Any]]]:
    """The reference's own answers by method and path: examples of success and of refusals."""
    examples: dict[str, list[dict[str, Any]]] = json.loads(_EXAMPLES.read_text(encoding="utf-8"))
    return examples


def framework_answers() -> dict[str, Schema]:
    """What the framework answers on many routes: components that `answers` refers to."""
    return {str(status): _framework(status) for status in _FRAMEWORK}


def answers(line: LegacyRoute, description: Description) -> dict[str, Schema]:
    """The `responses` object of the route's operation."""
    found: dict[int, Schema] = {
        status: {"$ref": f"#/components/responses/{status}"}
        for status in _framework_statuses(line, description)
    }
    for status, refusals in _refusals(line, description).items():
        if status != 200:
            found[status] = _json(refusals[0].message, *_told(refusals))
    if description.redirects:
        found[302] = _redirection()
    if description.shows_page:
        found |= {200: _page("What became of the payment"), 404: _page("No such payment")}
    elif body := _ordinary(line, description):
        found[200] = body
    return {str(status): found[status] for status in sorted(found)}


def _framework_statuses(line: LegacyRoute, description: Description) -> Iterator[int]:
    yield from (429, 500, 503)
    if line.needs_token:
        yield 401
    if "{id}" in line.path:
        yield 404
    if description.fields:
        yield from (408, 413)


def _ordinary(line: LegacyRoute, description: Description) -> Schema | None:
    """HTTP 200: success, and whatever the reference tells by the `status` in the body."""
    schemas, refused = _told(_refusals(line, description).get(200, []))
    bodies = [description.answer] if description.answer else []
    if not bodies and not schemas:
        return None
    examples = [body for body in documented()[f"{line.method} {line.path}"] if "status" in body]
    known = {(body.get("status"), body.get("message")) for body in examples}
    examples += [body for body in refused if (body["status"], body["message"]) not in known]
    meaning = "Success, or what the `status` in the body says" if bodies else "Refused: see `status`"
    return _json(meaning, [*bodies, *schemas], examples)


def _problems(line: LegacyRoute, description: Description) -> Iterator[type[Problem]]:
    declared = problems_of(description.operation) if description.operation else ()
    for kind in declared:
        is_of_the_key = kind in (IdempotencyKeyReused, IdempotencyKeyInProgress)
        if kind is not InvalidInput and (description.takes_key or not is_of_the_key):
            yield kind
    if line.method == "POST" and description.fields:
        yield InvalidInput
    if description.takes_key and IdempotencyKeyInProgress not in declared:
        yield IdempotencyKeyInProgress


def _refusals(line: LegacyRoute, description: Description) -> dict[int, list[Refusal]]:
    """What the route may refuse with, by HTTP status; what is worded alike counts once."""
    found: dict[int, list[Refusal]] = {}
    for kind in _problems(line, description):
        for refusal in refusals_of(kind, line.path):
            alike = found.setdefault(refusal.http_status, [])
            if refusal not in alike:
                alike.append(refusal)
    if description.takes_key:
        found.setdefault(MALFORMED_KEY.http_status, []).append(MALFORMED_KEY)
    return found


def _told(refusals: list[Refusal]) -> tuple[list[Schema], list[dict[str, Any]]]:
    """Schemas and examples; numbers stand where the wording names values."""
    schemas, examples = [], []
    for refusal in refusals:
        parts = re.split(r"\{\w+\}", refusal.message)
        message = {"const": refusal.message} if len(parts) == 1 else {**TEXT, "pattern": _pattern(parts)}
        schemas.append(record({"status": {"const": refusal.status}, "message": message}))
        examples.append({"status": refusal.status, "message": "1".join(parts)})
    return schemas, examples


def _pattern(parts: list[str]) -> str:
    return f"^{'[0-9]+'.join(part.replace('.', '[.]') for part in parts)}$"


def _framework(status: int) -> Schema:
    meaning, message, headers = _FRAMEWORK[status]
    schema = record({"message": {"const": message}})
    return _json(meaning, [schema], [{"message": message}], headers=headers)


def _redirection() -> Schema:
    schema = record({"status": {"const": 302}, "url": {**TEXT, "format": "uri"}})
    answer = _json("To the gateway's page", [schema], [{"status": 302, "url": _PAYMENT_PAGE}])
    location = {"description": "the gateway's page", "schema": {**TEXT, "format": "uri"}}
    return {**answer, "headers": {**answer["headers"], "Location": location}}


def _page(meaning: str) -> Schema:
    content = {"text/html": {"schema": TEXT, "example": "<!doctype html>…"}}
    return {"description": meaning, "headers": _headers({}), "content": content}


def _json(
    meaning: str,
    schemas: list[Schema],
    examples: list[dict[str, Any]],
    *,
    headers: Mapping[str, str] | None = None,
) -> Schema:
    schema = schemas[0] if len(schemas) == 1 else {"oneOf": schemas}
    shown = {f"example {number}": {"value": example} for number, example in enumerate(examples, 1)}
    content = {"application/json": {"schema": schema, "examples": shown}}
    return {"description": meaning, "headers": _headers(headers or {}), "content": content}


def _headers(more: Mapping[str, str]) -> dict[str, Schema]:
    return {
        name: {"description": meaning, "schema": {"type": "integer", "minimum": 0}}
        for name, meaning in {**_WHOLE_NUMBERS, **more}.items()
    }
