"""Authentication of the REST API, and its number of statements."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import httpx
import pytest

import database
from config.settings import Settings
from models import AccessToken, Order, User
from resolvers import sessions
from resolvers.app_context import AppContext
from tests.database_state import record_statements
from tests.fakes import create_user
from tests.fixtures import create_authorization, create_client
from tests.rest_compat.test_statement_counts import add_rows

REFUSED = (401, {"message": "Unauthenticated."})
ENDINGS: dict[str, Callable[[User], Awaitable[object]]] = {
    "revoked": lambda user: AccessToken.filter(user=user).update(revoked_at=user.created_at),
    "token deleted": lambda user: AccessToken.filter(user=user).delete(),
    "blocked": lambda user: User.filter(id=user.id).update(is_active=False),
}


async def list_order_ids(client: httpx.AsyncClient, headers: dict[str, str]) -> list[int]:
    answer = await client.get("/api/v1/order", headers=headers)
    assert answer.status_code == 200
    return [order["id"] for order in answer.json()["orders"]]


@pytest.mark.parametrize("rows", [0, 3])
@pytest.mark.parametrize("ending", ENDINGS)
async def test_the_order_list_is_refused_as_soon_as_a_session_ends(
    ending: str, rows: int, client: httpx.AsyncClient, app: AppContext
) -> None:
    user = await create_user()
    await add_rows(user, rows)
    headers = await create_authorization(app, user)
    assert len(await list_order_ids(client, headers)) == rows

    await ENDINGS[ending](user)

    answers = [await client.get("/api/v1/order", headers=headers) for _ in range(2)]
    assert [(answer.status_code, answer.json()) for answer in answers] == [REFUSED] * 2


async def test_an_unblocked_user_sees_the_orders_again(client: httpx.AsyncClient, app: AppContext) -> None:
    user = await create_user()
    await add_rows(user, 1)
    headers = await create_authorization(app, user)
    await User.filter(id=user.id).update(is_active=False)
    assert (await client.get("/api/v1/order", headers=headers)).status_code == 401

    await User.filter(id=user.id).update(is_active=True)

    assert len(await list_order_ids(client, headers)) == 1


async def test_the_order_list_is_the_tokens_users_own_newest_first(
    client: httpx.AsyncClient, app: AppContext
) -> None:
    user, other = await create_user(), await create_user()
    await add_rows(user, 3)
    await add_rows(other, 2)

    listed = await list_order_ids(client, await create_authorization(app, user))

    assert listed == [order.id for order in await Order.filter(user=user).order_by("-id")]


async def test_a_token_whose_user_differs_from_its_row_lists_no_orders(
    client: httpx.AsyncClient, app: AppContext
) -> None:
    user, other = await create_user(), await create_user()
    for one in (user, other):
        await add_rows(one, 1)
    now = await database.now()
    await sessions.issue_token(app, other, now=now)
    row = await AccessToken.get(user=other)
    forged = app.tokens.issue(
        user_id=user.id, token_id=row.id, issued_at=row.issued_at, expires_at=row.expires_at
    )

    answer = await client.get("/api/v1/order", headers={"Authorization": f"Bearer {forged}"})

    assert (answer.status_code, answer.json()) == REFUSED


async def record_request_statements(client: httpx.AsyncClient, path: str, headers: dict[str, str]) -> int:
    """How many statements a GET sends that is not the first of its kind."""
    await client.get(f"/api/v1/{path}", headers=headers)
    with record_statements() as sent:
        answer = await client.get(f"/api/v1/{path}", headers=headers)
    assert answer.status_code == 200
    return len(sent)


async def test_one_statement_finds_the_session_and_its_users_orders(
    client: httpx.AsyncClient, app: AppContext
) -> None:
    user = await create_user()
    await add_rows(user, 2)

    assert await record_request_statements(client, "order", await create_authorization(app, user)) == 1


@pytest.mark.parametrize("path", ["services", "categories", "stats/top_users", "stats/top_services"])
async def test_public_lists_cost_no_statement_for_authentication(
    path: str, client: httpx.AsyncClient, app: AppContext
) -> None:
    user = await create_user()
    await add_rows(user, 2)

    signed_in = await record_request_statements(client, path, await create_authorization(app, user))

    assert signed_in == await record_request_statements(client, path, {}) > 0


@pytest.mark.parametrize("route", ["nothing", "services", "user", "order"])
async def test_a_request_with_a_revoked_token_counts_once_for_its_user(
    route: str, db: str, app: AppContext
) -> None:
    user = await create_user()
    stolen, own = await create_authorization(app, user), await create_authorization(app, user)
    claims = app.tokens.verify(stolen["Authorization"].removeprefix("Bearer "), now=await database.now())
    assert claims is not None
    await AccessToken.filter(id=claims.token_id).update(revoked_at=user.created_at)
    limited = replace(app, settings=Settings(database_url=db, rate_limit="3/minute"))
    async with create_client(limited) as client:
        strangers = [await client.get(f"/api/v1/{route}", headers=stolen) for _ in range(5)]
        users = [await client.get("/api/v1/user", headers=own) for _ in range(3)]

    # The first counts as the user's, the next three as the address's.
    assert strangers[3].status_code != 429 == strangers[4].status_code
    assert [answer.status_code for answer in users] == [200, 200, 429]


async def test_a_token_that_is_revoked_while_it_counts_for_its_user_does_so_for_a_minute_at_most(
    db: str, app: AppContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.middleware.rate_limits._VERIFIED_SECONDS", 0.5)
    user = await create_user()
    headers = await create_authorization(app, user)
    limited = replace(app, settings=Settings(database_url=db, rate_limit="60/minute"))
    async with create_client(limited) as client:
        await client.get("/api/v1/nothing", headers=headers)
        await AccessToken.filter(user=user).update(revoked_at=user.created_at)
        await asyncio.sleep(0.6)
        with record_statements() as sent:
            left = [
                (await client.get("/api/v1/nothing", headers=headers)).headers["x-ratelimit-remaining"]
                for _ in range(3)
            ]

    # The second of the user's, then the address's first and second; looked up once.
    assert left == ["58", "59", "58"]
    assert len(sent) == 1


async def test_a_request_that_finds_its_session_is_not_looked_up_again(
    client: httpx.AsyncClient, app: AppContext
) -> None:
    user = await create_user()
    await add_rows(user, 1)
    for path, statements in (("order", 1), ("user", 1)):
        headers = await create_authorization(app, user)
        with record_statements() as sent:
            await client.get(f"/api/v1/{path}", headers=headers)
        assert len(sent) == statements, path
