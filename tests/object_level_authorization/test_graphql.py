"""Every argument that accepts an id refuses another user's record and changes nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from graphql import GraphQLInputObjectType, GraphQLInputType, get_named_type

import schema
from app.application import build_application
from resolvers.app_context import AppContext
from schema.node import Node, to_global_id
from tests.database_state import read_stored_rows
from tests.fakes import create_user
from tests.fixtures import create_authorization
from tests.object_level_authorization.record_owner import create_owner
from tests.schema.roots import ROOT_FIELDS
from tests.sockets import open_socket, serve

PUBLIC = {"Query.services.where.category.in", "Query.service.id", "Mutation.createOrder.input.serviceId"}
"""Services and categories on sale are public."""
OWN_LIST = {"Query.orders.where.service.in"}
"""Filters the viewer's own orders by services, which are public."""
PUBLIC_NODES = {"Category", "Service"}


@dataclass(frozen=True)
class ForeignIdCase:
    """A request with an id of a record: `key` names the record, `kind` is the type inside its global id."""

    arguments: str
    key: str
    kind: str = ""

    @property
    def type_name(self) -> str:
        return self.kind or self.key


OWNED: dict[str, list[ForeignIdCase]] = {
    "Query.node.id": [
        ForeignIdCase("id: $id", kind) for kind in (type_.__name__ for type_ in Node.__subclasses__())
    ],
    "Query.order.id": [ForeignIdCase("id: $id", "Order")],
    "Query.ticket.id": [ForeignIdCase("id: $id", "Ticket")],
    "Mutation.markNotificationsRead.ids": [ForeignIdCase("ids: [$id]", "Notification")],
    "Mutation.replyToTicket.ticketId": [ForeignIdCase('ticketId: $id, message: "m"', "Ticket")],
    "Mutation.cancelOrder.id": [ForeignIdCase("id: $id", "Order")],
    "Mutation.requestRefill.orderId": [ForeignIdCase("orderId: $id", "Delivered", "Order")],
    "Mutation.endSession.id": [ForeignIdCase("id: $id", "UserSession")],
    "Mutation.useGift.id": [ForeignIdCase('id: $id, link: "https://example.com/p/1"', "UserGift")],
    "Subscription.orderUpdated.id": [ForeignIdCase("id: $id", "Order")],
    "Subscription.ticketMessageAdded.ticketId": [ForeignIdCase("ticketId: $id", "Ticket")],
}
FOREIGN_ID_CASES = [
    pytest.param(path, each, id=f"{path}-{each.key}")
    for path, tries in OWNED.items()
    for each in tries
    if each.key not in PUBLIC_NODES and not path.startswith("Subscription")
]
FOLLOWED = [(path, each) for path, (each, *_) in OWNED.items() if path.startswith("Subscription")]


def list_id_arguments() -> set[str]:
    """Every argument of a root field that takes an id, fields of its inputs too."""
    return {
        path
        for field, definition in ROOT_FIELDS.items()
        for name, argument in definition.args.items()
        for path in _ids_within(f"{field}.{name}", argument.type)
    }


def _ids_within(path: str, type_: GraphQLInputType) -> Iterator[str]:
    named = get_named_type(type_)
    if named.name == "ID":
        yield path
    if isinstance(named, GraphQLInputObjectType):
        for name, field in named.fields.items():
            yield from _ids_within(f"{path}.{name}", field.type)


def build_document(path: str, each: ForeignIdCase) -> str:
    operation, field, *_ = path.split(".")
    shown = "... on Problem { code }" if operation == "Mutation" else ""
    shown += " ... on NotificationsRead { count }" if field == "markNotificationsRead" else ""
    return f"{operation.lower()} ($id: ID!) {{ act: {field}({each.arguments}) {{ __typename {shown} }} }}"


def is_refused(answer: dict[str, Any]) -> bool:
    operation = (answer.get("data") or {}).get("act")
    return not operation or "code" in operation or operation.get("count") == 0


def test_every_argument_that_takes_an_id_is_listed() -> None:
    assert list_id_arguments() == OWNED.keys() | PUBLIC | OWN_LIST


def test_every_node_is_tried() -> None:
    types = {type_.name for type_ in schema.schema._schema.get_implementations(_node()).objects}
    assert {each.key for each in OWNED["Query.node.id"]} == types


def _node() -> Any:
    return schema.schema._schema.type_map["Node"]


@pytest.mark.parametrize(("path", "each"), FOREIGN_ID_CASES)
async def test_another_user_s_record_is_refused_and_nothing_changes(
    path: str, each: ForeignIdCase, client: httpx.AsyncClient, app: AppContext
) -> None:
    owner = await create_owner()
    key = to_global_id(each.type_name, owner.keys[each.key])
    body = {"query": build_document(path, each), "variables": {"id": key}}
    stranger = await create_authorization(app, await create_user(balance=10_000))
    before = await read_stored_rows()

    for headers in (stranger, {}):
        assert is_refused((await client.post("/graphql", json=body, headers=headers)).json())

    assert await read_stored_rows() == before
    owned = await client.post("/graphql", json=body, headers=await create_authorization(app, owner.user))
    assert not is_refused(owned.json()), owned.text


async def test_another_user_s_record_cannot_be_followed(app: AppContext) -> None:
    owner = await create_owner()
    stranger = await create_authorization(app, await create_user())
    before = await read_stored_rows()
    async with serve(build_application(app)) as url, open_socket(url) as client:
        await client.initialise(stranger)
        for path, each in FOLLOWED:
            key = to_global_id(each.type_name, owner.keys[each.key])
            await client.start(path, build_document(path, each), id=key)
            assert await client.error_code(path) == "FORBIDDEN"
    assert await read_stored_rows() == before
