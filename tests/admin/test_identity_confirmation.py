"""Identity confirmation on the pages: actions redirect to a page for the code, forms have a field for it."""

from datetime import timedelta

import httpx

import database
from domain.roles import UserRole
from domain.runtime_settings import RunningSetting
from models import AccessToken, Provider, User
from resolvers import identity_proofs, sessions
from resolvers.app_context import AppContext
from resolvers.runtime_settings import load_overrides
from resolvers.sessions import Session
from tests.admin.http_client import StaffClient, get_message
from tests.fakes import RecordingSms
from tests.resolvers.staff.scenario import Scenario, create_member, create_scenario
from tests.resolvers.test_staff_sessions import STALE, code_now, enrol


async def create_stale_client(
    app: AppContext, client: httpx.AsyncClient, user: User
) -> tuple[StaffClient, Session]:
    """A client whose last code is too old."""
    staff_client = await StaffClient.create(app, client, user)
    viewer = await sessions.authenticate(app, client.cookies["staff"])
    assert viewer is not None
    row = await AccessToken.get(id=viewer.token_id)
    assert row.confirmed_at is not None
    await AccessToken.filter(id=row.id).update(confirmed_at=row.confirmed_at - STALE)
    return staff_client, viewer


async def send_code(app: AppContext, sms: RecordingSms) -> str:
    await app.sms.drain(timedelta(seconds=5))
    return sms.sent[-1][1]


async def test_a_token_of_the_app_opens_no_page(app: AppContext, client: httpx.AsyncClient) -> None:
    owner = await create_member(UserRole.OWNER)
    staff_client = await StaffClient.create(app, client, owner)
    await AccessToken.filter(user_id=owner.id).update(kind="app")

    answer = await staff_client.get("/orders/list")

    assert (answer.status_code, "/admin/login" in answer.headers["location"]) == (303, True)


async def test_a_money_action_requires_the_code_and_returns_to_its_record(
    app: AppContext, client: httpx.AsyncClient, sms: RecordingSms
) -> None:
    scenario: Scenario = await create_scenario(app)
    staff_client, viewer = await create_stale_client(app, client, scenario.owner.user)
    page = f"http://localhost:8000/admin/users/detail?pk={scenario.buyer.id}"
    # The dialog is in an attribute of its button.
    assert "confirm your identity first" in (await client.get(page)).text

    refused = await staff_client.post(
        "/_api/users/row-action", {"percent": "10"}, pk=scenario.buyer.id, name="discount", _origin=page
    )

    to = httpx.URL(refused.json()["redirect"])
    assert (to.path, to.params["next"]) == ("/admin/account", page)
    await staff_client.post("/account", {"act": "send"}, next=page)
    wrong = await staff_client.post("/account", {"act": "confirm", "code": "12345"}, next=page)
    assert wrong.status_code == 422
    code = await send_code(app, sms)
    confirmed = await staff_client.post("/account", {"act": "confirm", "code": code}, next=page)
    assert (confirmed.status_code, confirmed.headers["location"]) == (303, page)
    assert await identity_proofs.is_confirmed(viewer)
    done = await staff_client.run_action("users", scenario.buyer.id, "discount", percent="10")
    assert done.status_code == 200, done.text
    assert (await User.get(id=scenario.buyer.id)).custom_rate == 10


async def test_forms_require_the_code_and_keep_the_entered_values(
    app: AppContext, client: httpx.AsyncClient, sms: RecordingSms
) -> None:
    scenario = await create_scenario(app)
    staff_client, viewer = await create_stale_client(app, client, scenario.owner.user)
    form = {"name": "Panel 2", "url": "https://two.example/api/v2", "api_key": "k", "toman_per_unit": "1"}
    form |= {"margin_percent": "30", "rounding": "1", "concurrency": "10"}

    requested = await staff_client.post("/providers/create", form)

    assert requested.status_code == 422
    assert "Panel 2" in requested.text
    assert "Enter the code sent to" in get_message(requested)
    created = await staff_client.post("/providers/create", {**form, "proof": await send_code(app, sms)})
    assert created.status_code == 303
    assert await Provider.exists(name="Panel 2")

    secret = await enrol(app, viewer)
    await AccessToken.filter(id=viewer.token_id).update(confirmed_at=None)
    values = {setting.value: "5" for setting in RunningSetting} | {
        "payment_max": "90000",
        "free_credit_max": "77",
    }
    requested = await staff_client.post("/settings", values)
    assert (requested.status_code, 'name="proof"' in requested.text, 'value="77"' in requested.text) == (
        422,
        True,
        True,
    )
    kept = await staff_client.post("/settings", {**values, "proof": await code_now(secret)})
    assert kept.status_code == 303, get_message(kept)
    assert (await load_overrides())[RunningSetting.FREE_CREDIT_MAX] == 77


async def test_the_account_page_sets_up_the_app_and_ends_other_sessions(
    app: AppContext, client: httpx.AsyncClient
) -> None:
    owner = await create_member(UserRole.OWNER)
    phone, _ = await sessions.issue_token(app, owner, now=await database.now())
    staff_client = await StaffClient.create(app, client, owner)
    page = await staff_client.post("/account", {"act": "enable"})
    assert 'id="totp-secret"' in page.text
    assert (await staff_client.post("/account", {"act": "first", "code": "000000"})).status_code == 422

    row = await AccessToken.get(kind="app", user_id=owner.id)
    ended = await staff_client.post("/account", {"act": "end", "session": sessions.to_public_id(row.id)})

    assert ended.status_code == 303
    assert await sessions.authenticate(app, phone) is None
