"""The token in a form is good for one session."""

from dataclasses import replace

import httpx
import pytest

from app.application import build_application
from config.settings import Settings
from domain.roles import UserRole
from resolvers.app_context import AppContext
from tests.admin.http_client import CSRF, StaffClient
from tests.resolvers.staff.scenario import create_member

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_a_token_issued_to_another_session_is_refused(
    app: AppContext, client: httpx.AsyncClient
) -> None:
    staff_client = await StaffClient.create(app, client, await create_member(UserRole.OWNER))
    await staff_client.get("/")
    planted = client.cookies[CSRF].strip('"')

    other = await StaffClient.create(app, client, await create_member(UserRole.OWNER))
    client.cookies.set(CSRF, planted)
    refused = await client.post("/admin/logout", data={"csrftoken": planted})
    client.cookies.delete(CSRF)
    accepted = await other.post("/logout", {})

    assert refused.status_code == 403
    assert accepted.status_code == 303


async def test_under_https_the_token_is_in_a_cookie_that_no_other_host_can_plant(app: AppContext) -> None:
    known = {"database_url": app.settings.database_url, "public_url": "https://shop.example"}
    transport = httpx.ASGITransport(build_application(replace(app, settings=Settings.model_validate(known))))
    async with httpx.AsyncClient(transport=transport, base_url="https://shop.example") as client:
        page = await client.get("/admin/login")

    [cookie] = [text for text in page.headers.get_list("set-cookie") if "csrf" in text]
    assert cookie.startswith("__Host-csrf=")
    assert {"Secure", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "Domain" not in cookie
