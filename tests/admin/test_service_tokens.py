"""The page of service tokens: made by a fresh session, shown once, revoked at once."""

import re

import httpx
import pytest

from domain.permissions import Permission
from domain.roles import UserRole
from domain.sessions import SessionKind
from models import AccessToken, AuditEntry
from resolvers import sessions
from resolvers.app_context import AppContext
from tests.admin.http_client import StaffClient, get_message
from tests.admin.test_identity_confirmation import create_stale_client
from tests.resolvers.staff.scenario import create_member

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
REPORT = {"act": "create", "name": "nightly report", "days": "۳۰", "permission": "read_figures"}


async def test_an_owner_creates_a_token_that_is_shown_once_and_revokes_it(
    app: AppContext, client: httpx.AsyncClient
) -> None:
    owner = await create_member(UserRole.OWNER)
    staff_client = await StaffClient.create(app, client, owner)
    await staff_client.get("/service-tokens")

    created = await staff_client.post("/service-tokens", REPORT)

    found = re.search(r'id="new-token"[^>]*>([^<]+)<', created.text)
    assert found is not None
    viewer = await sessions.authenticate(app, found[1])
    assert viewer is not None
    row = await AccessToken.get(id=viewer.token_id)
    assert (row.kind, row.name, set(row.granted_permissions)) == (
        SessionKind.SERVICE,
        "nightly report",
        {Permission.READ_FIGURES},
    )
    assert (row.expires_at - row.issued_at).days == 30
    listed = await staff_client.get("/service-tokens")
    assert "nightly report" in get_message(listed)
    assert found[1] not in listed.text
    gone = await staff_client.post(
        "/service-tokens", {"act": "revoke", "token": sessions.to_public_id(row.id)}
    )
    assert gone.status_code == 303
    assert await sessions.authenticate(app, found[1]) is None
    assert await AuditEntry.filter(actor_id=owner.id).count() == 2


async def test_nothing_is_created_or_revoked_without_a_fresh_code(
    app: AppContext, client: httpx.AsyncClient
) -> None:
    staff_client, _ = await create_stale_client(app, client, await create_member(UserRole.OWNER))
    page = await staff_client.get("/service-tokens")
    assert 'id="confirm"' in page.text
    assert 'id="create"' not in page.text

    answer = await staff_client.post("/service-tokens", REPORT)

    assert (answer.status_code, httpx.URL(answer.headers["location"]).path) == (303, "/admin/account")
    assert not await AccessToken.filter(kind=SessionKind.SERVICE).exists()


async def test_malformed_or_ungrantable_values_are_refused_and_stay_in_the_form(
    app: AppContext, client: httpx.AsyncClient, subtests: pytest.Subtests
) -> None:
    staff_client = await StaffClient.create(app, client, await create_member(UserRole.OWNER))
    await staff_client.get("/service-tokens")
    for changed in (
        {"name": " "},
        {"days": "0"},
        {"days": "x"},
        {"permission": ""},
        {"permission": "manage_service_tokens"},
    ):
        with subtests.test(str(changed)):
            answer = await staff_client.post("/service-tokens", {**REPORT, **changed})
            assert answer.status_code == 422
            assert 'value="read_figures" checked' in answer.text or "permission" in changed
    assert not await AccessToken.filter(kind=SessionKind.SERVICE).exists()


async def test_only_owners_see_the_page(app: AppContext, client: httpx.AsyncClient) -> None:
    for role in (UserRole.SUPPORT, UserRole.MANAGER):
        staff_client = await StaffClient.create(app, client, await create_member(role))
        assert (await staff_client.get("/service-tokens")).status_code == 403
        assert (await staff_client.post("/service-tokens", REPORT)).status_code == 403
    assert not await AccessToken.filter(kind=SessionKind.SERVICE).exists()
