"""Fresh proofs on the pages: acts lead to a page that asks for a code, forms ask beside their entries."""

from datetime import timedelta

import httpx

from domain.roles import UserRole
from domain.running_settings import RunningSetting
from models import AccessToken, Provider, User, database
from resolvers import proofs, sessions
from resolvers.running_settings import stored
from resolvers.sessions import SignedIn
from resolvers.shop import Shop
from tests.admin.visits import Visit, said
from tests.fakes import RecordingSms
from tests.resolvers.staff.world import World, create_world, member
from tests.resolvers.test_staff_sessions import STALE, code_now, enrol


async def stale_visit(shop: Shop, client: httpx.AsyncClient, user: User) -> tuple[Visit, SignedIn]:
    """Somebody whose last code is too old."""
    visit = await Visit.of(shop, client, user)
    viewer = await sessions.authenticate(shop, client.cookies["staff"])
    assert viewer is not None
    row = await AccessToken.get(id=viewer.token_id)
    assert row.confirmed_at is not None
    await AccessToken.filter(id=row.id).update(confirmed_at=row.confirmed_at - STALE)
    return visit, viewer


async def code_sent(shop: Shop, sms: RecordingSms) -> str:
    await shop.sms.drain(timedelta(seconds=5))
    return sms.sent[-1][1]


async def test_a_token_of_the_app_opens_no_page(shop: Shop, client: httpx.AsyncClient) -> None:
    owner = await member(UserRole.OWNER)
    visit = await Visit.of(shop, client, owner)
    await AccessToken.filter(user_id=owner.id).update(kind="app")

    answer = await visit.get("/orders/list")

    assert (answer.status_code, "/admin/login" in answer.headers["location"]) == (303, True)


async def test_an_act_on_money_leads_to_the_code_and_back_to_its_record(
    shop: Shop, client: httpx.AsyncClient, sms: RecordingSms
) -> None:
    world: World = await create_world(shop)
    visit, viewer = await stale_visit(shop, client, world.owner.user)
    page = f"http://localhost:8000/admin/users/detail?pk={world.buyer.id}"
    # The box is in an attribute of its button.
    assert "confirm your identity first" in (await client.get(page)).text

    refused = await visit.post(
        "/_api/users/row-action", {"percent": "10"}, pk=world.buyer.id, name="discount", _origin=page
    )

    to = httpx.URL(refused.json()["redirect"])
    assert (to.path, to.params["next"]) == ("/admin/account", page)
    await visit.post("/account", {"act": "send"}, next=page)
    wrong = await visit.post("/account", {"act": "confirm", "code": "12345"}, next=page)
    assert wrong.status_code == 422
    code = await code_sent(shop, sms)
    confirmed = await visit.post("/account", {"act": "confirm", "code": code}, next=page)
    assert (confirmed.status_code, confirmed.headers["location"]) == (303, page)
    assert await proofs.is_confirmed(viewer)
    done = await visit.act("users", world.buyer.id, "discount", percent="10")
    assert done.status_code == 200, done.text
    assert (await User.get(id=world.buyer.id)).custom_rate == 10


async def test_forms_ask_for_the_code_beside_what_was_entered_and_go_on_with_it(
    shop: Shop, client: httpx.AsyncClient, sms: RecordingSms
) -> None:
    world = await create_world(shop)
    visit, viewer = await stale_visit(shop, client, world.owner.user)
    form = {"name": "Panel 2", "url": "https://two.example/api/v2", "api_key": "k", "toman_per_unit": "1"}
    form |= {"margin_percent": "30", "rounding": "1", "concurrency": "10"}

    asked = await visit.post("/providers/create", form)

    assert asked.status_code == 422
    assert "Panel 2" in asked.text
    assert "Enter the code sent to" in said(asked)
    made = await visit.post("/providers/create", {**form, "proof": await code_sent(shop, sms)})
    assert made.status_code == 303
    assert await Provider.exists(name="Panel 2")

    secret = await enrol(shop, viewer)
    await AccessToken.filter(id=viewer.token_id).update(confirmed_at=None)
    values = {setting.value: "5" for setting in RunningSetting} | {
        "payment_max": "90000",
        "free_credit_max": "77",
    }
    asked = await visit.post("/settings", values)
    assert (asked.status_code, 'name="proof"' in asked.text, 'value="77"' in asked.text) == (422, True, True)
    kept = await visit.post("/settings", {**values, "proof": await code_now(secret)})
    assert kept.status_code == 303, said(kept)
    assert (await stored())[RunningSetting.FREE_CREDIT_MAX] == 77


async def test_one_s_account_sets_up_the_app_and_ends_other_sessions(
    shop: Shop, client: httpx.AsyncClient
) -> None:
    owner = await member(UserRole.OWNER)
    phone, _ = await sessions.issue_token(shop, owner, now=await database.now())
    visit = await Visit.of(shop, client, owner)
    page = await visit.post("/account", {"act": "enable"})
    assert 'id="totp-secret"' in page.text
    assert (await visit.post("/account", {"act": "first", "code": "000000"})).status_code == 422

    row = await AccessToken.get(kind="app", user_id=owner.id)
    ended = await visit.post("/account", {"act": "end", "session": sessions.public_id(row.id)})

    assert ended.status_code == 303
    assert await sessions.authenticate(shop, phone) is None
