"""On PostgreSQL concurrent orders are placed by one statement, which waits for no locked row."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

import database
from database.asyncpg_engine import StatelessClient
from domain.enums import LedgerKind
from domain.money import Toman
from domain.order_details import OrderDetails, specify
from domain.order_status import OrderSource
from domain.problems import InsufficientBalance
from models import IdempotencyKey, LedgerEntry, Order, OrderEvent, Service, User
from resolvers.app_context import AppContext
from resolvers.ledger_audit import audit_ledger
from resolvers.order_placement import batched_insert, service_cache
from tests.database_state import read_stored_rows, record_statements
from tests.fakes import create_user
from tests.resolvers.factories import create_service
from tests.resolvers.money_steps import LINK, get_balance, get_ledger, place_order_for

pytestmark = [
    pytest.mark.usefixtures("db"),
    pytest.mark.parametrize("database_url", ["postgres"], indirect=True),
]


@pytest.fixture
async def elsewhere(db: str) -> AsyncIterator[asyncpg.Connection]:
    """Another client's connection."""
    session = await database.open_session(db, name="somebody else")
    yield session
    await session.close()


@asynccontextmanager
async def hold_locks(session: asyncpg.Connection, statement: str, *values: object) -> AsyncIterator[None]:
    """A transaction that has run a statement and commits at the end."""
    async with session.transaction():
        await session.execute(statement, *values)
        yield


