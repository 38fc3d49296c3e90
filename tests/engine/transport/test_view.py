"""GraphQL over HTTP."""

import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
import pytest_asyncio
import strawberry
from starlette.responses import HTMLResponse
from strawberry.schema.config import StrawberryConfig
from tortoise.exceptions import DBConnectionError

import schema
from config.settings import Settings
from domain.money import Toman
from domain.problems import Forbidden, InvalidInput
from engine.transport.view import GraphQLView
from schema.context import Context, Info
from schema.scalars import SCALARS
from tests.fakes import RecordingSms, build_app
from tests.subtest_cases import for_each

MODERN = "application/graphql-response+json"


@strawberry.type
class Query:
    @strawberry.field
    def echo(self, text: str) -> str:
        return text

    @strawberry.field
    def language(self, info: Info) -> str:
        return info.context.language

    @strawberry.field
    def address(self, info: Info) -> str:
        return info.context.address

    @strawberry.field
    def secret(self) -> str | None:
        raise RuntimeError("the password is 1234")

    @strawberry.field
    def away(self) -> str:
        raise DBConnectionError("connection to 10.0.0.7 refused")

    @strawberry.field
    def refused(self) -> str | None:
        raise Forbidden

    @strawberry.field
    def wrong(self) -> str | None:
        raise InvalidInput(field="first")

    @strawberry.field
    def astronomical(self) -> Toman | None:
        return Toman(2**53)

    @strawberry.field
    def private(self, info: Info) -> int | None:
        return info.context.user.id


@strawberry.type
class Mutation:
    @strawberry.mutation
    def shout(self) -> str:
        return "done"


