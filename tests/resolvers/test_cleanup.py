"""Expired rows are deleted, and no others."""

import asyncio
import contextvars
from datetime import datetime, timedelta

import pytest
from tortoise.transactions import in_transaction

import database
from models import AccessToken, IdempotencyKey, LoginCode, User
from resolvers import cleanup
from resolvers.app_context import AppContext
from tests.fakes import create_user
from tests.resolvers.logins import request_code

pytestmark = pytest.mark.both_databases

MINUTE = timedelta(minutes=1)


async def create_code(*, created_at: datetime, number: int = 0) -> LoginCode:
    return await LoginCode.create(
        subject=f"0912{number:07d}",
        network="192.0.2.1",
        code_hash="x",
        is_sent=True,
        is_live=False,
        created_at=created_at,
        expires_at=created_at + timedelta(seconds=120),
    )


async def create_token(user: User, *, expires_at: datetime, name: str = "a") -> AccessToken:
    return await AccessToken.create(id=name, user=user, issued_at=expires_at, expires_at=expires_at)


async def create_key(user: User, *, expires_at: datetime, key: str = "k") -> IdempotencyKey:
    return await IdempotencyKey.create(
        user=user,
        key=key,
        operation="create_order",
        fingerprint="f",
        created_at=expires_at - timedelta(hours=24),
        expires_at=expires_at,
    )


@pytest.mark.parametrize(
    ("age", "is_removed"),
    [(timedelta(0), False), (timedelta(days=2) - MINUTE, False), (timedelta(days=2), True)],
    ids=str,
)
async def test_a_login_code_counts_for_two_days(age: timedelta, is_removed: bool, app: AppContext) -> None:
    await create_code(created_at=await database.now() - age)
    assert await cleanup.delete_expired(app) == int(is_removed)
    assert await LoginCode.exists() is not is_removed


@pytest.mark.parametrize(
    ("age", "is_removed"),
    [(-timedelta(days=300), False), (timedelta(days=30) - MINUTE, False), (timedelta(days=30), True)],
    ids=str,
)
async def test_a_token_is_kept_for_thirty_days_after_its_end(
    age: timedelta, is_removed: bool, app: AppContext
) -> None:
    await create_token(await create_user(), expires_at=await database.now() - age)
    assert await cleanup.delete_expired(app) == int(is_removed)
    assert await AccessToken.exists() is not is_removed


@pytest.mark.parametrize(("age", "is_removed"), [(-MINUTE, False), (timedelta(0), True)], ids=str)
async def test_an_idempotency_key_is_deleted_when_it_expires(
    age: timedelta, is_removed: bool, app: AppContext
) -> None:
    await create_key(await create_user(), expires_at=await database.now() - age)
    assert await cleanup.delete_expired(app) == int(is_removed)
    assert await IdempotencyKey.exists() is not is_removed


async def test_all_kinds_are_removed_in_one_go_and_then_there_is_nothing_to_do(app: AppContext) -> None:
    user, long_ago = await create_user(), await database.now() - timedelta(days=100)
    await create_code(created_at=long_ago)
    await create_token(user, expires_at=long_ago)
    await create_key(user, expires_at=long_ago)
    assert [await cleanup.delete_expired(app) for _ in range(2)] == [3, 0]


async def test_a_heap_of_old_rows_is_removed_a_thousand_at_a_time(app: AppContext) -> None:
    first = await create_code(created_at=await database.now() - timedelta(days=3))
    await LoginCode.bulk_create([first.clone() for _ in range(1_099)])
    assert [await cleanup.delete_expired(app) for _ in range(3)] == [1_000, 100, 0]


async def test_a_recent_code_still_signs_in_after_a_cleanup(app: AppContext) -> None:
    await request_code(app)
    await cleanup.delete_expired(app)
    assert await LoginCode.filter(is_live=True).count() == 1


WAITING = "SELECT pid FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"


async def is_waited_for() -> bool:
    """Whether a statement waits for this transaction; on SQLite all do, before they begin."""
    return database.dialect() == "sqlite" or bool(await database.fetch(WAITING))


async def test_an_expired_key_reused_meanwhile_is_kept(app: AppContext) -> None:
    key = await create_key(await create_user(), expires_at=await database.now() - MINUTE)

    async with in_transaction():
        await IdempotencyKey.filter(id=key.id).update(expires_at=await database.now() + timedelta(hours=24))
        # In a context of its own: it would else run inside this transaction.
        cleaning = asyncio.create_task(cleanup.delete_expired(app), context=contextvars.Context())
        while not await is_waited_for():
            assert not cleaning.done()

    assert await cleaning == 0
    assert await IdempotencyKey.exists()
