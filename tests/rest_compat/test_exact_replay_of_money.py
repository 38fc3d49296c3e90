"""The routes that move money return the documented keys, values and error messages."""

import json
from typing import Any

import httpx
import pytest

import database
from models import Gift, Order, User, UserGift
from resolvers.app_context import AppContext
from tests.database_state import read_stored_rows
from tests.fixtures import create_authorization
from tests.resolvers.factories import win_gift
from tests.rest_compat.reference import get_answer, list_answers

pytestmark = pytest.mark.both_databases

WHOM = 176
LINK = "https://www.instagram.com/p/CA2-Sn-n9YX/?igshid=umy1k0igwj1b"
ORDER = {"service_id": "1816", "category_id": "50", "quantity": 100, "link": LINK, "runs": 1}
DATABASE_COLUMNS = {"changed", "created", "id", "expired_at", "quantity"}


@pytest.fixture
async def headers(demo_app: AppContext) -> dict[str, str]:
    return await create_authorization(demo_app, await User.get(id=WHOM))


def equals_except(record: dict[str, Any], documented: dict[str, Any], varying: set[str]) -> bool:
    """Whether two records have the same keys in the same order and, but for `varying`, the same values."""
    fixed = [key for key in documented if key not in varying]
    return list(record) == list(documented) and [record[key] for key in fixed] == [
        documented[key] for key in fixed
    ]


async def test_post_order_answers_the_documented_body(
    headers: dict[str, str], demo_client: httpx.AsyncClient
) -> None:
    body = (await demo_client.post("/api/v1/order", headers=headers, json=ORDER)).json()
    documented = get_answer("POST", "/v1/order")

    assert list(body) == list(documented)
    assert (body["status"], body["message"]) == (documented["status"], documented["message"])
    assert equals_except(body["order"], documented["order"], {"changed", "created", "id"})


async def test_an_order_is_read_as_documented_except_for_its_provider(
    headers: dict[str, str], demo_client: httpx.AsyncClient
) -> None:
    placed = (await demo_client.post("/api/v1/order", headers=headers, json=ORDER)).json()["order"]
    shown = (await demo_client.get(f"/api/v1/order/{placed['id']}", headers=headers)).json()

    varying = {"changed", "created", "id", "api_provider_id", "api_service_id"}
    assert equals_except(shown, get_answer("GET", "/v1/order/{id}"), varying)
    assert (shown["api_provider_id"], shown["api_service_id"]) == (4, "1001")


@pytest.mark.parametrize(
    "change",
    [
        {"service_id": "1"},
        {"service_id": None},
        {"category_id": "48"},
        {"category_id": ""},
        {"quantity": 9},
        {"quantity": 5_000_001},
        {"quantity": "many"},
        {"quantity": 1.5},
        {"link": ""},
        {"link": "javascript:alert(1)"},
        {"is_drip_feed": "on", "runs": 2, "interval": 5},
        {"quantity": 5_000_000},
    ],
    ids=json.dumps,
)
async def test_an_invalid_order_is_the_documented_400_and_costs_nothing(
    change: dict[str, object], headers: dict[str, str], demo_client: httpx.AsyncClient
) -> None:
    before = await User.get(id=WHOM), await Order.all().count()
    response = await demo_client.post("/api/v1/order", headers=headers, json={**ORDER, **change})
    assert (response.status_code, response.json()) == (200, list_answers("POST", "/v1/order")[1])
    assert (await User.get(id=WHOM), await Order.all().count()) == before


async def test_provider_and_type_sent_by_the_app_are_ignored(
    headers: dict[str, str], demo_client: httpx.AsyncClient
) -> None:
    claims = {
        "api_provider_id": 7,
        "api_service_id": 5,
        "service_type": "package",
        "charge": 0,
        "status": "x",
    }
    body = (await demo_client.post("/api/v1/order", headers=headers, json={**ORDER, **claims})).json()
    order = await Order.get(id=body["order"]["id"])
    assert (order.provider_id, order.provider_service_id, order.service_type) == (4, "1001", "default")
    assert (order.charge, order.status) == (50, "pending")


@pytest.mark.parametrize("amount", [999, 0, -5, "7", "abc", None, 1.5, [], 10**30])
async def test_too_small_a_payment_or_no_number_is_the_documented_400(
    amount: object, headers: dict[str, str], demo_client: httpx.AsyncClient
) -> None:
    response = await demo_client.post("/api/v1/user/payment", headers=headers, json={"amount": amount})
    assert (response.status_code, response.json()) == (200, get_answer("POST", "/v1/user/payment"))


@pytest.mark.parametrize("amount", [1_000, "۱۰۰۰", " 25000 "])
async def test_a_payment_is_a_redirection_with_the_same_address_in_the_body(
    amount: object, headers: dict[str, str], demo_client: httpx.AsyncClient
) -> None:
    response = await demo_client.post("/api/v1/user/payment", headers=headers, json={"amount": amount})
    assert response.status_code == 302
    assert response.json() == {"status": 302, "url": response.headers["location"]}


