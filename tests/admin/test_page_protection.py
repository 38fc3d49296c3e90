"""The pages' security policy: no other sites, and only their own scripts."""

import re

import httpx
import pytest

from resolvers.app_context import AppContext
from tests.admin.http_client import StaffClient
from tests.resolvers.staff.scenario import create_scenario

PAGES = [
    "/login",
    "/",
    "/orders/list",
    "/services/list",
    "/services/create",
    "/orders/detail?pk=1",
    "/settings",
]


@pytest.fixture(params=PAGES)
async def page(request: pytest.FixtureRequest, app: AppContext, client: httpx.AsyncClient) -> httpx.Response:
    scenario = await create_scenario(app)
    staff_client = await StaffClient.create(app, client, scenario.owner.user)
    if request.param == "/login":
        client.cookies.delete("staff")
    path = request.param.replace("pk=1", f"pk={scenario.order.id}")
    answer = await staff_client.client.get(f"/admin{path}")
    assert answer.status_code == 200
    return answer


pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_only_scripts_with_the_page_s_nonce_may_run(page: httpx.Response) -> None:
    policy = page.headers["content-security-policy"]
    [nonce] = re.findall(r"'nonce-([^']+)'", policy)
    [scripts] = [part for part in policy.split("; ") if part.startswith("script-src")]

    assert "unsafe-inline" not in scripts
    assert "unsafe-eval" not in scripts
    tags = re.findall(r"<script[^>]*>", page.text)
    assert tags
    assert [tag for tag in tags if f'nonce="{nonce}"' not in tag] == []


async def test_every_inline_handler_is_allowed_by_the_policy(page: httpx.Response) -> None:
    handlers = set(re.findall(r"\son[a-z]+=\"([^\"]*)\"", page.text))

    assert handlers <= {"window.location = this.value"}


async def test_nothing_is_fetched_from_elsewhere(page: httpx.Response) -> None:
    addresses = re.findall(r'(?:src|href|action)="(https?:)?//([^/"]+)', page.text)

    assert {host for _, host in addresses} <= {"localhost:8000"}
    assert "@import" not in page.text


async def test_pages_are_not_cached(page: httpx.Response) -> None:
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-content-type-options"] == "nosniff"


async def test_a_nonce_is_valid_for_one_page(app: AppContext, client: httpx.AsyncClient) -> None:
    policies = {(await client.get("/admin/login")).headers["content-security-policy"] for _ in range(3)}

    assert len(policies) == 3
