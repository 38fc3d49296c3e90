"""A fresh demo answers every documented GET value for value, and refuses with the documented messages."""

import json
from collections.abc import Mapping

import httpx
import pytest

from models import Notification, User
from resolvers.app_context import AppContext
from rest_compat.routes import LEGACY_ROUTES
from tests.fixtures import create_authorization
from tests.rest_compat.reference import ENDPOINTS, get_answer, list_answers

pytestmark = pytest.mark.both_databases

USER_ID = 176


async def signed_in(app: AppContext, user_id: int) -> Mapping[str, str]:
    return await create_authorization(app, await User.get(id=user_id))


def documented(method: str, path: str) -> object:
    """The documented answer, with the e-mail address that the reference's page had hidden."""
    return json.loads(
        json.dumps(get_answer(method, path)).replace("[email\\u00a0protected]", "ehsan@example.com")
    )


@pytest.mark.parametrize(
    ("path", "user_id"),
    [
        ("/v1/user", USER_ID),
        ("/v1/user/notifications", USER_ID),
        ("/v1/user/notifications/unread", USER_ID),
        ("/v1/user/tickets", USER_ID),
        ("/v1/order", 180),
        ("/v1/user/gifts", USER_ID),
        ("/v1/stats/top_users", None),
        ("/v1/stats/top_services", None),
        ("/v1/categories", None),
        ("/v1/logout", USER_ID),
    ],
)
async def test_a_documented_get_answers_its_documented_body(
    path: str, user_id: int | None, demo_client: httpx.AsyncClient, demo_app: AppContext
) -> None:
    headers = await signed_in(demo_app, user_id) if user_id else {}
    response = await demo_client.get(f"/api{path}", headers=headers)
    expected = documented("GET", path)
    assert response.status_code == 200
    assert response.json() == expected
    # People read answers, so the order of the keys is kept too.
    assert json.dumps(response.json()) == json.dumps(expected)


@pytest.mark.parametrize(
    ("called", "path"),
    [
        ("/v1/user/tickets/19", "/v1/user/tickets/{id}"),
        ("/v1/user/tickets/۱۹", "/v1/user/tickets/{id}"),
        ("/v1/order/1528", "/v1/order/{id}"),
        ("/v1/services?cate_id=136", "/v1/services"),
    ],
)
async def test_a_documented_get_of_one_record_answers_its_documented_body(
    called: str, path: str, demo_client: httpx.AsyncClient, demo_app: AppContext
) -> None:
    response = await demo_client.get(f"/api{called}", headers=await signed_in(demo_app, USER_ID))
    assert json.dumps(response.json()) == json.dumps(documented("GET", path))


async def test_post_notifications_answers_as_documented_and_marks_all_read(
    demo_client: httpx.AsyncClient, demo_app: AppContext
) -> None:
    headers = await signed_in(demo_app, USER_ID)
    response = await demo_client.post("/api/v1/user/notifications", headers=headers)
    assert response.json() == documented("POST", "/v1/user/notifications")
    assert await Notification.filter(user_id=USER_ID, read_at=None).count() == 0
    unread = await demo_client.get("/api/v1/user/notifications/unread", headers=headers)
    assert unread.json() == {"status": 200, "notifications": []}


async def test_post_user_saves_and_answers_the_documented_shape(
    demo_client: httpx.AsyncClient, demo_app: AppContext
) -> None:
    before = documented("GET", "/v1/user")
    response = await demo_client.post(
        "/api/v1/user",
        headers=await signed_in(demo_app, USER_ID),
        json={"first_name": "Ehsan", "role": "admin", "balance": 9},
    )
    after = response.json()
    assert after["user"].pop("changed") > before["user"].pop("changed")  # type: ignore[index]  # documented JSON
    assert after == before


