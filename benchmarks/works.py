"""The four works, and how each kind of server is asked to do them."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

KEY = "@KEY@"
"""Stands in a body where each request has an idempotency key of its own."""
SERVICES_ASKED, ORDERS_ASKED = 50, 20
_LINK = "https://instagram.example/p/abcdef"
_QUANTITY = 333


class Work(StrEnum):
    """What is measured."""

    SERVICES = "Q1"
    ORDERS = "Q2"
    LEGACY_ORDERS = "Q3"
    CREATE_ORDER = "M1"


MEANINGS = {
    Work.SERVICES: f"{SERVICES_ASKED} services, each with its category",
    Work.ORDERS: f"a user's {ORDERS_ASKED} latest orders, each with service and category",
    Work.LEGACY_ORDERS: "all orders of a user who has 20, over REST as documented (37 fields)",
    Work.CREATE_ORDER: "create an order: find the price, charge the balance, insert",
}


@dataclass(frozen=True)
class Ask:
    """One HTTP request."""

    method: str
    path: str
    body: str | None = None
    token: str | None = None

    def headers(self) -> dict[str, str]:
        """What every client sends, and who it is where that matters."""
        headers = {"Accept": "application/json"}
        if self.body is not None:
            headers["Content-Type"] = "application/json"
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token}"
        return headers


Asker = Callable[[int], Ask]
"""The request that does a work for the user with an id."""

_SERVICE = "name description price min max type dripFeed isActive createdAt updatedAt"
_ORDER = (
    "id status type source link quantity charge refunded startCount remains comments username note"
    " createdAt updatedAt"
)
_PLACED = "id status type source link quantity charge remains createdAt"

_PLAIN = {
    Work.SERVICES: f"query Services($first: Int!) {{ services(first: $first) {{ id {_SERVICE}"
    " category { id name position } } }",
    Work.ORDERS: f"query Orders($userId: Int!, $first: Int!) {{ orders(userId: $userId, first: $first)"
    f" {{ {_ORDER} service {{ id name price }} category {{ id name }} }} }}",
    Work.CREATE_ORDER: "mutation CreateOrder($input: CreateOrderInput!)"
    f" {{ createOrder(input: $input) {{ {_PLACED} }} }}",
}
_VITRIN = {
    Work.SERVICES: "query Services($first: Int!) { services(first: $first,"
    f" orderBy: {{field: ID, direction: ASC}}) {{ edges {{ node {{ id {_SERVICE}"
    " category { id name position } } } } }",
    Work.ORDERS: f"query Orders($first: Int!) {{ orders(first: $first) {{ edges {{ node {{ {_ORDER}"
    " service { id name price } category { id name } } } } }",
    Work.CREATE_ORDER: "mutation CreateOrder($input: CreateOrderInput!, $key: String!)"
    f" {{ createOrder(input: $input, idempotencyKey: $key) {{ ... on Order {{ {_PLACED} }}"
    " ... on Problem { code message } } }",
}
_AMBER_SERVICE = _SERVICE.replace(" min max ", " min: minQuantity max: maxQuantity ")
_AMBER_ORDER = _ORDER.replace("id status type", "id: rowId status type: serviceType")
_AMBER_PLACED = _PLACED.replace("id status type", "id: rowId status type: serviceType")
_POSTGRAPHILE = {
    Work.SERVICES: "query Services($first: Int!) { services: allServicesList(first: $first,"
    f" orderBy: [ROW_ID_ASC]) {{ id: rowId {_AMBER_SERVICE}"
    " category: categoryByCategoryId { id: rowId name position } } }",
    Work.ORDERS: "query Orders($userId: Int!, $first: Int!) { orders: allOrdersList(first: $first,"
    f" condition: {{userId: $userId}}, orderBy: [ROW_ID_DESC]) {{ {_AMBER_ORDER}"
    " service: serviceByServiceId { id: rowId name price }"
    " category: categoryByCategoryId { id: rowId name } } }",
    Work.CREATE_ORDER: "mutation CreateOrder($input: PlaceOrderInput!)"
    f" {{ createOrder: placeOrder(input: $input) {{ result {{ {_AMBER_PLACED} }} }} }}",
}


def service_for(user_id: int) -> int:
    """The id of the service that the user orders."""
    return 1 + user_id % 1_000


def _plain_order(user_id: int) -> dict[str, object]:
    return {"userId": user_id, "serviceId": service_for(user_id), "link": _LINK, "quantity": _QUANTITY}


def global_id(type_name: str, key: int) -> str:
    """As our GraphQL spells ids."""
    return base64.b64encode(f"{type_name}:{key}".encode()).decode()


def post(path: str, document: str, variables: Mapping[str, object], token: str | None = None) -> Ask:
    """A GraphQL request."""
    return Ask("POST", path, json.dumps({"query": document, "variables": variables}), token)


def of_vitrin(tokens: Mapping[int, str]) -> dict[Work, Asker]:
    """Ours: each user with a token, each order with a key."""

    def services(user_id: int) -> Ask:
        return post("/graphql", _VITRIN[Work.SERVICES], {"first": SERVICES_ASKED}, tokens[user_id])

    def orders(user_id: int) -> Ask:
        return post("/graphql", _VITRIN[Work.ORDERS], {"first": ORDERS_ASKED}, tokens[user_id])

    def legacy_orders(user_id: int) -> Ask:
        return Ask("GET", "/api/v1/order", token=tokens[user_id])

    def create_order(user_id: int) -> Ask:
        service = global_id("Service", service_for(user_id))
        order = {"serviceId": service, "link": _LINK, "quantity": _QUANTITY}
        return post("/graphql", _VITRIN[Work.CREATE_ORDER], {"input": order, "key": KEY}, tokens[user_id])

    return {
        Work.SERVICES: services,
        Work.ORDERS: orders,
        Work.LEGACY_ORDERS: legacy_orders,
        Work.CREATE_ORDER: create_order,
    }


def of_graphql(
    path: str, documents: Mapping[Work, str] = _PLAIN, *, paths: Mapping[Work, str] | None = None
) -> dict[Work, Asker]:
    """The hand-written peers: the user is an argument. `paths` for a server that reads no documents."""
    paths = paths or dict.fromkeys(documents, path)
    variables: dict[Work, Callable[[int], dict[str, object]]] = {
        Work.SERVICES: lambda _: {"first": SERVICES_ASKED},
        Work.ORDERS: lambda user_id: {"userId": user_id, "first": ORDERS_ASKED},
        Work.CREATE_ORDER: lambda user_id: {"input": _plain_order(user_id)},
    }

    def asker(work: Work) -> Asker:
        return lambda user_id: post(paths[work], documents[work], variables[work](user_id))

    return {work: asker(work) for work in documents}


def of_postgraphile() -> dict[Work, Asker]:
    """PostGraphile's own names."""
    return of_graphql("/graphql", _POSTGRAPHILE)


def legacy_orders() -> dict[Work, Asker]:
    """The peers' REST route."""
    return {Work.LEGACY_ORDERS: lambda user_id: Ask("GET", f"/order?user_id={user_id}")}


def of_fastapi() -> dict[Work, Asker]:
    """REST throughout."""
    return {
        Work.SERVICES: lambda _: Ask("GET", f"/services?first={SERVICES_ASKED}"),
        Work.ORDERS: lambda user_id: Ask("GET", f"/orders?user_id={user_id}&first={ORDERS_ASKED}"),
        Work.CREATE_ORDER: lambda user_id: Ask("POST", "/orders", json.dumps(_plain_order(user_id))),
        **legacy_orders(),
    }


def of_floor() -> dict[Work, Asker]:
    """A path a work; the document is sent, but nobody reads it."""
    paths = {Work.SERVICES: "/services", Work.ORDERS: "/orders", Work.CREATE_ORDER: "/create-order"}
    return of_graphql("", paths=paths) | legacy_orders()