@pytest.mark.parametrize("query", ["", "?Status=OK", "?success=1", "?Authority=&Status=OK"])
async def test_a_bare_callback_is_the_documented_500(query: str, demo_client: httpx.AsyncClient) -> None:
    response = await demo_client.get(f"/api/v1/user/payment/verify{query}")
    assert (response.status_code, response.json()) == (500, get_answer("GET", "/v1/user/payment/verify"))


async def test_free_credit_is_granted_and_then_refused_as_documented(
    headers: dict[str, str], demo_client: httpx.AsyncClient, demo_app: AppContext
) -> None:
    provided = (await demo_client.get("/api/v1/user/freecredit", headers=headers)).json()
    refused = await demo_client.get("/api/v1/user/freecredit", headers=headers)

    assert list(provided) == list(get_answer("GET", "/v1/user/freecredit"))
    assert provided["status"] == 201
    assert demo_app.settings.free_credit_min <= provided["amount"] <= demo_app.settings.free_credit_max
    documented = list_answers("GET", "/v1/user/freecredit")[1]
    first, _, last = documented["message"].partition("120")
    assert (refused.status_code, refused.json()["status"]) == (200, documented["status"])
    seconds = int(refused.json()["message"].removeprefix(first).removesuffix(last))
    assert 86_390 <= seconds <= 86_400


async def test_the_wheel_gives_the_documented_gift_and_then_refuses_as_documented(
    headers: dict[str, str], demo_client: httpx.AsyncClient
) -> None:
    won = (await demo_client.get("/api/v1/user/wof", headers=headers)).json()
    refused = (await demo_client.get("/api/v1/user/wof", headers=headers)).json()

    documented = get_answer("GET", "/v1/user/wof")
    assert won["status"] == documented["status"]
    assert equals_except(won["user_gift"], documented["user_gift"], DATABASE_COLUMNS)
    assert won["user_gift"]["expired_at"] - won["user_gift"]["created"] == 86_400
    assert 30 <= won["user_gift"]["quantity"] <= 100
    assert refused == list_answers("GET", "/v1/user/wof")[2]


async def test_a_gift_is_used_as_documented_below_the_service_s_minimum(
    headers: dict[str, str], demo_client: httpx.AsyncClient
) -> None:
    won = await win_gift(await User.get(id=WHOM), await Gift.get(id=1), now=await database.now())
    body = {"gift_id": 1, "link": "https://google.com"}
    used = (await demo_client.post("/api/v1/user/gifts", headers=headers, json=body)).json()
    again = await demo_client.post("/api/v1/user/gifts", headers=headers, json=body)

    documented = get_answer("POST", "/v1/user/gifts")
    assert used["status"] == documented["status"]
    assert equals_except(used["order"], documented["order"], DATABASE_COLUMNS)
    assert used["order"]["quantity"] == won.quantity < 100
    assert again.json() == list_answers("POST", "/v1/user/gifts")[3]


@pytest.mark.parametrize(
    ("body", "documented"),
    [
        ({"link": "quia"}, 1),
        ({"gift_id": "x", "link": "quia"}, 1),
        ({"gift_id": [], "link": "quia"}, 1),
        ({"gift_id": 1}, 2),
        ({"gift_id": 1, "link": "  "}, 2),
        ({"gift_id": 1, "link": {"a": 1}}, 2),
        ({"gift_id": 1, "link": "ftp://example.com"}, 2),
        ({"gift_id": 1, "link": "quia"}, 3),
        ({"gift_id": 15, "link": "quia"}, 4),
        ({"gift_id": 10**12, "link": "quia"}, 4),
    ],
    ids=str,
)
async def test_an_unusable_gift_is_refused_with_the_documented_message(
    body: dict[str, object], documented: int, headers: dict[str, str], demo_client: httpx.AsyncClient
) -> None:
    response = await demo_client.post("/api/v1/user/gifts", headers=headers, json=body)
    assert (response.status_code, response.json()) == (
        200,
        list_answers("POST", "/v1/user/gifts")[documented],
    )
    assert await UserGift.filter(is_used=True).count() == 0


@pytest.mark.parametrize("path", ["user/freecredit", "user/wof", "logout", "user/payment/test"])
async def test_head_of_a_route_with_side_effects_does_nothing(
    path: str, headers: dict[str, str], demo_client: httpx.AsyncClient
) -> None:

    before = await read_stored_rows()
    response = await demo_client.head(f"/api/v1/{path}", headers=headers)
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["cache-control"] == "no-store"
    assert await read_stored_rows() == before
    assert (await demo_client.get("/api/v1/user", headers=headers)).status_code == 200


@pytest.mark.parametrize("path", ["user/freecredit", "user/wof"])
async def test_get_responses_with_side_effects_are_not_cacheable(
    path: str, headers: dict[str, str], demo_client: httpx.AsyncClient
) -> None:
    response = await demo_client.get(f"/api/v1/{path}", headers=headers)
    assert response.headers["cache-control"] == "no-store"