async def test_post_user_refuses_with_the_documented_message_and_saves_nothing(
    demo_client: httpx.AsyncClient, demo_app: AppContext
) -> None:
    headers = await signed_in(demo_app, USER_ID)
    response = await demo_client.post(
        "/api/v1/user", headers=headers, json={"first_name": "X", "mobile": "quas"}
    )
    assert response.json() == list_answers("POST", "/v1/user")[1]
    assert (await User.get(id=USER_ID)).first_name == "Ehsan"


async def test_post_tickets_answers_the_documented_keys(
    demo_client: httpx.AsyncClient, demo_app: AppContext
) -> None:
    response = await demo_client.post(
        "/api/v1/user/tickets",
        headers=await signed_in(demo_app, USER_ID),
        json={"subject": "test", "description": "test description"},
    )
    ticket, expected = response.json()["ticket"], documented("POST", "/v1/user/tickets")["ticket"]  # type: ignore[index]  # documented JSON
    assert list(ticket) == list(expected)
    timestamps = ("changed", "created", "id")
    assert {key: ticket[key] for key in ticket if key not in timestamps} == {
        key: expected[key] for key in expected if key not in timestamps
    }


async def test_post_tickets_without_a_subject_is_refused_with_the_documented_message(
    demo_client: httpx.AsyncClient, demo_app: AppContext
) -> None:
    response = await demo_client.post(
        "/api/v1/user/tickets", headers=await signed_in(demo_app, USER_ID), json={"description": "x"}
    )
    assert response.json() == list_answers("POST", "/v1/user/tickets")[1]


async def test_a_reply_answers_the_documented_keys_with_the_ticket_id_as_text(
    demo_client: httpx.AsyncClient, demo_app: AppContext
) -> None:
    response = await demo_client.post(
        "/api/v1/user/tickets/19", headers=await signed_in(demo_app, USER_ID), data={"message": " test "}
    )
    body, expected = response.json(), documented("POST", "/v1/user/tickets/{id}")
    assert body["status"] == 201
    assert list(body["ticket_message"]) == list(expected["ticket_message"])  # type: ignore[index]  # documented JSON
    assert body["ticket_message"] | {"changed": 0, "created": 0, "id": 0} == {
        "uid": 176, "ticket_id": "19", "is_read": 0, "message": "test", "changed": 0, "created": 0, "id": 0
    }  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path", "user_id", "which"),
    [
        ("GET", "/v1/order/999999", USER_ID, ("GET", "/v1/order/{id}", 1)),
        ("GET", "/v1/order/porro", USER_ID, ("GET", "/v1/order/{id}", 1)),
        ("GET", "/v1/order/1533", USER_ID, ("GET", "/v1/order/{id}", 2)),
        ("GET", "/v1/user/tickets/19", 180, ("POST", "/v1/user/tickets/{id}", 1)),
        ("GET", "/v1/user/tickets/autem", USER_ID, ("POST", "/v1/user/tickets/{id}", 1)),
        ("POST", "/v1/user/tickets/19", 180, ("POST", "/v1/user/tickets/{id}", 1)),
        ("POST", "/v1/user/tickets/77777", USER_ID, ("POST", "/v1/user/tickets/{id}", 1)),
    ],
)
async def test_a_missing_or_foreign_record_is_refused_with_the_documented_message(
    method: str,
    path: str,
    user_id: int,
    which: tuple[str, str, int],
    demo_client: httpx.AsyncClient,
    demo_app: AppContext,
) -> None:
    headers = await signed_in(demo_app, user_id)
    response = await demo_client.request(method, f"/api{path}", headers=headers, json={"message": "hello"})
    assert response.status_code == 200
    assert response.json() == list_answers(which[0], which[1])[which[2]]


def test_the_table_holds_the_documented_routes_in_the_reference_s_order_and_no_other() -> None:
    documented_routes = [
        (endpoint["method"], endpoint["path"].removeprefix("/api"), bool(endpoint["auth"]))
        for endpoint in ENDPOINTS
    ]
    served = [(line.method, line.path, line.needs_token) for line in LEGACY_ROUTES]
    assert served == documented_routes
