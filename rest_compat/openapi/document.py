"""Builds the OpenAPI document from the route table."""

from functools import cache
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domain import idempotency_keys
from rest_compat.openapi.operations import DESCRIPTIONS, Description
from rest_compat.openapi.responses import build_framework_responses, build_responses
from rest_compat.openapi.schemas import RECORDS, TEXT, Schema
from rest_compat.openapi.tags import build_tags, get_group
from rest_compat.routes import LEGACY_ROUTES, LegacyRoute
from web.cached_documents import CachedDocument

PATH = "/docs/openapi.json"
_BODY_TYPES = ("application/x-www-form-urlencoded", "application/json", "multipart/form-data")
_ABOUT = (
    "The documented routes of the legacy mobile app. Refusals come with HTTP 200 and their status in the "
    "body, as the app expects. Parameters may be in the query string, a JSON body or a form body; the body "
    "wins. Money is whole Toman."
)


def build_document(public_url: str) -> dict[str, Any]:
    """The OpenAPI 3.1 document of every route, for an installation at `public_url`."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Vitrin", "version": "1", "description": _ABOUT},
        "servers": [{"url": public_url}],
        "tags": build_tags(),
        "paths": _build_paths(),
        "components": {
            "schemas": dict(RECORDS),
            "responses": build_framework_responses(),
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT (RS256)"},
            },
        },
    }


def encode_document(public_url: str) -> bytes:
    """`document` as indented JSON."""
    return orjson.dumps(build_document(public_url), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def build_route(public_url: str) -> Route:
    """GET /docs/openapi.json."""
    headers = {"Content-Type": "application/json", "Cache-Control": "public, max-age=300"}
    cached_document = CachedDocument(encode_document(public_url), headers=headers)

    async def answer(request: Request) -> Response:
        return cached_document.respond(request)

    return Route(PATH, answer)


@cache
def _build_paths() -> dict[str, dict[str, Schema]]:
    paths: dict[str, dict[str, Schema]] = {}
    for legacy_route in LEGACY_ROUTES:
        operations = paths.setdefault(f"/api{legacy_route.path}", {})
        operations[legacy_route.method.lower()] = _build_operation(
            legacy_route, DESCRIPTIONS[legacy_route.method, legacy_route.path]
        )
    return paths


def _build_operation(legacy_route: LegacyRoute, description: Description) -> Schema:
    operation: dict[str, Any] = {
        "operationId": _build_operation_id(legacy_route),
        "summary": description.summary,
        "tags": [get_group(legacy_route.path).name],
        "parameters": _build_parameters(legacy_route, description),
        "responses": build_responses(legacy_route, description),
    }
    if legacy_route.method == "POST" and description.fields:
        operation["requestBody"] = _build_request_body(description)
    if legacy_route.needs_token:
        operation["security"] = [{"token": []}]
    return operation


def _build_operation_id(legacy_route: LegacyRoute) -> str:
    segments = legacy_route.path.replace("{id}", "by_id").split("/")[2:]
    return "_".join([legacy_route.method.lower(), *segments])


def _build_parameters(legacy_route: LegacyRoute, description: Description) -> list[Schema]:
    parameters: list[Schema] = []
    if "{id}" in legacy_route.path:
        number = {"type": "integer", "minimum": 1}
        example = description.example["id"]
        parameters.append(
            {"name": "id", "in": "path", "required": True, "schema": number, "example": example}
        )
    if legacy_route.method == "GET":
        for name, schema in description.fields.items():
            shown: Schema = {"example": description.example[name]} if name in description.example else {}
            parameters.append({"name": name, "in": "query", "schema": schema, **shown})
    if description.takes_key:
        key = {**TEXT, "minLength": 1, "maxLength": idempotency_keys.MAX_LENGTH, "pattern": "^[!-~]+$"}
        # A key of its own for each route: reusing one for another request is refused.
        shown = {"example": str(uuid5(NAMESPACE_URL, legacy_route.path))}
        parameters.append({"name": "Idempotency-Key", "in": "header", "schema": key, **shown})
    return parameters


def _build_request_body(description: Description) -> Schema:
    schema = {
        "type": "object",
        "properties": dict(description.fields),
        "required": list(description.required),
    }
    example = {name: value for name, value in description.example.items() if name in description.fields}
    media = {"schema": schema, "example": example}
    content = dict.fromkeys(_BODY_TYPES, media)
    return {"required": bool(description.required), "content": content}
