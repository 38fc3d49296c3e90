"""The whole document, put together from the route table."""

from functools import cache
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from asgi.documents import CachedDocument
from domain import idempotency_keys
from rest_compat.description.answers import answers, framework_answers
from rest_compat.description.groups import group_of, tags
from rest_compat.description.operations import DESCRIPTIONS, Description
from rest_compat.description.records import RECORDS, TEXT, Schema
from rest_compat.routes import TABLE, LegacyRoute

PATH = "/docs/openapi.json"
_BODY_TYPES = ("application/x-www-form-urlencoded", "application/json", "multipart/form-data")
_ABOUT = (
    "The documented routes of the legacy mobile app. Refusals come with HTTP 200 and their status in the "
    "body, as the app expects. Parameters may be in the query string, a JSON body or a form body; the body "
    "wins. Money is whole Toman."
)


def document(public_url: str) -> dict[str, Any]:
    """The OpenAPI 3.1 description of every route, for an installation at `public_url`."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Vitrin", "version": "1", "description": _ABOUT},
        "servers": [{"url": public_url}],
        "tags": tags(),
        "paths": _paths(),
        "components": {
            "schemas": dict(RECORDS),
            "responses": framework_answers(),
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT (RS256)"},
            },
        },
    }


def encoded(public_url: str) -> bytes:
    """`document` as JSON, indented for readers."""
    return orjson.dumps(document(public_url), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def route(public_url: str) -> Route:
    """GET /docs/openapi.json."""
    kept = {"Content-Type": "application/json", "Cache-Control": "public, max-age=300"}
    described = CachedDocument(encoded(public_url), headers=kept)

    async def answer(request: Request) -> Response:
        return described.respond(request)

    return Route(PATH, answer)


@cache
def _paths() -> dict[str, dict[str, Schema]]:
    paths: dict[str, dict[str, Schema]] = {}
    for line in TABLE:
        operations = paths.setdefault(f"/api{line.path}", {})
        operations[line.method.lower()] = _operation(line, DESCRIPTIONS[line.method, line.path])
    return paths


def _operation(line: LegacyRoute, description: Description) -> Schema:
    operation: dict[str, Any] = {
        "operationId": _name(line),
        "summary": description.summary,
        "tags": [group_of(line.path).name],
        "parameters": _parameters(line, description),
        "responses": answers(line, description),
    }
    if line.method == "POST" and description.fields:
        operation["requestBody"] = _body(description)
    if line.needs_token:
        operation["security"] = [{"token": []}]
    return operation


def _name(line: LegacyRoute) -> str:
    words = line.path.replace("{id}", "by_id").split("/")[2:]
    return "_".join([line.method.lower(), *words])


def _parameters(line: LegacyRoute, description: Description) -> list[Schema]:
    found: list[Schema] = []
    if "{id}" in line.path:
        number = {"type": "integer", "minimum": 1}
        example = description.example["id"]
        found.append({"name": "id", "in": "path", "required": True, "schema": number, "example": example})
    if line.method == "GET":
        for name, schema in description.fields.items():
            shown: Schema = {"example": description.example[name]} if name in description.example else {}
            found.append({"name": name, "in": "query", "schema": schema, **shown})
    if description.takes_key:
        key = {**TEXT, "minLength": 1, "maxLength": idempotency_keys.MAX_LENGTH, "pattern": "^[!-~]+$"}
        # A key of its own for each route: one that is used for another request is refused.
        shown = {"example": str(uuid5(NAMESPACE_URL, line.path))}
        found.append({"name": "Idempotency-Key", "in": "header", "schema": key, **shown})
    return found


def _body(description: Description) -> Schema:
    schema = {
        "type": "object",
        "properties": dict(description.fields),
        "required": list(description.required),
    }
    example = {name: value for name, value in description.example.items() if name in description.fields}
    media = {"schema": schema, "example": example}
    content = dict.fromkeys(_BODY_TYPES, media)
    return {"required": bool(description.required), "content": content}
