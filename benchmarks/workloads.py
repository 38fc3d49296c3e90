"""The four workloads, and their requests for each kind of server."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

KEY = "@KEY@"
"""Stands in a body where each request has an idempotency key of its own."""
SERVICE_COUNT, ORDER_COUNT = 50, 20
_LINK = "https://instagram.example/p/abcdef"
_QUANTITY = 333


class Workload(StrEnum):
    """What is measured."""

    SERVICES = "Q1"
    ORDERS = "Q2"
    LEGACY_ORDERS = "Q3"
    CREATE_ORDER = "M1"


MEANINGS = {
    Workload.SERVICES: f"{SERVICE_COUNT} services, each with its category",
    Workload.ORDERS: f"a user's {ORDER_COUNT} latest orders, each with service and category",
    Workload.LEGACY_ORDERS: "all orders of a user who has 20, over REST as documented (37 fields)",
    Workload.CREATE_ORDER: "create an order: find the price, charge the balance, insert",
}


@dataclass(frozen=True)
class Request:
    """One HTTP request."""

    method: str
    path: str
    body: str | None = None
    token: str | None = None

    def build_headers(self) -> dict[str, str]:
        """The headers of every client, with its token if the request needs one."""
        headers = {"Accept": "application/json"}
        if self.body is not None:
            headers["Content-Type"] = "application/json"
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token}"
        return headers


RequestBuilder = Callable[[int], Request]
"""The request that does a work for the user with an id."""

_SERVICE = "name description price min max type dripFeed isActive createdAt updatedAt"
_ORDER = (
    "id status type source link quantity charge refunded startCount remains comments username note"
    " createdAt updatedAt"
)
_PLACED = "id status type source link quantity charge remains createdAt"

_PLAIN = {
    Workload.SERVICES: f"query Services($first: Int!) {{ services(first: $first) {{ id {_SERVICE}"
    " category { id name position } } }",
    Workload.ORDERS: f"query Orders($userId: Int!, $first: Int!) {{ orders(userId: $userId, first: $first)"
    f" {{ {_ORDER} service {{ id name price }} category {{ id name }} }} }}",
    Workload.CREATE_ORDER: "mutation CreateOrder($input: CreateOrderInput!)"
    f" {{ createOrder(input: $input) {{ {_PLACED} }} }}",
}
_VITRIN = {
    Workload.SERVICES: "query Services($first: Int!) { services(first: $first,"
    f" orderBy: {{field: ID, direction: ASC}}) {{ edges {{ node {{ id {_SERVICE}"
    " category { id name position } } } } }",
    Workload.ORDERS: f"query Orders($first: Int!) {{ orders(first: $first) {{ edges {{ node {{ {_ORDER}"
    " service { id name price } category { id name } } } } }",
    Workload.CREATE_ORDER: "mutation CreateOrder($input: CreateOrderInput!, $key: String!)"
    f" {{ createOrder(input: $input, idempotencyKey: $key) {{ ... on Order {{ {_PLACED} }}"
    " ... on Problem { code message } } }",
}
_AMBER_SERVICE = _SERVICE.replace(" min max ", " min: minQuantity max: maxQuantity ")
_AMBER_ORDER = _ORDER.replace("id status type", "id: rowId status type: serviceType")
_AMBER_PLACED = _PLACED.replace("id status type", "id: rowId status type: serviceType")
_POSTGRAPHILE = {
    Workload.SERVICES: "query Services($first: Int!) { services: allServicesList(first: $first,"
    f" orderBy: [ROW_ID_ASC]) {{ id: rowId {_AMBER_SERVICE}"
    " category: categoryByCategoryId { id: rowId name position } } }",
    Workload.ORDERS: "query Orders($userId: Int!, $first: Int!) { orders: allOrdersList(first: $first,"
    f" condition: {{userId: $userId}}, orderBy: [ROW_ID_DESC]) {{ {_AMBER_ORDER}"
    " service: serviceByServiceId { id: rowId name price }"
    " category: categoryByCategoryId { id: rowId name } } }",
    Workload.CREATE_ORDER: "mutation CreateOrder($input: PlaceOrderInput!)"
    f" {{ createOrder: placeOrder(input: $input) {{ result {{ {_AMBER_PLACED} }} }} }}",
}


def get_service_id(user_id: int) -> int:
    """The id of the service that the user orders."""
    return 1 + user_id % 1_000


def _plain_order(user_id: int) -> dict[str, object]:
    return {"userId": user_id, "serviceId": get_service_id(user_id), "link": _LINK, "quantity": _QUANTITY}


def to_global_id(type_name: str, key: int) -> str:
    """As our GraphQL spells ids."""
    return base64.b64encode(f"{type_name}:{key}".encode()).decode()


def graphql_request(
    path: str, document: str, variables: Mapping[str, object], token: str | None = None
) -> Request:
    """A GraphQL request."""
    return Request("POST", path, json.dumps({"query": document, "variables": variables}), token)


def build_vitrin_requests(tokens: Mapping[int, str]) -> dict[Workload, RequestBuilder]:
    """Ours: each user with a token, each order with a key."""

    def services(user_id: int) -> Request:
        return graphql_request(
            "/graphql", _VITRIN[Workload.SERVICES], {"first": SERVICE_COUNT}, tokens[user_id]
        )

    def orders(user_id: int) -> Request:
        return graphql_request("/graphql", _VITRIN[Workload.ORDERS], {"first": ORDER_COUNT}, tokens[user_id])

    def legacy_orders(user_id: int) -> Request:
        return Request("GET", "/api/v1/order", token=tokens[user_id])

    def create_order(user_id: int) -> Request:
        service = to_global_id("Service", get_service_id(user_id))
        order = {"serviceId": service, "link": _LINK, "quantity": _QUANTITY}
        return graphql_request(
            "/graphql", _VITRIN[Workload.CREATE_ORDER], {"input": order, "key": KEY}, tokens[user_id]
        )

    return {
        Workload.SERVICES: services,
        Workload.ORDERS: orders,
        Workload.LEGACY_ORDERS: legacy_orders,
        Workload.CREATE_ORDER: create_order,
    }


def build_graphql_requests(
    path: str, documents: Mapping[Workload, str] = _PLAIN, *, paths: Mapping[Workload, str] | None = None
) -> dict[Workload, RequestBuilder]:
    """The hand-written peers: the user is an argument. `paths` for a server that reads no documents."""
    paths = paths or dict.fromkeys(documents, path)
    variables: dict[Workload, Callable[[int], dict[str, object]]] = {
        Workload.SERVICES: lambda _: {"first": SERVICE_COUNT},
        Workload.ORDERS: lambda user_id: {"userId": user_id, "first": ORDER_COUNT},
        Workload.CREATE_ORDER: lambda user_id: {"input": _plain_order(user_id)},
    }

    def build_request(work: Workload) -> RequestBuilder:
        return lambda user_id: graphql_request(paths[work], documents[work], variables[work](user_id))

    return {work: build_request(work) for work in documents}


def build_postgraphile_requests() -> dict[Workload, RequestBuilder]:
    """PostGraphile's own names."""
    return build_graphql_requests("/graphql", _POSTGRAPHILE)


def build_legacy_order_requests() -> dict[Workload, RequestBuilder]:
    """The peers' REST route."""
    return {Workload.LEGACY_ORDERS: lambda user_id: Request("GET", f"/order?user_id={user_id}")}


def build_fastapi_requests() -> dict[Workload, RequestBuilder]:
    """REST throughout."""
    return {
        Workload.SERVICES: lambda _: Request("GET", f"/services?first={SERVICE_COUNT}"),
        Workload.ORDERS: lambda user_id: Request("GET", f"/orders?user_id={user_id}&first={ORDER_COUNT}"),
        Workload.CREATE_ORDER: lambda user_id: Request("POST", "/orders", json.dumps(_plain_order(user_id))),
        **build_legacy_order_requests(),
    }


def build_floor_requests() -> dict[Workload, RequestBuilder]:
    """One path for each workload; the document is sent but not read."""
    paths = {
        Workload.SERVICES: "/services",
        Workload.ORDERS: "/orders",
        Workload.CREATE_ORDER: "/create-order",
    }
    return build_graphql_requests("", paths=paths) | build_legacy_order_requests()
