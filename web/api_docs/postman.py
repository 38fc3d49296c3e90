"""The routes as a Postman collection v2.1, which newman can run as well.

Its variables are `baseUrl` and `token`; the collection's sign-in request sets the token. Each request has the
documented responses as saved examples, and a test that the actual status is a documented one.
"""

import json
from http import HTTPStatus
from typing import Any

from web.api_docs.openapi_view import Document, DocumentedResponse, Operation, read_groups
from web.api_docs.samples import get_headers

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
_KEY = "Idempotency-Key"

Item = dict[str, Any]


def build_collection(document: Document) -> Item:
    """The collection of an OpenAPI document, with a folder per group."""
    info = document["info"]
    return {
        "info": {"name": info["title"], "description": info["description"], "schema": SCHEMA},
        "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{token}}", "type": "string"}]},
        "variable": [
            {"key": "baseUrl", "value": document["servers"][0]["url"], "type": "string"},
            {"key": "token", "value": "", "type": "string"},
        ],
        "item": [
            {
                "name": group.name,
                "description": group.about,
                "item": [_build_item(operation) for operation in group.operations],
            }
            for group in read_groups(document)
        ],
    }


def _build_item(operation: Operation) -> Item:
    request = _build_request(operation)
    return {
        "name": operation.summary,
        "request": request,
        # Where a redirect leads is another server's concern.
        "protocolProfileBehavior": {"followRedirects": False},
        "event": [{"listen": "test", "script": {"type": "text/javascript", "exec": _build_tests(operation)}}],
        "response": [
            _build_saved_response(request, answer, example)
            for answer in operation.own_answers
            for example in answer.examples
        ],
    }


def _build_request(operation: Operation) -> Item:
    request: Item = {
        "method": operation.method,
        "description": operation.summary,
        "header": [
            # A new one for every request: only a retry may reuse a key.
            {"key": name, "value": "{{$guid}}" if name == _KEY else value}
            for name, value in get_headers(operation).items()
        ],
        "url": _build_url(operation),
    }
    if not operation.needs_token:
        request["auth"] = {"type": "noauth"}
    if body := operation.examples("body"):
        raw = json.dumps(body, ensure_ascii=False, indent=4)
        request["body"] = {"mode": "raw", "raw": raw, "options": {"raw": {"language": "json"}}}
    return request


def _build_url(operation: Operation) -> Item:
    steps = [f":{step[1:-1]}" if step.startswith("{") else step for step in operation.path[1:].split("/")]
    query = [
        {
            "key": parameter.name,
            "value": "" if parameter.example is None else str(parameter.example),
            "description": parameter.meaning,
            "disabled": parameter.example is None,
        }
        for parameter in operation.parameters
        if parameter.place == "query"
    ]
    query_string = "&".join(f"{entry['key']}={entry['value']}" for entry in query if not entry["disabled"])
    return {
        "raw": f"{{{{baseUrl}}}}/{'/'.join(steps)}{'?' * bool(query_string)}{query_string}",
        "host": ["{{baseUrl}}"],
        "path": steps,
        "query": query,
        "variable": [
            {"key": name, "value": str(value)} for name, value in operation.examples("path").items()
        ],
    }


def _build_tests(operation: Operation) -> list[str]:
    statuses = json.dumps([answer.http_status for answer in operation.own_answers])
    lines = [
        'pm.test("The HTTP status is a documented one", () => {',
        f"    pm.expect(pm.response.code).to.be.oneOf({statuses});",
        "});",
    ]
    for answer in operation.own_answers:
        if answer.body_statuses:
            statuses = json.dumps(answer.body_statuses)
            lines += [
                f"if (pm.response.code === {answer.http_status}) {{",
                '    pm.test("The status in the body is a documented one", () => {',
                f"        pm.expect(pm.response.json().status).to.be.oneOf({statuses});",
                "    });",
                "}",
            ]
    if operation.gives_token:
        lines += [
            "if (pm.response.json().access_token) {",
            '    pm.collectionVariables.set("token", pm.response.json().access_token);',
            "}",
        ]
    return lines


def _build_saved_response(request: Item, answer: DocumentedResponse, example: object) -> Item:
    status = example.get("status", "") if isinstance(example, dict) else ""
    return {
        "name": f"{answer.http_status} {status}".strip(),
        "originalRequest": request,
        "status": HTTPStatus(answer.http_status).phrase,
        "code": answer.http_status,
        "header": [{"key": "Content-Type", "value": answer.media_type}],
        "body": json.dumps(example, ensure_ascii=False, indent=4) if answer.is_json else str(example),
        "_postman_previewlanguage": "json" if answer.is_json else "html",
    }
