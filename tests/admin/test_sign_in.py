"""Signing in to the staff's pages: by a login code, with a role, until it is revoked."""

from datetime import timedelta

import httpx
import pytest

from app.application import build_application
from domain.roles import UserRole
from models import AccessToken, User
from resolvers.app_context import AppContext
from tests.admin.http_client import StaffClient, get_message
from tests.fakes import RecordingSms, create_user
from tests.resolvers.logins import different_code, with_settings
from tests.resolvers.staff.scenario import create_member


async def get_mobile(role: UserRole) -> str:
    user = await create_member(role)
    assert user.mobile is not None
    return user.mobile


async def request_code(app: AppContext, staff_client: StaffClient, sms: RecordingSms, mobile: str) -> str:
    answer = await staff_client.post("/login", {"username": mobile})
    assert (answer.status_code, 'autocomplete="one-time-code"' in answer.text) == (200, True)
    await app.sms.drain(timedelta(seconds=5))
    return sms.sent[-1][1]


@pytest.mark.parametrize("role", [role for role in UserRole if role is not UserRole.USER])
async def test_staff_sign_in_by_a_code(
    role: UserRole, app: AppContext, client: httpx.AsyncClient, sms: RecordingSms
) -> None:
    mobile, staff_client = await get_mobile(role), StaffClient(client)
    code = await request_code(app, staff_client, sms, mobile)

    answer = await staff_client.post("/login", {"username": mobile, "code": code}, next="/admin/tickets/list")

    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/tickets/list")
    assert (await staff_client.get("/tickets/list")).status_code == 200


async def test_customers_cannot_sign_in_and_keep_no_token(
    app: AppContext, client: httpx.AsyncClient, sms: RecordingSms
) -> None:
    mobile, staff_client = await get_mobile(UserRole.USER), StaffClient(client)
    code = await request_code(app, staff_client, sms, mobile)

    answer = await staff_client.post("/login", {"username": mobile, "code": code})

    assert (answer.status_code, "staff" in client.cookies) == (400, False)
    assert "شما اجازه دسترسی ندارید." in get_message(answer)
    assert await AccessToken.filter(revoked_at=None).count() == 0


async def test_a_wrong_code_and_a_missing_number_are_reported(
    app: AppContext, client: httpx.AsyncClient, sms: RecordingSms
) -> None:
    mobile, staff_client = await get_mobile(UserRole.OWNER), StaffClient(client)
    code = await request_code(app, staff_client, sms, mobile)

    wrong = await staff_client.post("/login", {"username": mobile, "code": different_code(code)})
    nobody = await staff_client.post("/login", {"username": "somebody"})
    again = await staff_client.post("/login", {"username": mobile})

    assert (wrong.status_code, "کد واردشده نادرست یا منقضی شده است." in get_message(wrong)) == (400, True)
    assert (nobody.status_code, "شماره موبایل یا ایمیل را به‌درستی وارد کنید." in get_message(nobody)) == (
        400,
        True,
    )
    assert (again.status_code, "تعداد درخواست‌های کد بیش از حد مجاز است" in get_message(again)) == (400, True)
    assert (await staff_client.post("/login", {"username": mobile, "code": code})).status_code == 303


@pytest.mark.parametrize(
    "path", ["", "/", "/orders/list", "/users/detail?pk=1", "/settings", "/_api/users/action"]
)
async def test_only_staff_see_a_page(path: str, client: httpx.AsyncClient) -> None:
    answer = await client.get(f"/admin{path}", follow_redirects=True)

    assert answer.url.path == "/admin/login"


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": UserRole.USER}])
async def test_a_blocked_or_demoted_user_is_signed_out_at_once(
    change: dict[str, object], app: AppContext, client: httpx.AsyncClient
) -> None:
    owner = await create_member(UserRole.OWNER)
    staff_client = await StaffClient.create(app, client, owner)
    assert (await staff_client.get("/orders/list")).status_code == 200

    await User.filter(id=owner.id).update(**change)

    assert (await staff_client.get("/orders/list")).status_code == 303


async def test_signing_out_revokes_the_token(app: AppContext, client: httpx.AsyncClient) -> None:
    staff_client = await StaffClient.create(app, client, await create_member(UserRole.OWNER))
    token = client.cookies["staff"]

    answer = await staff_client.post("/logout", {})

    assert answer.status_code == 303
    assert 'staff="";' in answer.headers["set-cookie"]
    assert await AccessToken.filter(revoked_at=None).count() == 0
    assert client.cookies.get("staff", domain="") == token
    assert (await staff_client.get("/orders/list")).status_code == 303


async def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(
    app: AppContext, sms: RecordingSms
) -> None:
    public = with_settings(app, public_url="https://shop.example")
    mobile = await get_mobile(UserRole.OWNER)
    transport = httpx.ASGITransport(build_application(public))
    async with httpx.AsyncClient(transport=transport, base_url="https://shop.example") as client:
        staff_client = StaffClient(client)
        code = await request_code(public, staff_client, sms, mobile)
        answer = await staff_client.post("/login", {"username": mobile, "code": code})

    [cookie] = [text for text in answer.headers.get_list("set-cookie") if "-staff=" in text]
    assert cookie.startswith("__Host-staff=")
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax"} <= {part.strip() for part in cookie.split(";")}


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
async def test_redirects_stay_on_this_site(
    elsewhere: str, app: AppContext, client: httpx.AsyncClient
) -> None:
    staff_client = await StaffClient.create(app, client, await create_member(UserRole.OWNER))

    answer = await staff_client.get("/login", next=elsewhere)

    assert (answer.status_code, answer.headers["location"]) == (303, "http://localhost:8000/admin/")


@pytest.mark.parametrize("token", [None, "", "forged"])
async def test_forms_of_other_sites_are_refused(
    token: str | None, app: AppContext, client: httpx.AsyncClient
) -> None:
    user = await create_user()
    staff_client = await StaffClient.create(app, client, await create_member(UserRole.OWNER))
    await staff_client.get("/login")
    form = {"reason": "x"} if token is None else {"reason": "x", "csrftoken": token}

    answer = await client.post(f"/admin/_api/users/row-action?name=block&pk={user.id}", data=form)

    assert answer.status_code == 403
    assert (await User.get(id=user.id)).is_active
