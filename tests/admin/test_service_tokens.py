"""The page of service tokens: made by a fresh session, shown once, revoked at once."""

import re

import httpx
import pytest

from domain.permissions import Permission
from domain.roles import UserRole
from domain.sessions import SessionKind
from models import AccessToken, AuditEntry
from resolvers import sessions
from resolvers.shop import Shop
from tests.admin.test_confirmation import stale_visit
from tests.admin.visits import Visit, said
from tests.resolvers.staff.world import member

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
REPORT = {"act": "create", "name": "nightly report", "days": "۳۰", "permission": "read_figures"}


async def test_an_owner_makes_a_token_that_is_shown_once_and_revokes_it(
    shop: Shop, client: httpx.AsyncClient
) -> None:
    owner = await member(UserRole.OWNER)
    visit = await Visit.of(shop, client, owner)
    await visit.get("/service-tokens")

    made = await visit.post("/service-tokens", REPORT)

    found = re.search(r'id="new-token"[^>]*>([^<]+)<', made.text)
    assert found is not None
    viewer = await sessions.authenticate(shop, found[1])
    assert viewer is not None
    row = await AccessToken.get(id=viewer.token_id)
    assert (row.kind, row.name, set(row.granted)) == (
        SessionKind.SERVICE,
        "nightly report",
        {Permission.READ_FIGURES},
    )
    assert (row.expires_at - row.issued_at).days == 30
    listed = await visit.get("/service-tokens")
    assert "nightly report" in said(listed)
    assert found[1] not in listed.text
    gone = await visit.post("/service-tokens", {"act": "revoke", "token": sessions.public_id(row.id)})
    assert gone.status_code == 303
    assert await sessions.authenticate(shop, found[1]) is None
    assert await AuditEntry.filter(actor_id=owner.id).count() == 2


async def test_without_a_fresh_code_nothing_is_made_or_revoked(shop: Shop, client: httpx.AsyncClient) -> None:
    visit, _ = await stale_visit(shop, client, await member(UserRole.OWNER))
    page = await visit.get("/service-tokens")
    assert 'id="confirm"' in page.text
    assert 'id="create"' not in page.text

    answer = await visit.post("/service-tokens", REPORT)

    assert (answer.status_code, httpx.URL(answer.headers["location"]).path) == (303, "/admin/account")
    assert not await AccessToken.filter(kind=SessionKind.SERVICE).exists()


async def test_what_is_malformed_or_ungrantable_is_refused_and_stays_in_the_form(
    shop: Shop, client: httpx.AsyncClient, subtests: pytest.Subtests
) -> None:
    visit = await Visit.of(shop, client, await member(UserRole.OWNER))
    await visit.get("/service-tokens")
    for changed in (
        {"name": " "},
        {"days": "0"},
        {"days": "x"},
        {"permission": ""},
        {"permission": "manage_service_tokens"},
    ):
        with subtests.test(str(changed)):
            answer = await visit.post("/service-tokens", {**REPORT, **changed})
            assert answer.status_code == 422
            assert 'value="read_figures" checked' in answer.text or "permission" in changed
    assert not await AccessToken.filter(kind=SessionKind.SERVICE).exists()


async def test_nobody_but_owners_sees_the_page(shop: Shop, client: httpx.AsyncClient) -> None:
    for role in (UserRole.SUPPORT, UserRole.MANAGER):
        visit = await Visit.of(shop, client, await member(role))
        assert (await visit.get("/service-tokens")).status_code == 403
        assert (await visit.post("/service-tokens", REPORT)).status_code == 403
    assert not await AccessToken.filter(kind=SessionKind.SERVICE).exists()
