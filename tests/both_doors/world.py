"""Two alike worlds in one database: what one door does in the first, the other does in the second."""

import base64
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from domain.problems import Problem
from models import AccessToken, Order, Ticket, User
from resolvers.shop import Shop
from tests.conftest import authorization
from tests.database_state import Rows, all_rows
from tests.fakes import RecordingSms, create_user
from tests.resolvers.records import create_notification, create_order, create_service, create_ticket

# What has to differ between two worlds, or is a moment or a number that the database gives.
VARYING = {
    "id",
    "created_at",
    "updated_at",
    "expires_at",
    "read_at",
    "mobile",
    "subject",
    "email",
    "code_hash",
    "ticket_id",
}


@dataclass
class World:
    """An actor with records, and another user with records of the same kind."""

    shop: Shop
    sms: RecordingSms
    user: User
    headers: dict[str, str]
    newcomer: str
    ticket: Ticket
    order: Order
    other: User
    foreign_ticket: Ticket
    foreign_order: Order
    code: str = field(default="")


async def create_world(shop: Shop, sms: RecordingSms) -> World:
    user, other = await create_user(), await create_user(email=f"{uuid.uuid4().hex}@example.com")
    await create_notification(user)
    return World(
        shop=shop,
        sms=sms,
        user=user,
        headers=await authorization(shop, user),
        newcomer=f"0935{uuid.uuid4().int % 10_000_000:07d}",
        ticket=await create_ticket(user),
        order=await _order_of(user),
        other=other,
        foreign_ticket=await create_ticket(other),
        foreign_order=await _order_of(other),
    )


async def _order_of(user: User) -> Order:
    return await create_order(user, await create_service())


def global_id(kind: str, key: int) -> str:
    return base64.b64encode(f"{kind}:{key}".encode()).decode()


Arguments = Callable[[World], dict[str, object]]
Record = Callable[[World], int]
Preparation = Callable[[World], Awaitable[None]]
Outcome = type[Problem] | None


@dataclass(frozen=True)
class Act:
    """One act through both doors; `problem` is how it must end, None for success."""

    operation: Callable[..., object]
    problem: Outcome
    method: str
    path: str
    body: Arguments
    document: str
    variables: Arguments
    record: Record = lambda world: 0
    before: Preparation | None = None


async def through_rest(client: httpx.AsyncClient, act: Act, world: World) -> dict[str, Any]:
    path = f"/api{act.path}".replace("{id}", str(act.record(world)))
    answer = await client.request(act.method, path, headers=world.headers, json=act.body(world))
    assert answer.status_code == 200
    body: dict[str, Any] = answer.json()
    return body


async def through_graphql(client: httpx.AsyncClient, act: Act, world: World) -> dict[str, Any]:
    request = {"query": act.document, "variables": act.variables(world)}
    answer = await client.post("/graphql", headers=world.headers, json=request)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def left_by(world: World, before: Rows) -> dict[str, object]:
    """What an act changed, in words that are the same in every world."""
    after = await all_rows()
    changed = {
        table: [_normal(row, world) for row in rows if row not in before[table]]
        for table, rows in after.items()
    }
    revoked = await AccessToken.filter(user=world.user).exclude(revoked_at=None).count()
    return {**{table: rows for table, rows in changed.items() if rows}, "revoked tokens": revoked}


def _normal(row: dict[str, object], world: World) -> dict[str, object]:
    normal = {name: value for name, value in row.items() if name not in VARYING}
    if "user_id" in normal and normal["user_id"] == world.user.id:
        normal["user_id"] = "the actor"
    # A user that signed up through the act has no number known beforehand.
    elif normal.get("user_id") not in (None, world.other.id):
        normal["user_id"] = "a new user"
    return normal
