"""Documents requested by hash or id."""

import contextlib
import hashlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from starlette.responses import HTMLResponse

from config.settings import Settings
from engine.protection.document_cache import UnusableDocument
from engine.protection.persisted_documents import InvalidManifest, PersistedDocuments, TrustedDocuments
from engine.transport.view import GraphQLView
from engine.transport.websocket import GraphQLSockets
from schema.context import Context
from tests.engine.transport.websocket_app import SCHEMA
from tests.fakes import RecordingSms, build_app
from tests.sockets import open_socket, serve
from tests.subtest_cases import for_each

ECHO = "query ($t: String!) {echo(text: $t)}"
LANGUAGE = "{language}"


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def hash_extension(hash_: str) -> dict[str, object]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": hash_}}}


def create_view(folder: Path, **settings: object) -> GraphQLView:
    app = build_app(Settings.model_validate({"data_folder": folder, **settings}), RecordingSms())
    return GraphQLView(SCHEMA, app=app, context=Context, ide=HTMLResponse)


@asynccontextmanager
async def persisted_client(folder: Path, **settings: object) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_view(folder, **settings))
    async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
        yield client


@pytest.fixture
def opening(tmp_path: Path) -> Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]:
    """Clients of views with settings of their own."""
    return lambda **settings: persisted_client(tmp_path, **settings)


Opening = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


def get_error_code(response: httpx.Response) -> str:
    code: str = response.json()["errors"][0]["extensions"]["code"]
    return code


async def test_a_document_is_persisted_once_and_requested_by_its_hash(opening: Opening) -> None:
    requested = {**hash_extension(sha256(ECHO)), "variables": {"t": "a"}}
    async with opening() as client:
        missing = await client.post("/", json=requested)
        assert get_error_code(missing) == "PERSISTED_QUERY_NOT_FOUND"
        assert missing.json()["errors"][0]["message"] == "PersistedQueryNotFound"

        left = await client.post("/", json={**requested, "query": ECHO})
        found = await client.post("/", json=requested)
        assert left.json()["data"] == found.json()["data"] == {"echo": "a"}


async def test_a_hash_may_be_sent_by_get_and_as_a_document_id(opening: Opening) -> None:
    requested = hash_extension(sha256(LANGUAGE))
    async with opening() as client:
        await client.post("/", json={**requested, "query": LANGUAGE})

        extensions = quote(json.dumps(requested["extensions"]))
        got = await client.get(f"/?extensions={extensions}", headers={"accept": "text/html"})
        assert got.json()["data"] == {"language": "fa"}
        for document_id in (sha256(LANGUAGE), f"sha256:{sha256(LANGUAGE)}"):
            posted = await client.post("/", json={"documentId": document_id})
            assert posted.json()["data"] == {"language": "fa"}


async def test_a_mutation_is_not_run_by_get_for_being_persisted(opening: Opening) -> None:
    requested = hash_extension(sha256("mutation {shout}"))
    async with opening() as client:
        await client.post("/", json={**requested, "query": "mutation {shout}"})
        got = await client.get(f"/?extensions={quote(json.dumps(requested['extensions']))}")
    assert (got.status_code, got.headers["allow"]) == (405, "POST")


async def test_the_hash_of_another_text_is_refused_and_stores_nothing(opening: Opening) -> None:
    requested = hash_extension(sha256(LANGUAGE))
    async with opening() as client:
        wrong = await client.post("/", json={**requested, "query": ECHO})
        assert get_error_code(wrong) == "PERSISTED_QUERY_MISMATCH"
        assert get_error_code(await client.post("/", json=requested)) == "PERSISTED_QUERY_NOT_FOUND"


async def test_clients_get_an_error_when_there_is_no_store(opening: Opening) -> None:
    async with opening(graphql_persisted_queries=0) as client:
        answer = await client.post("/", json=hash_extension(sha256(LANGUAGE)))
        assert get_error_code(answer) == "PERSISTED_QUERY_NOT_SUPPORTED"
        assert (await client.post("/", json={"query": LANGUAGE})).json()["data"] == {"language": "fa"}


@for_each(
    "body",
    [
        {"extensions": {"persistedQuery": 1}},
        {"extensions": {"persistedQuery": {}}},
        {"extensions": {"persistedQuery": {"version": 2, "sha256Hash": "a"}}},
        {"extensions": {"persistedQuery": {"version": 1}}},
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": 1}}},
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "a" * 300}}},
        {"extensions": {"persistedQuery": None}},
        {"documentId": ""},
        {"documentId": 1},
        {"documentId": None},
    ],
)
async def test_a_malformed_hash_is_a_bad_request(opening: Opening, body: dict[str, object]) -> None:
    async with opening() as client:
        answer = await client.post("/", json=body)
    assert (answer.status_code, get_error_code(answer)) == (400, "BAD_REQUEST")


