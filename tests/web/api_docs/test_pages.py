"""The pages below /docs: complete, self-contained, and bound by a strict policy."""

import json
import re
from html import unescape
from urllib.parse import urlsplit

import pytest

import schema
from rest_compat.openapi.responses import load_examples
from rest_compat.routes import LEGACY_ROUTES
from tests.live_servers import ROOT
from tests.web.api_docs.app import DOCUMENT, URL, client
from web.api_docs import assets

PAGES = ["/docs", "/docs/swagger", "/docs/reseller"]
_LOADED = re.compile(r'<(?:script[^>]* src|link[^>]* href|img[^>]* src)="([^"]*)"')
_LINKS = re.compile(r'<a [^>]*?href="([^"]*)"')
_IDS = re.compile(r' id="([^"]*)"')
_ANSWERS = re.compile(r'<pre class="answer"[^>]*>(.*?)</pre>', re.DOTALL)


def extract_text(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", html))


async def page(path: str) -> str:
    async with client() as reader:
        answer = await reader.get(path)
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_loads_its_own_files_only_and_its_policy_says_so(path: str) -> None:
    async with client() as reader:
        answer = await reader.get(path)
        loaded = [address for address in _LOADED.findall(answer.text) if not address.startswith("data:")]
        files = [await reader.get(address) for address in loaded]

    assert loaded
    for file in files:
        assert (file.status_code, file.headers["cache-control"]) == (
            200,
            "public, max-age=31536000, immutable",
        )
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert not re.search(r"\*|http|unsafe-eval", policy)
    assert not re.search(r"<style| style=| on[a-z]+=|<script>", answer.text)


@pytest.mark.parametrize("path", PAGES)
async def test_every_anchor_that_a_page_links_to_is_there_once(path: str) -> None:
    html = await page(path)
    anchors = _IDS.findall(html)

    assert len(set(anchors)) == len(anchors)
    linked = {urlsplit(link).fragment for link in _LINKS.findall(html) if link.startswith("#")}
    assert linked <= set(anchors)


async def test_the_reference_shows_every_route_parameter_status_and_documented_answer() -> None:
    html = await page("/docs")
    articles = re.findall(r"<article.*?</article>", html, re.DOTALL)
    assert len(articles) == len(LEGACY_ROUTES)

    shown = {re.sub(r"\s+", " ", extract_text(article)): article for article in articles}
    for line in LEGACY_ROUTES:
        operation = DOCUMENT["paths"][f"/api{line.path}"][line.method.lower()]
        (text,) = [text for text in shown if f" {line.method} /api{line.path} " in text]
        assert operation["summary"] in text
        assert (f"{line.path} token " in text) is line.needs_token
        body = operation.get("requestBody", {"content": {"application/json": {"schema": {"properties": {}}}}})
        names = {parameter["name"] for parameter in operation["parameters"]}
        names |= body["content"]["application/json"]["schema"]["properties"].keys()
        assert [name for name in names if f"<code>{name}</code>" not in shown[text]] == []
        assert [status for status in operation["responses"] if status not in text] == []
        answers = [extract_text(answer) for answer in _ANSWERS.findall(shown[text])]
        bodies = [json.loads(answer) for answer in answers if answer.startswith("{")]
        expected = [body for body in load_examples()[f"{line.method} {line.path}"] if "status" in body]
        assert [body for body in expected if body not in bodies] == []


async def test_the_reference_links_all_other_documents() -> None:
    links = set(_LINKS.findall(await page("/docs")))
    others = {"/docs/openapi.json", "/docs/collection.json", "/docs/schema.graphql", "/graphql"}
    assert others | {"/docs/swagger", "/docs/reseller"} <= links


async def test_persian_between_quotation_marks_is_isolated() -> None:
    assert '"<bdi>کد تایید ارسال شد</bdi>"' in await page("/docs")


async def test_the_graphql_schema_is_served_only_where_it_is_shown() -> None:
    async with client() as reader:
        assert (await reader.get("/docs/schema.graphql")).text == schema.print_sdl()
    async with client(shows_graphql=False) as reader:
        assert (await reader.get("/docs/schema.graphql")).status_code == 404
        assert "schema.graphql" not in (await reader.get("/docs")).text


async def test_the_reseller_reference_is_the_document_at_this_installation_s_address() -> None:
    html = await page("/docs/reseller")
    text = extract_text(html)
    source = (ROOT / "docs" / "reseller-api.md").read_text(encoding="utf-8")

    assert html.count("<h2") == source.count("\n## ")
    assert html.count("<table>") == len(re.findall(r"\n\|---", source))
    assert f"curl -s {URL}/api/v2" in text
    assert "127.0.0.1" not in text
    assert "checked by" not in html


async def test_an_asset_requested_by_another_hash_is_not_cached() -> None:
    async with client() as reader:
        answer = await reader.get(f"{assets.PATH}/page.css?000000000000")
        missing = await reader.get(f"{assets.PATH}/none.css")

    assert answer.headers["cache-control"] == "no-cache"
    assert missing.status_code == 404
    assert "cache-control" not in missing.headers


def test_the_committed_swagger_ui_is_the_pinned_version() -> None:
    folder = ROOT / "web" / "api_docs" / "swagger_ui"
    version = json.loads((folder / "package.json").read_text())["devDependencies"]["swagger-ui-dist"]
    bundle = (assets.FOLDER / "swagger-ui" / "swagger-ui-bundle.js").read_text(encoding="utf-8")
    lock = json.loads((folder / "package-lock.json").read_text())

    assert f'PACKAGE_VERSION:"{version}"' in bundle
    assert lock["packages"]["node_modules/swagger-ui-dist"]["version"] == version
    assert all("resolved" not in package for package in lock["packages"].values())
