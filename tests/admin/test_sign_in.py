"""Signing in to the staff's pages: by a login code, with a role, until it is revoked."""

from datetime import timedelta

import httpx
import pytest

from composition.web import application
from domain.roles import UserRole
from models import AccessToken, User
from resolvers.shop import Shop
from tests.admin.visits import Visit, said
from tests.fakes import RecordingSms, create_user
from tests.resolvers.logins import other_than, with_settings
from tests.resolvers.staff.world import member


async def mobile_of(role: UserRole) -> str:
    user = await member(role)
    assert user.mobile is not None
    return user.mobile


async def ask_for_code(shop: Shop, visit: Visit, sms: RecordingSms, mobile: str) -> str:
    answer = await visit.post("/login", {"username": mobile})
    assert (answer.status_code, 'autocomplete="one-time-code"' in answer.text) == (200, True)
    await shop.sms.drain(timedelta(seconds=5))
    return sms.sent[-1][1]


@pytest.mark.parametrize("role", [role for role in UserRole if role is not UserRole.USER])
async def test_staff_come_in_by_a_code(
    role: UserRole, shop: Shop, client: httpx.AsyncClient, sms: RecordingSms
) -> None:
    mobile, visit = await mobile_of(role), Visit(client)
    code = await ask_for_code(shop, visit, sms, mobile)

    answer = await visit.post("/login", {"username": mobile, "code": code}, next="/admin/tickets/list")

    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/tickets/list")
    assert (await visit.get("/tickets/list")).status_code == 200


async def test_customers_do_not_and_keep_no_token(
    shop: Shop, client: httpx.AsyncClient, sms: RecordingSms
) -> None:
    mobile, visit = await mobile_of(UserRole.USER), Visit(client)
    code = await ask_for_code(shop, visit, sms, mobile)

    answer = await visit.post("/login", {"username": mobile, "code": code})

    assert (answer.status_code, "staff" in client.cookies) == (400, False)
    assert "منع دسترسی" in said(answer)
    assert await AccessToken.filter(revoked_at=None).count() == 0


async def test_a_wrong_code_and_no_number_are_told(
    shop: Shop, client: httpx.AsyncClient, sms: RecordingSms
) -> None:
    mobile, visit = await mobile_of(UserRole.OWNER), Visit(client)
    code = await ask_for_code(shop, visit, sms, mobile)

    wrong = await visit.post("/login", {"username": mobile, "code": other_than(code)})
    nobody = await visit.post("/login", {"username": "somebody"})
    again = await visit.post("/login", {"username": mobile})

    assert (wrong.status_code, "توکن اشتباه یا منقضی شده است" in said(wrong)) == (400, True)
    assert (nobody.status_code, "شماره موبایل یا ایمیل را به درستی وارد کنید" in said(nobody)) == (400, True)
    assert (again.status_code, "محدودیت ارسال درخواست" in said(again)) == (400, True)
    assert (await visit.post("/login", {"username": mobile, "code": code})).status_code == 303


@pytest.mark.parametrize(
    "path", ["", "/", "/orders/list", "/users/detail?pk=1", "/settings", "/_api/users/action"]
)
async def test_nobody_else_sees_a_page(path: str, client: httpx.AsyncClient) -> None:
    answer = await client.get(f"/admin{path}", follow_redirects=True)

    assert answer.url.path == "/admin/login"


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": UserRole.USER}])
async def test_whoever_is_blocked_or_demoted_is_out_at_once(
    change: dict[str, object], shop: Shop, client: httpx.AsyncClient
) -> None:
    owner = await member(UserRole.OWNER)
    visit = await Visit.of(shop, client, owner)
    assert (await visit.get("/orders/list")).status_code == 200

    await User.filter(id=owner.id).update(**change)

    assert (await visit.get("/orders/list")).status_code == 303


async def test_signing_out_revokes_the_token(shop: Shop, client: httpx.AsyncClient) -> None:
    visit = await Visit.of(shop, client, await member(UserRole.OWNER))
    token = client.cookies["staff"]

    answer = await visit.post("/logout", {})

    assert answer.status_code == 303
    assert 'staff="";' in answer.headers["set-cookie"]
    assert await AccessToken.filter(revoked_at=None).count() == 0
    assert client.cookies.get("staff", domain="") == token
    assert (await visit.get("/orders/list")).status_code == 303


async def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(
    shop: Shop, sms: RecordingSms
) -> None:
    public = with_settings(shop, public_url="https://shop.example")
    mobile = await mobile_of(UserRole.OWNER)
    transport = httpx.ASGITransport(application(public))
    async with httpx.AsyncClient(transport=transport, base_url="https://shop.example") as client:
        visit = Visit(client)
        code = await ask_for_code(public, visit, sms, mobile)
        answer = await visit.post("/login", {"username": mobile, "code": code})

    [cookie] = [text for text in answer.headers.get_list("set-cookie") if "-staff=" in text]
    assert cookie.startswith("__Host-staff=")
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax"} <= {part.strip() for part in cookie.split(";")}


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
async def test_nobody_is_sent_elsewhere(elsewhere: str, shop: Shop, client: httpx.AsyncClient) -> None:
    visit = await Visit.of(shop, client, await member(UserRole.OWNER))

    answer = await visit.get("/login", next=elsewhere)

    assert (answer.status_code, answer.headers["location"]) == (303, "http://localhost:8000/admin/")


@pytest.mark.parametrize("token", [None, "", "forged"])
async def test_forms_of_other_sites_are_refused(
    token: str | None, shop: Shop, client: httpx.AsyncClient
) -> None:
    user = await create_user()
    visit = await Visit.of(shop, client, await member(UserRole.OWNER))
    await visit.get("/login")
    form = {"reason": "x"} if token is None else {"reason": "x", "csrftoken": token}

    answer = await client.post(f"/admin/_api/users/row-action?name=block&pk={user.id}", data=form)

    assert answer.status_code == 403
    assert (await User.get(id=user.id)).is_active