async def wait_for_a_blocked_session(session: asyncpg.Connection) -> None:
    """Wait until a statement waits for a lock of this session's; vacuuming may wait for others."""
    blocked = (
        "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    )
    async with asyncio.timeout(120):
        while not await session.fetchval(blocked):
            await asyncio.sleep(0.01)


def _client() -> StatelessClient:
    client = batched_insert.get_batch_client()
    assert client is not None
    return client


async def run_placement(order: Order) -> bool:
    """Whether the statement places it."""
    client = _client()
    cached_service = await service_cache.get(order.service_id, client=client)
    assert cached_service is not None
    return await batched_insert.place(
        order, cached_service=cached_service, discount_percent=0, request=None, client=client
    )


def build_order(buyer: User, service: Service, *, quantity: int = 100) -> Order:
    specification = specify(
        service.type,
        OrderDetails(quantity=100),
        limits=service.limits,
        today=datetime.now(UTC).date(),
    )
    order = Order.build(
        buyer=buyer,
        service=service,
        link=LINK,
        specification=specification,
        charge=Toman(100),
        source=OrderSource.GRAPHQL,
        now=datetime.now(UTC),
    )
    order.quantity = quantity
    return order


@pytest.mark.parametrize("keys", [False, True], ids=["without keys", "with keys"])
async def test_concurrent_orders_share_few_statements(keys: bool, app: AppContext) -> None:
    buyers, service = [await create_user(balance=1_000) for _ in range(20)], await create_service()
    with record_statements() as statements:
        created = await asyncio.gather(
            *(
                place_order_for(app, buyer, service, key=f"k{number}" if keys else None)
                for buyer in buyers
                for number in range(3)
            )
        )

    assert len([one for one in statements if one.strip().startswith("WITH clock")]) < 20
    assert len({order.id for order in created}) == await Order.all().count() == 60
    assert [order.user_id for order in created] == [buyer.id for buyer in buyers for _ in range(3)]
    assert {await get_balance(buyer) for buyer in buyers} == {700}
    assert await OrderEvent.all().count() == 60
    assert await IdempotencyKey.all().count() == (60 if keys else 0)
    assert await audit_ledger() == []


async def test_concurrent_orders_of_one_buyer_are_recorded_one_after_the_other(app: AppContext) -> None:
    buyer, service = await create_user(balance=1_000), await create_service()

    created = await asyncio.gather(*(place_order_for(app, buyer, service, quantity=n) for n in (10, 200, 30)))

    charges = [order.charge for order in sorted(created, key=lambda order: order.id)]
    kinds, amounts, balances = zip(*await get_ledger(buyer), strict=True)
    assert kinds == (LedgerKind.OPENING, *[LedgerKind.ORDER_CHARGE] * 3)
    assert amounts == (1_000, *(-charge for charge in charges))
    assert balances == tuple(sum(amounts[:number]) for number in (1, 2, 3, 4))
    assert await get_balance(buyer) == 760


@pytest.mark.parametrize("key", [None, "k"])
@pytest.mark.parametrize("spent", [0, 300, 950])
async def test_only_the_buyer_with_a_locked_balance_waits(
    spent: int, key: str | None, app: AppContext, elsewhere: asyncpg.Connection
) -> None:
    buyer, other = await create_user(balance=1_000), await create_user(balance=1_000)
    service = await create_service()
    async with hold_locks(
        elsewhere, "UPDATE users SET balance = balance - $1 WHERE id = $2", spent, buyer.id
    ):
        waiting = asyncio.create_task(place_order_for(app, buyer, service, key=key))
        await wait_for_a_blocked_session(elsewhere)
        await asyncio.wait_for(place_order_for(app, other, service, key=key), timeout=120)
        assert not waiting.done()
    if spent > 900:
        with pytest.raises(InsufficientBalance):
            await waiting
    else:
        assert (await waiting).charge == 100
        assert (await get_ledger(buyer))[-1] == (LedgerKind.ORDER_CHARGE, -100, 900 - spent)

    assert await get_balance(buyer) == (50 if spent > 900 else 900 - spent)
    assert await get_balance(other) == 900


@pytest.mark.parametrize("end", ["commits", "is rolled back"])
async def test_only_the_order_with_a_claimed_key_waits(
    end: str, app: AppContext, elsewhere: asyncpg.Connection
) -> None:
    buyer, other = await create_user(balance=1_000), await create_user(balance=1_000)
    service = await create_service()
    first = await place_order_for(app, buyer, service, key="first")
    twin = elsewhere.transaction()
    await twin.start()
    await elsewhere.execute("SELECT pg_advisory_xact_lock($1, hashtext($2))", buyer.id, "k")
    await elsewhere.execute(
        "INSERT INTO idempotency_keys (user_id, key, operation, fingerprint, result, created_at, expires_at) "
        "SELECT user_id, 'k', operation, fingerprint, result, created_at, expires_at FROM idempotency_keys"
    )

    waiting = asyncio.create_task(place_order_for(app, buyer, service, key="k"))
    await wait_for_a_blocked_session(elsewhere)
    await asyncio.wait_for(place_order_for(app, other, service, key="k"), timeout=120)
    assert not waiting.done()
    await (twin.commit() if end == "commits" else twin.rollback())

    assert ((await waiting).id == first.id) is (end == "commits")
    assert await get_balance(buyer) == (900 if end == "commits" else 800)


async def test_a_rejected_batch_charges_nothing_and_leaves_its_orders_to_the_step_by_step_path(
    app: AppContext,
) -> None:
    buyers, service = [await create_user(balance=1_000) for _ in range(3)], await create_service()
    before = await read_stored_rows()

    done = await asyncio.gather(
        *(
            run_placement(build_order(buyer, service, quantity=quantity))
            for buyer, quantity in zip(buyers, (100, 0, 100), strict=True)
        )
    )

    assert done == [False] * 3
    assert await read_stored_rows() == before


async def test_a_deadlock_leaves_all_orders_of_the_batch_to_the_step_by_step_path(
    app: AppContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    buyers, service = [await create_user(balance=1_000) for _ in range(3)], await create_service()
    await place_order_for(app, buyers[0], service)

    async def deadlocked(*_: object) -> Sequence[Any]:
        raise asyncpg.DeadlockDetectedError("deadlock detected")

    monkeypatch.setattr(_client().batcher, "_fetch", deadlocked)

    created = await asyncio.gather(*(place_order_for(app, buyer, service, key="k") for buyer in buyers))

    assert len({order.id for order in created}) == 3
    assert [await get_balance(buyer) for buyer in buyers] == [800, 900, 900]


async def test_a_statement_with_an_unknown_outcome_is_an_error_for_all_callers(
    app: AppContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    buyers, service = [await create_user(balance=1_000) for _ in range(3)], await create_service()
    await place_order_for(app, buyers[0], service)
    client = _client()

    async def cut(statement: str, values: list[object]) -> Sequence[Any]:
        await client.read(statement, values)
        raise asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation")

    with monkeypatch.context() as patch:
        patch.setattr(client.batcher, "_fetch", cut)
        answers = await asyncio.gather(
            *(place_order_for(app, buyer, service, key="k") for buyer in buyers), return_exceptions=True
        )

    assert all(isinstance(answer, asyncpg.ConnectionDoesNotExistError) for answer in answers)
    # They were placed all the same: the same keys find that out.
    again = [await place_order_for(app, buyer, service, key="k") for buyer in buyers]
    assert len({order.id for order in again}) == 3
    assert [await get_balance(buyer) for buyer in buyers] == [800, 900, 900]


async def test_an_order_without_balance_keeps_the_service_cached(app: AppContext) -> None:
    buyer, poor, service = await create_user(balance=1_000), await create_user(), await create_service()
    await place_order_for(app, buyer, service)
    with pytest.raises(InsufficientBalance):
        await place_order_for(app, poor, service)

    with record_statements() as statements:
        await place_order_for(app, buyer, service)

    assert len([one for one in statements if "setting_overrides" not in one]) == 1


@pytest.mark.parametrize("text", ["\x00", "\ud800"])
async def test_an_unstorable_text_fails_only_its_own_order(text: str, app: AppContext) -> None:
    buyer, other = await create_user(balance=1_000), await create_user(balance=1_000)
    service = await create_service()
    odd = build_order(buyer, service)
    odd.link = text

    sound, refused = await asyncio.gather(
        run_placement(build_order(other, service)), run_placement(odd), return_exceptions=True
    )

    assert isinstance(refused, UnicodeEncodeError | TypeError) or refused is False
    assert sound is (await Order.all().count() == 1)
    assert await get_balance(buyer) == 1_000
    assert await LedgerEntry.filter(user_id=buyer.id).count() == 1


async def test_a_caller_cancelled_before_the_statement_buys_nothing(
    app: AppContext, elsewhere: asyncpg.Connection
) -> None:
    buyer, service = await create_user(balance=1_000), await create_service()
    async with hold_locks(elsewhere, "SELECT FROM users WHERE id = $1 FOR UPDATE", buyer.id):
        first = asyncio.create_task(place_order_for(app, buyer, service))
        await wait_for_a_blocked_session(elsewhere)
        second = asyncio.create_task(place_order_for(app, buyer, service))
        await asyncio.sleep(0.1)
        second.cancel()
    await first

    with pytest.raises(asyncio.CancelledError):
        await second
    assert await Order.all().count() == 1
    assert await get_balance(buyer) == 900