def test_the_store_evicts_the_least_recently_used_document() -> None:
    store = PersistedDocuments(max_documents=2)
    for text in ("{a}", "{b}"):
        store.resolve_text(text, sha256(text))
    store.resolve_text(None, sha256("{a}"))
    store.resolve_text("{c}", sha256("{c}"))

    assert store.resolve_text(None, sha256("{a}")) == "{a}"
    with pytest.raises(Exception, match="PersistedQueryNotFound"):
        store.resolve_text(None, sha256("{b}"))


def test_a_document_of_any_length_that_can_run_is_kept() -> None:
    store = PersistedDocuments(max_documents=10)
    text = "{a}" + " " * 32_000
    assert store.resolve_text(text, sha256(text)) == text
    assert store.resolve_text(None, sha256(text)) == text


def test_the_store_is_bounded_by_bytes() -> None:
    store = PersistedDocuments(max_documents=10)
    texts = [f"{{a{number}}}" + " " * 32_000 for number in range(10)]
    for text in texts:
        store.resolve_text(text, sha256(text))
    kept = 0
    for text in texts:
        with contextlib.suppress(UnusableDocument):
            kept += len(store.resolve_text(None, sha256(text)))
    assert 0 < kept <= 10 * 8_192


def test_new_documents_do_not_evict_documents_in_use() -> None:
    store = PersistedDocuments(max_documents=10)
    store.resolve_text("{a}", sha256("{a}"))
    store.resolve_text(None, sha256("{a}"))
    for number in range(100):
        store.resolve_text(f"{{b{number}}}", sha256(f"{{b{number}}}"))
    assert store.resolve_text(None, sha256("{a}")) == "{a}"


async def test_a_socket_can_use_documents_persisted_over_http(tmp_path: Path) -> None:
    view = create_view(tmp_path)
    app = build_app(Settings(data_folder=tmp_path), RecordingSms())
    async with (
        serve(GraphQLSockets(view.engine, app=app, context=Context)) as url,
        httpx.AsyncClient(transport=httpx.ASGITransport(view), base_url="http://shop") as http,
        open_socket(url) as client,
    ):
        await client.initialise()
        requested = {**hash_extension(sha256(ECHO)), "variables": {"t": "a"}}
        await client.send("subscribe", id="1", payload=requested)
        assert await client.error_code("1") == "PERSISTED_QUERY_NOT_FOUND"

        await http.post("/", json={**requested, "query": ECHO})
        await client.send("subscribe", id="1", payload=requested)
        assert await client.next("1") == {"data": {"echo": "a"}}


MANIFESTS = {
    "plain": {"one": LANGUAGE, "two": ECHO},
    "apollo": {
        "format": "apollo-persisted-query-manifest",
        "version": 1,
        "operations": [
            {"id": "one", "name": "", "type": "query", "body": LANGUAGE},
            {"id": "two", "name": "", "type": "query", "body": ECHO},
        ],
    },
}


@pytest.fixture(params=MANIFESTS)
def manifest(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    file = tmp_path / "documents.json"
    file.write_text(json.dumps(MANIFESTS[request.param]), encoding="utf-8")
    return file


async def test_only_trusted_documents_run(opening: Opening, manifest: Path) -> None:
    async with opening(graphql_trusted_documents=manifest) as client:
        for requested in ({"documentId": "one"}, hash_extension("one"), {"query": LANGUAGE}):
            assert (await client.post("/", json=requested)).json()["data"] == {"language": "fa"}

        for requested in (
            {"documentId": "three"},
            {"query": "{__typename}"},
            {"query": "{__typename}", "documentId": "one"},
            {"query": "{__typename}", **hash_extension(sha256("{__typename}"))},
        ):
            answer = await client.post("/", json=requested)
            assert get_error_code(answer) == "DOCUMENT_NOT_TRUSTED"


async def test_a_socket_runs_only_trusted_documents(tmp_path: Path, manifest: Path) -> None:
    view = create_view(tmp_path, graphql_trusted_documents=manifest)
    app = build_app(Settings(data_folder=tmp_path), RecordingSms())
    async with (
        serve(GraphQLSockets(view.engine, app=app, context=Context)) as url,
        open_socket(url) as client,
    ):
        await client.initialise()
        await client.start("1", "{__typename}")
        assert await client.error_code("1") == "DOCUMENT_NOT_TRUSTED"
        await client.send("subscribe", id="1", payload={"documentId": "one"})
        assert await client.next("1") == {"data": {"language": "fa"}}


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"a": 1}', '{"operations": [{"id": "a"}]}', '"a"'])
def test_a_file_that_is_not_a_manifest_is_refused_by_name(tmp_path: Path, content: str) -> None:
    file = tmp_path / "documents.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(InvalidManifest, match=r"documents\.json"):
        TrustedDocuments.load(file)


def test_a_manifest_that_is_missing_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(InvalidManifest, match=r"GRAPHQL_TRUSTED_DOCUMENTS=.*nowhere\.json"):
        TrustedDocuments.load(tmp_path / "nowhere.json")
