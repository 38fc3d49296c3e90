"""Two equal sets of records in one database: REST acts on the first, GraphQL on the second."""

import base64
import re
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

import httpx

from domain.order_status import OrderSource
from domain.problems import Problem
from models import AccessToken, Gift, Order, Service, Ticket, User
from resolvers.app_context import AppContext
from tests.database_state import Rows, read_all_rows, read_stored_rows
from tests.fakes import RecordingSms, create_user
from tests.fixtures import create_authorization
from tests.resolvers.factories import (
    create_gift,
    create_notification,
    create_order,
    create_service,
    create_ticket,
)

BALANCE = 10_000

# What has to differ between the two sets. REST's orders name their category, GraphQL's do not: fingerprints
# differ, and are known as the same request (test_idempotency.py).
VARYING = {"id", "mobile", "subject", "email", "code_hash", "ticket_id", "fingerprint"}
# Columns that the gateway derives from a payment's number.
GATEWAY_COLUMNS = {"authority", "url"}
# Ids inside texts.
NUMBERED = {"cause": re.compile(r"[0-9]+"), "result": re.compile(r'(?<="id":)[0-9]+')}


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """Shared by both sets: one service, and the wheel's only gift, in one quantity."""

    service: Service
    gift: Gift


@dataclass
class Scenario:
    """An actor with records, and another user with records of the same kind."""

    app: AppContext
    sms: RecordingSms
    catalogue: Catalogue
    user: User
    headers: dict[str, str]
    newcomer: str
    ticket: Ticket
    order: Order
    other: User
    foreign_ticket: Ticket
    foreign_order: Order
    code: str = field(default="")
    totp_secret: bytes = field(default=b"")
    session_id: str = field(default="")
    won_id: int = field(default=0)


async def create_catalogue() -> Catalogue:
    service = await create_service(max_quantity=100_000)
    return Catalogue(service=service, gift=await create_gift(service, min_quantity=30, max_quantity=30))


async def create_scenario(app: AppContext, sms: RecordingSms, catalogue: Catalogue) -> Scenario:
    user = await create_user(balance=BALANCE)
    other = await create_user(email=f"{uuid.uuid4().hex}@example.com")
    await create_notification(user)
    return Scenario(
        app=app,
        sms=sms,
        catalogue=catalogue,
        user=user,
        headers=await create_authorization(app, user),
        newcomer=f"0935{uuid.uuid4().int % 10_000_000:07d}",
        ticket=await create_ticket(user),
        order=await create_order(user, catalogue.service),
        other=other,
        foreign_ticket=await create_ticket(other),
        foreign_order=await create_order(other, catalogue.service),
    )


def to_global_id(kind: str, key: int | str) -> str:
    return base64.b64encode(f"{kind}:{key}".encode()).decode()


Arguments = Callable[[Scenario], dict[str, object]]
Record = Callable[[Scenario], int]
Preparation = Callable[[Scenario], Awaitable[None]]
ExpectedProblem = type[Problem] | None


@dataclass(frozen=True)
class ApiOperation:
    """One operation through both APIs; `problem` is the expected problem, None for success.

    `graphql_operation` is the operation called by GraphQL if it is not the one called by REST. `key` is the
    client's idempotency key: REST takes it as a header, GraphQL as an argument. `http_status` is that of
    REST's success.
    """

    operation: Callable[..., object]
    problem: ExpectedProblem
    method: str
    path: str
    body: Arguments
    document: str
    variables: Arguments
    record: Record = lambda scenario: 0
    before: Preparation | None = None
    graphql_operation: Callable[..., object] | None = None
    key: str | None = None
    http_status: int = 200

    @property
    def operations(self) -> list[Callable[..., object]]:
        return (
            [self.operation] if self.graphql_operation is None else [self.operation, self.graphql_operation]
        )


SendRequest = Callable[[httpx.AsyncClient, ApiOperation, Scenario], Awaitable[httpx.Response]]


async def _send_rest(
    client: httpx.AsyncClient, operation: ApiOperation, scenario: Scenario
) -> httpx.Response:
    path = f"/api{operation.path}".replace("{id}", str(operation.record(scenario)))
    key = {} if operation.key is None else {"Idempotency-Key": operation.key}
    return await client.request(
        operation.method, path, headers={**scenario.headers, **key}, json=operation.body(scenario)
    )


async def _send_graphql(
    client: httpx.AsyncClient, operation: ApiOperation, scenario: Scenario
) -> httpx.Response:
    key = {} if operation.key is None else {"idempotencyKey": operation.key}
    request = {"query": operation.document, "variables": {**operation.variables(scenario), **key}}
    return await client.post("/graphql", headers=scenario.headers, json=request)


@dataclass(frozen=True)
class Api:
    """A way to the operations, and the word that its orders carry."""

    send: SendRequest
    source: OrderSource


REST = Api(_send_rest, OrderSource.MOBILE_APP)
GRAPHQL = Api(_send_graphql, OrderSource.GRAPHQL)


async def perform(
    operation: ApiOperation, api: Api, client: httpx.AsyncClient, scenario: Scenario
) -> tuple[httpx.Response, dict[str, object]]:
    """The API's response, and the changed rows with placeholders for what differs between the sets."""
    if operation.before:
        await operation.before(scenario)
    stored, before = await read_stored_rows(), await read_all_rows()
    answer = await api.send(client, operation, scenario)
    changed = [table for table, rows in (await read_stored_rows()).items() if rows != stored[table]]
    return answer, await _collect_changes(scenario, before, await read_all_rows(of=changed), api)


async def _collect_changes(scenario: Scenario, before: Rows, after: Rows, api: Api) -> dict[str, object]:
    changed = {
        table: rows for table in after if (rows := [row for row in after[table] if row not in before[table]])
    }
    placeholders = {
        **_new_records(changed),
        **_known_records(scenario),
        ("source", api.source): "the API's own",
    }
    revoked = await AccessToken.filter(user=scenario.user).exclude(revoked_at=None).count()
    normalized = {
        table: [_normalize_row(row, placeholders) for row in rows] for table, rows in changed.items()
    }
    return {**normalized, "revoked tokens": revoked}


Placeholders = dict[tuple[str, object], str]


def _known_records(scenario: Scenario) -> Placeholders:
    return {("user_id", scenario.user.id): "the actor", ("user_id", scenario.other.id): "the other"}


def _new_records(changed: Rows) -> Placeholders:
    """Words for records whose numbers are not known beforehand."""
    nouns = {"users": "user", "orders": "order", "payments": "payment", "login_codes": "login_code"}
    return {
        (f"{noun}_id", row["id"]): f"the new {noun}"
        for table, noun in nouns.items()
        for row in changed.get(table, [])
    }


def _normalize_row(row: dict[str, object], placeholders: Placeholders) -> dict[str, object]:
    return {
        name: _normalize_value(name, value, placeholders)
        for name, value in row.items()
        if name not in VARYING
    }


def _normalize_value(name: str, value: object, placeholders: Placeholders) -> object:
    if isinstance(value, datetime):
        return "a timestamp"
    if name in GATEWAY_COLUMNS and value is not None:
        return "given by the gateway"
    if name in NUMBERED and isinstance(value, str):
        return NUMBERED[name].sub("N", value)
    return placeholders.get((name, value), value)
