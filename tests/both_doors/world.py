"""Two alike worlds in one database: what one door does in the first, the other does in the second."""

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
from resolvers.shop import Shop
from tests.database_state import Rows, all_rows, stored_rows
from tests.fakes import RecordingSms, create_user
from tests.fixtures import authorization
from tests.resolvers.records import (
    create_gift,
    create_notification,
    create_order,
    create_service,
    create_ticket,
)

BALANCE = 10_000

# What has to differ between two worlds. REST's orders name their category, GraphQL's do not: fingerprints
# differ, and are known as the same request (test_idempotency.py).
VARYING = {"id", "mobile", "subject", "email", "code_hash", "ticket_id", "fingerprint"}
# What the gateway makes of a payment's number.
GIVEN_BY_THE_GATEWAY = {"authority", "url"}
# Ids inside texts.
NUMBERED = {"cause": re.compile(r"[0-9]+"), "answer": re.compile(r'(?<="id":)[0-9]+')}


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """What both worlds buy from: one service, and the one gift of the wheel, in one quantity."""

    service: Service
    gift: Gift


@dataclass
class World:
    """An actor with records, and another user with records of the same kind."""

    shop: Shop
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
    service = await create_service(largest=100_000)
    return Catalogue(service=service, gift=await create_gift(service, smallest=30, largest=30))


async def create_world(shop: Shop, sms: RecordingSms, catalogue: Catalogue) -> World:
    user = await create_user(balance=BALANCE)
    other = await create_user(email=f"{uuid.uuid4().hex}@example.com")
    await create_notification(user)
    return World(
        shop=shop,
        sms=sms,
        catalogue=catalogue,
        user=user,
        headers=await authorization(shop, user),
        newcomer=f"0935{uuid.uuid4().int % 10_000_000:07d}",
        ticket=await create_ticket(user),
        order=await create_order(user, catalogue.service),
        other=other,
        foreign_ticket=await create_ticket(other),
        foreign_order=await create_order(other, catalogue.service),
    )


def global_id(kind: str, key: int | str) -> str:
    return base64.b64encode(f"{kind}:{key}".encode()).decode()


Arguments = Callable[[World], dict[str, object]]
Record = Callable[[World], int]
Preparation = Callable[[World], Awaitable[None]]
Outcome = type[Problem] | None


@dataclass(frozen=True)
class Act:
    """One act through both doors; `problem` is how it must end, None for success.

    `twin` is the operation that GraphQL calls where it is not the one that REST calls. `key` is the
    client's idempotency key: REST takes it as a header, GraphQL as an argument. `http_status` is that of
    REST's success.
    """

    operation: Callable[..., object]
    problem: Outcome
    method: str
    path: str
    body: Arguments
    document: str
    variables: Arguments
    record: Record = lambda world: 0
    before: Preparation | None = None
    twin: Callable[..., object] | None = None
    key: str | None = None
    http_status: int = 200

    @property
    def operations(self) -> list[Callable[..., object]]:
        return [self.operation] if self.twin is None else [self.operation, self.twin]


Ask = Callable[[httpx.AsyncClient, Act, World], Awaitable[httpx.Response]]


async def _ask_rest(client: httpx.AsyncClient, act: Act, world: World) -> httpx.Response:
    path = f"/api{act.path}".replace("{id}", str(act.record(world)))
    key = {} if act.key is None else {"Idempotency-Key": act.key}
    return await client.request(act.method, path, headers={**world.headers, **key}, json=act.body(world))


async def _ask_graphql(client: httpx.AsyncClient, act: Act, world: World) -> httpx.Response:
    key = {} if act.key is None else {"idempotencyKey": act.key}
    request = {"query": act.document, "variables": {**act.variables(world), **key}}
    return await client.post("/graphql", headers=world.headers, json=request)


@dataclass(frozen=True)
class Door:
    """A way to the operations, and the word that its orders carry."""

    ask: Ask
    source: OrderSource


REST = Door(_ask_rest, OrderSource.MOBILE_APP)
GRAPHQL = Door(_ask_graphql, OrderSource.GRAPHQL)


async def act_out(
    act: Act, door: Door, client: httpx.AsyncClient, world: World
) -> tuple[httpx.Response, dict[str, object]]:
    """What the door answers, and what the act leaves, in words that are the same in every world."""
    if act.before:
        await act.before(world)
    stored, before = await stored_rows(), await all_rows()
    answer = await door.ask(client, act, world)
    changed = [table for table, rows in (await stored_rows()).items() if rows != stored[table]]
    return answer, await _left_in(world, before, await all_rows(of=changed), door)


async def _left_in(world: World, before: Rows, after: Rows, door: Door) -> dict[str, object]:
    changed = {
        table: rows for table in after if (rows := [row for row in after[table] if row not in before[table]])
    }
    words = {**_new_records(changed), **_known_records(world), ("source", door.source): "the door's own"}
    revoked = await AccessToken.filter(user=world.user).exclude(revoked_at=None).count()
    told = {table: [_told(row, words) for row in rows] for table, rows in changed.items()}
    return {**told, "revoked tokens": revoked}


Words = dict[tuple[str, object], str]


def _known_records(world: World) -> Words:
    return {("user_id", world.user.id): "the actor", ("user_id", world.other.id): "the other"}


def _new_records(changed: Rows) -> Words:
    """Words for records whose numbers are not known beforehand."""
    nouns = {"users": "user", "orders": "order", "payments": "payment", "login_codes": "login_code"}
    return {
        (f"{noun}_id", row["id"]): f"the new {noun}"
        for table, noun in nouns.items()
        for row in changed.get(table, [])
    }


def _told(row: dict[str, object], words: Words) -> dict[str, object]:
    return {name: _value(name, value, words) for name, value in row.items() if name not in VARYING}


def _value(name: str, value: object, words: Words) -> object:
    if isinstance(value, datetime):
        return "a moment"
    if name in GIVEN_BY_THE_GATEWAY and value is not None:
        return "given by the gateway"
    if name in NUMBERED and isinstance(value, str):
        return NUMBERED[name].sub("N", value)
    return words.get((name, value), value)
