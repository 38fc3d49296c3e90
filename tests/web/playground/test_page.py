"""The page as served: whole, and from this origin alone."""

import json
import re
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from web.playground import page

ADDRESS = re.compile(r'(?:src|href)="([^"]*)"')
# What the bundler leaves of `import('./chunk.js')` and `new Worker(new URL('worker.js', …))`.
CHUNK = re.compile(r'["\'`/]([\w.-]+-[\w-]{8}\.(?:js|css|ttf))\b')


async def _page(_: Request) -> Response:
    return page.render_page()


def client() -> httpx.AsyncClient:
    app = Starlette(routes=[Route("/graphql", _page), Mount("/graphql/assets", page.build_assets())])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://testserver")


def addresses(html: str) -> list[str]:
    return ADDRESS.findall(html)


async def test_the_page_names_no_foreign_host() -> None:
    async with client() as visitor:
        html = (await visitor.get("/graphql")).text

    assert "<title>Vitrin GraphiQL</title>" in html
    assert addresses(html)
    for address in addresses(html):
        assert urlsplit(address).netloc == ""
        assert address.startswith(("/graphql/assets/", "data:"))


async def test_every_asset_that_the_page_names_is_served_for_good() -> None:
    async with client() as visitor:
        html = (await visitor.get("/graphql")).text
        for address in addresses(html):
            if address.startswith("data:"):
                continue
            answer = await visitor.get(address)
            assert answer.status_code == 200, address
            assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_every_chunk_that_an_asset_names_is_in_the_build() -> None:
    built = {file.name for file in page.DIST.iterdir()}
    named = {
        chunk
        for file in page.DIST.iterdir()
        if file.suffix in {".html", ".js", ".css"}
        for chunk in CHUNK.findall(file.read_text(encoding="utf-8"))
    }
    leftovers = built - named - {"index.html"}

    assert leftovers == set()
    assert any("worker" in name for name in named & built)


async def test_the_page_forbids_foreign_origins() -> None:
    async with client() as visitor:
        policy = (await visitor.get("/graphql")).headers["content-security-policy"]

    directives = dict(part.split(" ", 1) for part in policy.split("; "))
    assert directives["default-src"] == "'self'"
    assert "http" not in policy
    assert "*" not in policy
    assert "script-src" not in directives


async def test_an_unknown_asset_answers_404_without_a_lasting_cache() -> None:
    async with client() as visitor:
        answer = await visitor.get("/graphql/assets/index-00000000.js")

    assert answer.status_code == 404
    assert "immutable" not in answer.headers.get("cache-control", "")


def test_a_missing_build_says_how_to_build(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "DIST", tmp_path_factory.mktemp("dist"))
    page._read_index.cache_clear()

    with pytest.raises(page.PlaygroundNotBuilt, match=r"npm ci && npm run build"):
        page.render_page()


def test_the_lock_names_no_download_address_and_pins_every_package() -> None:
    folder = page.DIST.parent
    lock = json.loads((folder / "package-lock.json").read_text())
    manifest = json.loads((folder / "package.json").read_text())

    assert all("resolved" not in package for package in lock["packages"].values())
    for version in (manifest["dependencies"] | manifest["devDependencies"]).values():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)