@pytest_asyncio.fixture
async def http(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a view over a small schema; no database."""
    small = strawberry.Schema(Query, Mutation, config=StrawberryConfig(scalar_map=SCALARS))
    app = build_app(Settings(data_folder=tmp_path), RecordingSms())
    view = GraphQLView(small, app=app, context=Context, ide=lambda: HTMLResponse("the page"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(view), base_url="http://shop") as client:
        yield client


async def send_query(http: httpx.AsyncClient, query: str, **headers: str) -> httpx.Response:
    return await http.post("/", json={"query": query}, headers=headers)


def get_response(response: httpx.Response) -> dict[str, object]:
    """The body, but for the cost."""
    body: dict[str, object] = response.json()
    del body["extensions"]
    return body


def first_extensions(response: httpx.Response) -> object:
    return response.json()["errors"][0]["extensions"]


async def test_post_answers_data(http: httpx.AsyncClient) -> None:
    response = await send_query(http, '{echo(text: "سلام")}')
    assert (response.status_code, get_response(response)) == (200, {"data": {"echo": "سلام"}})
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"


async def test_get_answers_a_query_with_variables(http: httpx.AsyncClient) -> None:
    variables = quote(json.dumps({"t": "a"}))
    response = await http.get(f"/?query=query($t:String!){{echo(text:$t)}}&variables={variables}")
    assert get_response(response) == {"data": {"echo": "a"}}


async def test_get_does_not_mutate(http: httpx.AsyncClient) -> None:
    response = await http.get("/?query=mutation{shout}")
    assert (response.status_code, response.headers["allow"]) == (405, "POST")


async def test_post_mutates(http: httpx.AsyncClient) -> None:
    assert get_response(await send_query(http, "mutation{shout}")) == {"data": {"shout": "done"}}


@for_each("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_other_methods_are_refused(http: httpx.AsyncClient, method: str) -> None:
    response = await http.request(method, "/")
    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD, POST")


@for_each("content_type", ["APPLICATION/JSON", "application/json; charset=UTF-8"])
async def test_json_is_known_in_any_case(http: httpx.AsyncClient, content_type: str) -> None:
    response = await http.post("/", content=b'{"query":"{language}"}', headers={"content-type": content_type})
    assert response.status_code == 200


FORM_TYPES = ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]


@for_each("content_type", FORM_TYPES)
async def test_requests_that_a_foreign_page_could_send_are_refused(
    http: httpx.AsyncClient, content_type: str
) -> None:
    response = await http.post("/", content=b'{"query":"{language}"}', headers={"content-type": content_type})
    assert (response.status_code, first_extensions(response)) == (
        415,
        {"code": "BAD_REQUEST"},
    )


BROKEN_BODIES = {
    "empty": b"",
    "invalid UTF-8": b'{"query":"\xff"}',
    "deep": b"[" * 100_000,
    "deep variables": b'{"query":"{language}","variables":' + b'{"a":' * 5_000 + b"1" + b"}" * 5_001,
    "null": b"null",
    "number": b"1",
    "text": b'"{language}"',
    "list": b"[]",
    "batch": b'[{"query":"{language}"}]',
    "long number": b"1" * 100_000,
    "long number inside": b'{"query":"{language}","variables":{"a":' + b"1" * 100_000 + b"}}",
    "no query": b"{}",
    "empty query": b'{"query":""}',
    "query null": b'{"query":null}',
    "query number": b'{"query":1}',
    "query list": b'{"query":["{language}"]}',
    "variables list": b'{"query":"{language}","variables":[]}',
    "variables text": b'{"query":"{language}","variables":"{}"}',
    "variables zero": b'{"query":"{language}","variables":0}',
    "operationName number": b'{"query":"{language}","operationName":1}',
    "extensions list": b'{"query":"{language}","extensions":[]}',
    "lone surrogate": b'{"query":"{echo(text: \\"\\ud800\\")}"}',
    "lone surrogate in variables": b'{"query":"{language}","variables":{"a":"\\udfff"}}',
    "byte order mark": b'\xef\xbb\xbf{"query":"{language}"}',
    "utf-16": '{"query":"{language}"}'.encode("utf-16"),
    "raw NUL": b'{"query":"{language}\0"}',
    "NaN": b'{"query":"{language}","variables":{"a":NaN}}',
}


@for_each("body", BROKEN_BODIES.values())
@for_each("accept", ["application/json", MODERN])
async def test_a_broken_body_is_a_bad_request(http: httpx.AsyncClient, body: bytes, accept: str) -> None:
    headers = {"content-type": "application/json", "accept": accept}
    response = await http.post("/", content=body, headers=headers)
    assert response.status_code == 400
    assert first_extensions(response) == {"code": "BAD_REQUEST"}


BROKEN_QUERY_STRINGS = [
    "",
    "variables={}",
    "query={language}&variables=[]",
    "query={language}&variables={",
    "query={language}&extensions=1",
]


@for_each("query", BROKEN_QUERY_STRINGS)
async def test_a_broken_query_string_is_a_bad_request(http: httpx.AsyncClient, query: str) -> None:
    response = await http.get(f"/?{query}", headers={"accept": "*/*"})
    assert (response.status_code, first_extensions(response)) == (
        400,
        {"code": "BAD_REQUEST"},
    )


@for_each("path", ["query={echo(text:%22%00%22)}", "query=%ff{a}", "query={language}%00"])
async def test_hostile_query_strings_are_not_internal_errors(http: httpx.AsyncClient, path: str) -> None:
    response = await http.get(f"/?{path}", headers={"accept": MODERN})
    assert response.status_code == 400


@for_each(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{nothing}", "GRAPHQL_VALIDATION_FAILED"),
        ("{echo(text: 1)}", "GRAPHQL_VALIDATION_FAILED"),
        ("query($t: String!){echo(text: $t)}", "BAD_USER_INPUT"),
        ("query a{language} query b{language}", "BAD_USER_INPUT"),
        ('{echo(text: "\\u0000")}', "BAD_USER_INPUT"),
    ],
)
@for_each(("accept", "status"), [("application/json", 200), ("*/*", 200), (MODERN, 400)])
async def test_a_document_that_cannot_run_has_no_data(
    http: httpx.AsyncClient, query: str, code: str, accept: str, status: int
) -> None:
    response = await send_query(http, query, accept=accept)
    assert response.status_code == status
    assert get_response(response).keys() == {"errors"}
    assert response.json()["errors"][0]["extensions"]["code"] == code


async def test_the_modern_media_type_is_sent_if_accepted(http: httpx.AsyncClient) -> None:
    response = await send_query(http, "{language}", accept=f"{MODERN.upper()}, application/json; q=0.9")
    assert (response.status_code, response.headers["content-type"]) == (200, f"{MODERN}; charset=utf-8")


async def test_variables_with_nul_are_refused_however_deep(http: httpx.AsyncClient) -> None:
    body = {"query": "{language}", "variables": {"a": [{"b\0": 1}]}}
    response = await http.post("/", json=body)
    assert first_extensions(response) == {"code": "BAD_USER_INPUT"}


async def test_a_null_name_and_variables_count_as_none(http: httpx.AsyncClient) -> None:
    body = {"query": "query a{language}", "variables": None, "operationName": None, "extensions": None}
    assert get_response(await http.post("/", json=body)) == {"data": {"language": "fa"}}


async def test_a_browser_gets_the_page(http: httpx.AsyncClient) -> None:
    response = await http.get("/", headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert (response.status_code, response.text) == (200, "the page")


async def test_a_query_from_a_browser_is_executed(http: httpx.AsyncClient) -> None:
    headers = {"accept": "text/html", "accept-language": "en-GB"}
    response = await http.get("/?query={language}", headers=headers)
    assert get_response(response) == {"data": {"language": "en"}}


async def test_fields_learn_the_address(http: httpx.AsyncClient) -> None:
    assert get_response(await send_query(http, "{address}")) == {"data": {"address": "127.0.0.1"}}


@for_each(("language", "message"), [("fa", "شما اجازه دسترسی ندارید."), ("en", "You do not have access.")])
async def test_a_problem_of_a_query_is_in_the_caller_s_language(
    http: httpx.AsyncClient, language: str, message: str
) -> None:
    body = (await send_query(http, "{refused}", **{"accept-language": language})).json()
    assert body["data"] == {"refused": None}
    assert body["errors"] == [
        {
            "message": message,
            "locations": [{"line": 1, "column": 2}],
            "path": ["refused"],
            "extensions": {"code": "FORBIDDEN"},
        }
    ]


async def test_invalid_input_of_a_query_names_its_field(http: httpx.AsyncClient) -> None:
    errors = (await send_query(http, "{wrong}")).json()["errors"]
    assert errors[0]["extensions"] == {"code": "INVALID_INPUT", "field": "first"}


async def test_a_field_that_needs_a_user_documents_it(http: httpx.AsyncClient) -> None:
    body = (await send_query(http, "{private language}", **{"accept-language": "en"})).json()
    assert body["data"] == {"private": None, "language": "en"}
    assert (body["errors"][0]["message"], body["errors"][0]["extensions"]) == (
        "Sign in first.",
        {"code": "UNAUTHENTICATED"},
    )


@pytest.mark.parametrize("field", ["secret", "astronomical"])
async def test_an_internal_error_is_masked_and_logged(
    http: httpx.AsyncClient, field: str, caplog: pytest.LogCaptureFixture
) -> None:
    response = await send_query(http, f"{{{field} language}}")
    (error,) = response.json()["errors"]
    assert (error["message"], error["extensions"]) == ("Unexpected error", {"code": "INTERNAL_SERVER_ERROR"})
    assert response.json()["data"]["language"] == "fa"
    (record,) = [record for record in caplog.records if record.name == "vitrin.graphql"]
    assert (record.levelno, record.exc_info is not None) == (logging.ERROR, True)


async def test_a_lost_database_is_answered_503(http: httpx.AsyncClient) -> None:
    response = await send_query(http, "{away}")
    assert (response.status_code, response.headers["retry-after"]) == (503, "1")
    assert first_extensions(response) == {"code": "SERVICE_UNAVAILABLE"}
    assert "10.0.0.7" not in response.text


async def test_a_short_document_does_not_buy_a_long_answer(http: httpx.AsyncClient) -> None:
    nested = "{name: " * 200 + "1" + "}" * 200
    response = await send_query(http, f"{{services(where: {nested}) {{totalCount}}}}")
    assert len(response.content) < 2_000


def test_the_view_accepts_the_product_s_schema(tmp_path: Path) -> None:
    app = build_app(Settings(data_folder=tmp_path), RecordingSms())
    assert GraphQLView(schema.schema, app=app, context=schema.Context, ide=HTMLResponse)


@pytest.mark.parametrize(("shows", "suggests"), [(True, True), (False, False)])
async def test_a_misspelled_variable_gets_suggestions_only_where_the_schema_is_shown(
    tmp_path: Path, shows: bool, suggests: bool
) -> None:
    app = build_app(Settings(data_folder=tmp_path, graphql_introspection=shows), RecordingSms())
    view = GraphQLView(schema.schema, app=app, context=schema.Context, ide=HTMLResponse)
    query = "query ($w: ServiceWhere) {services(where: $w) {totalCount}}"
    async with httpx.AsyncClient(transport=httpx.ASGITransport(view), base_url="http://shop") as client:
        answer = await client.post("/", json={"query": query, "variables": {"w": {"nam": 1}}})
    assert ("Did you mean" in answer.text) is suggests
    assert first_extensions(answer) == {"code": "BAD_USER_INPUT"}
