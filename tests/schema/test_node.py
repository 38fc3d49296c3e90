"""Global ids."""

import base64
from collections.abc import Awaitable, Callable
from uuid import UUID

import httpx
import pytest
from graphql import GraphQLObjectType

import schema
from domain.problems import InvalidInput
from models import LedgerEntry, Payment, Refill, TicketMessage, User
from resolvers import sessions
from resolvers.app_context import AppContext
from schema.node import parse_id, parse_uuid, to_global_id
from tests.fakes import TIMESTAMP, create_user
from tests.fixtures import create_authorization
from tests.resolvers.factories import (
    create_gift,
    create_notification,
    create_order,
    create_service,
    create_session,
    create_ticket,
    win_gift,
)
from tests.subtest_cases import for_each

NODE = """
query ($id: ID!) {
  node(id: $id) {
    __typename
    id
    ... on Payment { amount status reference cardMask url }
    ... on LedgerEntry { kind balanceAfter }
    ... on UserGift { quantity link order { id } }
    ... on Gift { min max service { name } }
    ... on Notification { text: message }
    ... on TicketMessage { message isMine ticket { id subject } }
  }
}
"""
UNOWNED = {"data": {"node": None}}


def encode(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_a_global_id_is_read_back() -> None:
    assert parse_id(to_global_id("Order", 1528), "Order", field="id") == 1528


def test_a_global_id_with_a_uuid_is_read_back() -> None:
    key = UUID("dc0ecfbd-1405-4f4e-9d4f-6bf9fd86cfbc")
    assert parse_uuid(to_global_id("Notification", key), "Notification", field="ids") == key


@for_each(
    "text",
    [
        "",
        "1528",
        "سلام",
        "\ud800",
        "====",
        encode("Ticket:1"),
        encode("Order"),
        encode("Order:"),
        encode("Order:-1"),
        encode("Order:1_0"),
        encode("Order: 1"),
        encode("Order:۱"),
        encode("Order:1:2"),
        encode("Order:1\0"),
        encode("Order:" + "1" * 5_000),
        base64.b64encode(b"Order:\xff").decode(),
    ],
)
def test_a_wrong_global_id_is_invalid_input_of_its_argument(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_id(text, "Order", field="ticketId")
    assert refused.value.field == "ticketId"
    with pytest.raises(InvalidInput):
        parse_uuid(text, "Notification", field="ids")


async def pay(user: User | None) -> str:
    payment = await Payment.create(
        user=user,
        gateway="sandbox",
        authority=f"authority of {user}",
        amount=1_000,
        created_at=TIMESTAMP,
        updated_at=TIMESTAMP,
    )
    return to_global_id("Payment", payment.id)


async def open_wallet(user: User) -> str:
    entry = await LedgerEntry.get(user_id=user.id)
    return to_global_id("LedgerEntry", entry.id)


async def win(user: User) -> str:
    won = await win_gift(user, await create_gift(await create_service()), now=TIMESTAMP)
    return to_global_id("UserGift", won.id)


async def create_gift_record(user: User) -> str:
    won = await win_gift(user, await create_gift(await create_service()), now=TIMESTAMP)
    return to_global_id("Gift", won.gift_id)


async def create_user_notification(user: User) -> str:
    return to_global_id("Notification", (await create_notification(user)).id)


async def create_answered_ticket(user: User) -> str:
    """A message of staff's."""
    message = await TicketMessage.create(
        ticket=await create_ticket(user),
        user=await create_user(),
        message="soon",
        created_at=TIMESTAMP,
        updated_at=TIMESTAMP,
    )
    return to_global_id("TicketMessage", message.id)


async def request_refill(user: User) -> str:
    order = await create_order(user, await create_service())
    refill = await Refill.create(order=order, created_at=TIMESTAMP, updated_at=TIMESTAMP)
    return to_global_id("Refill", refill.id)


async def create_other_session(user: User) -> str:
    session = await create_session(user)
    return to_global_id("UserSession", sessions.to_public_id(session.id))


OWNED: dict[str, Callable[[User], Awaitable[str]]] = {
    "Payment": pay,
    "LedgerEntry": open_wallet,
    "UserGift": win,
    "Gift": create_gift_record,
    "Notification": create_user_notification,
    "TicketMessage": create_answered_ticket,
    "Refill": request_refill,
    "UserSession": create_other_session,
}
NO_NUMBER = {"Notification": UUID(int=0), "UserSession": "0" * 32}
BY_NUMBER = sorted(OWNED.keys() - NO_NUMBER.keys())
PUBLIC_OR_TESTED_ELSEWHERE = {"User", "Category", "Service", "Order", "Ticket"}


def missing_ids(kind: str) -> str:
    """The global id of a record that is not there."""
    return to_global_id(kind, NO_NUMBER.get(kind, 2_000_000_000))


async def fetch_node(key: str, client: httpx.AsyncClient, headers: dict[str, str]) -> object:
    answer = await client.post("/graphql", headers=headers, json={"query": NODE, "variables": {"id": key}})
    body = answer.json()
    del body["extensions"]  # what it costs
    return body


@for_each("kind", OWNED)
async def test_the_owner_of_a_record_finds_it_by_its_global_id(
    kind: str, client: httpx.AsyncClient, app: AppContext
) -> None:
    owner = await create_user(balance=1_000)
    key = await OWNED[kind](owner)

    found = await fetch_node(key, client, await create_authorization(app, owner))

    assert isinstance(found, dict)
    node = found["data"]["node"]
    assert (node["__typename"], node["id"]) == (kind, key)


@for_each("kind", OWNED)
async def test_another_users_record_is_indistinguishable_from_a_missing_one(
    kind: str, client: httpx.AsyncClient, app: AppContext
) -> None:
    key = await OWNED[kind](await create_user(balance=1_000))
    stranger = await create_authorization(app, await create_user())

    assert await fetch_node(key, client, stranger) == UNOWNED
    assert await fetch_node(missing_ids(kind), client, stranger) == UNOWNED


@for_each("kind", OWNED)
async def test_a_visitor_must_sign_in_whether_the_record_exists_or_not(
    kind: str, client: httpx.AsyncClient
) -> None:
    key = await OWNED[kind](await create_user(balance=1_000))

    there = await fetch_node(key, client, {})

    assert isinstance(there, dict)
    assert there["data"] == {"node": None}
    assert there["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert await fetch_node(missing_ids(kind), client, {}) == there


@for_each("kind", BY_NUMBER)
@for_each("number", [0, 2**31 - 1, 2**31, 9_999_999_999])
async def test_a_number_that_no_record_can_have_is_null(
    number: int, kind: str, client: httpx.AsyncClient, app: AppContext
) -> None:
    headers = await create_authorization(app, await create_user())
    assert await fetch_node(to_global_id(kind, number), client, headers) == UNOWNED


async def test_a_test_payment_belongs_to_no_user(client: httpx.AsyncClient, app: AppContext) -> None:
    headers = await create_authorization(app, await create_user())
    assert await fetch_node(await pay(None), client, headers) == UNOWNED


def test_every_type_with_an_id_is_a_node() -> None:
    types = [
        type_
        for type_ in schema.schema._schema.type_map.values()
        if isinstance(type_, GraphQLObjectType)
        and "id" in type_.fields
        # Staff's records are found in the lists under `admin`, each by its own permission.
        and not type_.name.startswith("Admin")
    ]
    assert [type_.name for type_ in types if "Node" not in [each.name for each in type_.interfaces]] == []
    assert {type_.name for type_ in types} - OWNED.keys() == {
        "User",
        "Category",
        "Service",
        "Order",
        "Ticket",
    }
