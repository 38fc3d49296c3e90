"""A customer of a running shop, through both of its APIs."""

import time
from typing import Any

import httpx

from tests.admin.browser_client import PATIENCE_SECONDS, list_sent_codes
from tests.live_servers import LiveServer


class Customer:
    """A new customer, who signs in as the app does."""

    def __init__(self, server: LiveServer, mobile: str) -> None:
        self._http = httpx.Client(base_url=server.url, timeout=PATIENCE_SECONDS)
        self._http.post("/api/v1/login", data={"username": mobile}).raise_for_status()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not list_sent_codes(server, mobile) and time.monotonic() < deadline:
            time.sleep(0.05)
        form = {"username": mobile, "code": list_sent_codes(server, mobile)[-1]}
        signed_in = self._http.post("/api/v1/login/verify", data=form).raise_for_status().json()
        self._http.headers["Authorization"] = f"Bearer {signed_in['access_token']}"

    def order_by_rest(self, *, service: str, category: str, quantity: int) -> None:
        form = {"service_id": service, "category_id": category, "link": "https://example.com/one"}
        answer = self._http.post("/api/v1/order", data={**form, "quantity": str(quantity)})
        assert answer.json()["status"] == 201, answer.text

    def order_by_graphql(self, *, name: str, quantity: int) -> None:
        services = (
            "query($name: String!) { services(where: {name: {contains: $name}}) { edges { node { id } } } }"
        )
        found = self.query(services, name=name)
        [edge] = found["services"]["edges"]
        query = """mutation($input: CreateOrderInput!) {
          createOrder(input: $input) { ... on Order { id charge } ... on Problem { code } } }"""
        values = {"serviceId": edge["node"]["id"], "link": "https://example.com/two", "quantity": quantity}
        ordered = self.query(query, input=values)["createOrder"]
        assert "id" in ordered, ordered

    def create_ticket(self, subject: str) -> None:
        query = """mutation($subject: String!) {
          createTicket(subject: $subject, description: $subject) { __typename } }"""
        assert self.query(query, subject=subject)["createTicket"] == {"__typename": "Ticket"}

    def messages(self) -> list[str]:
        """The messages in the customer's only ticket."""
        [edge] = self.query("{ tickets { edges { node { messages { message } } } } }")["tickets"]["edges"]
        return [message["message"] for message in edge["node"]["messages"]]

    def query(self, query: str, **variables: object) -> Any:
        answer = self._http.post("/graphql", json={"query": query, "variables": variables}).json()
        assert "errors" not in answer, answer
        return answer["data"]
