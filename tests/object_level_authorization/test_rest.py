"""Every route and parameter that accepts an id refuses another user's record and changes nothing."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from reseller_api.actions import ACTIONS
from resolvers.app_context import AppContext
from rest_compat.routes import LEGACY_ROUTES
from tests.database_state import read_stored_rows
from tests.fakes import create_user
from tests.fixtures import create_authorization
from tests.object_level_authorization.record_owner import Owner, create_owner
from tests.reseller_api.reseller_client import Reseller
from tests.rest_compat.reference import ENDPOINTS

LINK = "https://example.com/p/1"
OWNED: dict[str, tuple[str, dict[str, str]]] = {
    "GET /v1/order/{id}": ("Order", {}),
    "GET /v1/user/tickets/{id}": ("Ticket", {}),
    "POST /v1/user/tickets/{id}": ("Ticket", {"message": "m"}),
    "POST /v1/user/gifts gift_id": ("Gift", {"link": LINK}),
}
"""Each route, or parameter, with the record that it names and what else the request needs."""
PUBLIC = {
    "POST /v1/order service_id",
    "POST /v1/order category_id",
    "GET /v1/services cate_id",
}
"""Services and categories on sale are public."""
UNREAD = {"POST /v1/order api_provider_id", "POST /v1/order api_service_id"}
"""The service's own count, whatever is sent."""

RESELLER_OWNED: list[tuple[str, str, str]] = [
    ("status", "order", "Order"),
    ("status", "orders", "Order"),
    ("orders", "order", "Order"),
    ("orders", "orders", "Order"),
    ("multi_status", "order", "Order"),
    ("multi_status", "orders", "Order"),
    ("refill", "order", "Delivered"),
    ("refill", "orders", "Delivered"),
    ("refill_status", "refill", "Refill"),
    ("refill_status", "refills", "Refill"),
    ("cancel", "order", "Order"),
    ("cancel", "orders", "Order"),
]
RESELLER_WITHOUT_OWNED = {"services", "add", "balance"}
"""These name no record, or a service, which is public."""


def list_id_parameters() -> Iterator[str]:
    """Every route with an id in its path, and every documented parameter that is one."""
    for line in LEGACY_ROUTES:
        if "{" in line.path:
            yield f"{line.method} {line.path}"
    for endpoint in ENDPOINTS:
        path = endpoint["path"].removeprefix("/api")
        for parameter in endpoint["params"]:
            if parameter["name"].endswith("_id"):
                yield f"{endpoint['method']} {path} {parameter['name']}"


def test_every_route_and_parameter_that_takes_an_id_is_listed() -> None:
    assert set(list_id_parameters()) == OWNED.keys() | PUBLIC | UNREAD


def test_every_action_of_the_reseller_api_is_listed() -> None:
    assert {action for action, _, _ in RESELLER_OWNED} | RESELLER_WITHOUT_OWNED == ACTIONS.keys()


async def send(
    client: httpx.AsyncClient, place: str, owner: Owner, headers: dict[str, str]
) -> dict[str, Any]:
    kind, more = OWNED[place]
    method, path, *parameter = place.split()
    number = owner.keys[kind]
    fields = {**more, **{name: str(number) for name in parameter}}
    answer = await client.request(
        method, f"/api{path.replace('{id}', str(number))}", headers=headers, params=fields
    )
    body = answer.json()
    return body if "status" in body else {"status": answer.status_code}


@pytest.mark.parametrize("place", OWNED)
async def test_another_user_s_record_is_refused_and_nothing_changes(
    place: str, client: httpx.AsyncClient, app: AppContext
) -> None:
    owner = await create_owner()
    stranger = await create_authorization(app, await create_user(balance=10_000))
    before = await read_stored_rows()

    for headers, statuses in ((stranger, (403, 404)), ({}, (401,))):
        assert (await send(client, place, owner, headers))["status"] in statuses

    assert await read_stored_rows() == before
    owned = await send(client, place, owner, await create_authorization(app, owner.user))
    assert owned["status"] not in (401, 403, 404), owned


@pytest.mark.parametrize(("action", "parameter", "kind"), RESELLER_OWNED)
async def test_another_reseller_s_record_is_none(
    action: str, parameter: str, kind: str, client: httpx.AsyncClient
) -> None:
    owner = await create_owner()
    stranger = await Reseller.with_wallet(client, balance=10_000)
    before = await read_stored_rows()

    foreign = await stranger.call(action, **{parameter: owner.keys[kind]})
    missing = await stranger.call(action, **{parameter: 2_000_000_000})

    assert str(foreign).replace(str(owner.keys[kind]), "N") == str(missing).replace("2000000000", "N")
    assert await read_stored_rows() == before
