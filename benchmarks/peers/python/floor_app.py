"""The floor: asyncpg's records and orjson on bare ASGI; no GraphQL engine, no framework, no model."""

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import orjson
from records import create_pool, read_statement

_SERVICES, _ORDERS, _LEGACY = (
    read_statement("services"),
    read_statement("orders"),
    read_statement("legacy_orders"),
)
_CATEGORIES_BY_ID, _SERVICES_BY_ID = read_statement("categories_by_id"), read_statement("services_by_id")
_ON_SALE, _SPEND, _INSERT = (
    read_statement("service_on_sale"),
    read_statement("spend"),
    read_statement("insert_order"),
)
_HEADERS = [(b"content-type", b"application/json")]

Json = dict[str, Any]
pool: asyncpg.Pool


async def services(variables: Json) -> Json:
    async with pool.acquire() as session:
        rows = await session.fetch(_SERVICES, variables["first"])
        categories = await _by_id(session, _CATEGORIES_BY_ID, {row["categoryId"] for row in rows})
    nested = [dict(row) for row in rows]
    for service in nested:
        service["category"] = categories[service.pop("categoryId")]
    return {"services": nested}


async def orders(variables: Json) -> Json:
    async with pool.acquire() as session:
        rows = await session.fetch(_ORDERS, variables["userId"], variables["first"])
        found = await _by_id(session, _SERVICES_BY_ID, {row["serviceId"] for row in rows})
        categories = await _by_id(session, _CATEGORIES_BY_ID, {row["categoryId"] for row in rows})
    nested = [dict(row) for row in rows]
    for order in nested:
        order["service"] = found[order.pop("serviceId")]
        category = categories[order.pop("categoryId")]
        order["category"] = {"id": category["id"], "name": category["name"]}
    return {"orders": nested}


async def create_order(variables: Json) -> Json:
    order = variables["input"]
    async with pool.acquire() as session, session.transaction():
        service = await session.fetchrow(_ON_SALE, order["serviceId"])
        charge = -(-service["price"] * order["quantity"] // 1_000)
        if await session.execute(_SPEND, order["userId"], charge) == "UPDATE 0":
            raise ValueError("insufficient balance")
        order = await session.fetchrow(
            _INSERT,
            order["userId"],
            service["categoryId"],
            order["serviceId"],
            service["type"],
            order["link"],
            order["quantity"],
            charge,
        )
    return {"createOrder": dict(order)}


async def legacy_orders(user_id: int) -> Json:
    rows = await pool.fetch(_LEGACY, user_id)
    return {"status": 200, "orders": [dict(row) for row in rows]}


async def _by_id(session: asyncpg.Connection, sql: str, ids: set[int]) -> dict[int, Json]:
    return {row["id"]: dict(row) for row in await session.fetch(sql, list(ids))}


_OPERATIONS: dict[str, Callable[[Json], Awaitable[Json]]] = {
    "/services": services,
    "/orders": orders,
    "/create-order": create_order,
}


async def app(
    scope: Json, receive: Callable[[], Awaitable[Json]], send: Callable[[Json], Awaitable[None]]
) -> None:
    """POST takes a GraphQL request, whose text is not looked at; GET is the REST route."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
    elif operation := _OPERATIONS.get(scope["path"]):
        await _answer(send, {"data": await operation((await _body(receive))["variables"])})
    elif scope["path"] == "/order":
        await _answer(send, await legacy_orders(int(scope["query_string"].removeprefix(b"user_id="))))
    else:
        await _answer(send, {}, status=404)


async def _body(receive: Callable[[], Awaitable[Json]]) -> Json:
    message = await receive()
    body = message["body"]
    while message["more_body"]:
        message = await receive()
        body += message["body"]
    return orjson.loads(body)


async def _answer(send: Callable[[Json], Awaitable[None]], body: Json, *, status: int = 200) -> None:
    encoded = orjson.dumps(body, option=orjson.OPT_UTC_Z)
    headers = [*_HEADERS, (b"content-length", b"%d" % len(encoded))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": encoded})


async def _live(receive: Callable[[], Awaitable[Json]], send: Callable[[Json], Awaitable[None]]) -> None:
    global pool
    await receive()
    pool = await create_pool()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await pool.close()
    await send({"type": "lifespan.shutdown.complete"})
