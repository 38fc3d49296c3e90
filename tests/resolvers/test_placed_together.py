"""On PostgreSQL orders of one moment are placed by one statement, which waits for nobody."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from domain.money import Toman
from domain.order_details import OrderDetails, specify
from domain.order_status import OrderSource
from domain.problems import InsufficientBalance
from domain.states import LedgerKind
from models import IdempotencyKey, LedgerEntry, Order, OrderEvent, Service, User, database, offers, placing
from models.asyncpg_engine import StatelessClient
from resolvers.audit import audit_ledger
from resolvers.shop import Shop
from tests.database_state import recorded_statements, stored_rows
from tests.fakes import create_user
from tests.resolvers.money_records import LINK, balance_of, ledger_of, place
from tests.resolvers.records import create_service

pytestmark = [
    pytest.mark.usefixtures("db"),
    pytest.mark.parametrize("database_url", ["postgres"], indirect=True),
]


@pytest.fixture
async def elsewhere(db: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection of somebody else's."""
    session = await database.open_session(db, name="somebody else")
    yield session
    await session.close()


@asynccontextmanager
async def holding(session: asyncpg.Connection, statement: str, *values: object) -> AsyncIterator[None]:
    """A transaction that has run a statement and commits at the end."""
    async with session.transaction():
        await session.execute(statement, *values)
        yield


async def until_somebody_waits(session: asyncpg.Connection) -> None:
    async with asyncio.timeout(120):
        while not await session.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            await asyncio.sleep(0.01)


def _client() -> StatelessClient:
    client = placing.client()
    assert client is not None
    return client


async def placed(order: Order) -> bool:
    """Whether the statement places it."""
    client = _client()
    offer = await offers.recall(order.service_id, by=client)
    assert offer is not None
    return await placing.place(order, offer=offer, discount_percent=0, claim=None, by=client)


def unsaved(buyer: User, service: Service, *, quantity: int = 100) -> Order:
    specification = specify(
        service.type,
        OrderDetails(quantity=100),
        limits=service.limits,
        today=datetime.now(UTC).date(),
    )
    order = Order.placed(
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
async def test_orders_of_one_moment_share_few_statements(keys: bool, shop: Shop) -> None:
    buyers, service = [await create_user(balance=1_000) for _ in range(20)], await create_service()
    with recorded_statements() as statements:
        made = await asyncio.gather(
            *(
                place(shop, buyer, service, key=f"k{number}" if keys else None)
                for buyer in buyers
                for number in range(3)
            )
        )

    assert len([one for one in statements if one.strip().startswith("WITH clock")]) < 20
    assert len({order.id for order in made}) == await Order.all().count() == 60
    assert [order.user_id for order in made] == [buyer.id for buyer in buyers for _ in range(3)]
    assert {await balance_of(buyer) for buyer in buyers} == {700}
    assert await OrderEvent.all().count() == 60
    assert await IdempotencyKey.all().count() == (60 if keys else 0)
    assert await audit_ledger() == []


async def test_a_buyer_s_orders_of_one_moment_are_entered_one_after_the_other(shop: Shop) -> None:
    buyer, service = await create_user(balance=1_000), await create_service()

    made = await asyncio.gather(*(place(shop, buyer, service, quantity=n) for n in (10, 200, 30)))

    charges = [order.charge for order in sorted(made, key=lambda order: order.id)]
    kinds, amounts, balances = zip(*await ledger_of(buyer), strict=True)
    assert kinds == (LedgerKind.OPENING, *[LedgerKind.ORDER_CHARGE] * 3)
    assert amounts == (1_000, *(-charge for charge in charges))
    assert balances == tuple(sum(amounts[:number]) for number in (1, 2, 3, 4))
    assert await balance_of(buyer) == 760


@pytest.mark.parametrize("key", [None, "k"])
@pytest.mark.parametrize("spent", [0, 300, 950])
async def test_whoever_s_balance_is_held_waits_alone_and_pays_from_what_is_left(
    spent: int, key: str | None, shop: Shop, elsewhere: asyncpg.Connection
) -> None:
    buyer, other = await create_user(balance=1_000), await create_user(balance=1_000)
    service = await create_service()
    async with holding(elsewhere, "UPDATE users SET balance = balance - $1 WHERE id = $2", spent, buyer.id):
        waiting = asyncio.create_task(place(shop, buyer, service, key=key))
        await until_somebody_waits(elsewhere)
        await asyncio.wait_for(place(shop, other, service, key=key), timeout=120)
        assert not waiting.done()
    if spent > 900:
        with pytest.raises(InsufficientBalance):
            await waiting
    else:
        assert (await waiting).charge == 100
        assert (await ledger_of(buyer))[-1] == (LedgerKind.ORDER_CHARGE, -100, 900 - spent)

    assert await balance_of(buyer) == (50 if spent > 900 else 900 - spent)
    assert await balance_of(other) == 900


@pytest.mark.parametrize("end", ["commits", "is rolled back"])
async def test_whoever_s_key_is_being_claimed_waits_alone(
    end: str, shop: Shop, elsewhere: asyncpg.Connection
) -> None:
    buyer, other = await create_user(balance=1_000), await create_user(balance=1_000)
    service = await create_service()
    first = await place(shop, buyer, service, key="first")
    twin = elsewhere.transaction()
    await twin.start()
    await elsewhere.execute("SELECT pg_advisory_xact_lock($1, hashtext($2))", buyer.id, "k")
    await elsewhere.execute(
        "INSERT INTO idempotency_keys (user_id, key, operation, fingerprint, answer, created_at, expires_at) "
        "SELECT user_id, 'k', operation, fingerprint, answer, created_at, expires_at FROM idempotency_keys"
    )

    waiting = asyncio.create_task(place(shop, buyer, service, key="k"))
    await until_somebody_waits(elsewhere)
    await asyncio.wait_for(place(shop, other, service, key="k"), timeout=120)
    assert not waiting.done()
    await (twin.commit() if end == "commits" else twin.rollback())

    assert ((await waiting).id == first.id) is (end == "commits")
    assert await balance_of(buyer) == (900 if end == "commits" else 800)


async def test_what_the_database_refuses_takes_nothing_and_leaves_the_others_to_the_steps(shop: Shop) -> None:
    buyers, service = [await create_user(balance=1_000) for _ in range(3)], await create_service()
    before = await stored_rows()

    done = await asyncio.gather(
        *(
            placed(unsaved(buyer, service, quantity=quantity))
            for buyer, quantity in zip(buyers, (100, 0, 100), strict=True)
        )
    )

    assert done == [False] * 3
    assert await stored_rows() == before


async def test_a_deadlock_leaves_all_orders_of_the_moment_to_the_steps(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    buyers, service = [await create_user(balance=1_000) for _ in range(3)], await create_service()
    await place(shop, buyers[0], service)

    async def deadlocked(*_: object) -> Sequence[Any]:
        raise asyncpg.DeadlockDetectedError("deadlock detected")

    monkeypatch.setattr(_client().gathering, "_read", deadlocked)

    made = await asyncio.gather(*(place(shop, buyer, service, key="k") for buyer in buyers))

    assert len({order.id for order in made}) == 3
    assert [await balance_of(buyer) for buyer in buyers] == [800, 900, 900]


async def test_a_statement_whose_end_nobody_knows_is_an_error_to_all(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    buyers, service = [await create_user(balance=1_000) for _ in range(3)], await create_service()
    await place(shop, buyers[0], service)
    client = _client()

    async def cut(statement: str, values: list[object]) -> Sequence[Any]:
        await client.read(statement, values)
        raise asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation")

    with monkeypatch.context() as patch:
        patch.setattr(client.gathering, "_read", cut)
        answers = await asyncio.gather(
            *(place(shop, buyer, service, key="k") for buyer in buyers), return_exceptions=True
        )

    assert all(isinstance(answer, asyncpg.ConnectionDoesNotExistError) for answer in answers)
    # They were placed all the same: the same keys find that out.
    again = [await place(shop, buyer, service, key="k") for buyer in buyers]
    assert len({order.id for order in again}) == 3
    assert [await balance_of(buyer) for buyer in buyers] == [800, 900, 900]


async def test_who_cannot_pay_leaves_the_service_known_to_others(shop: Shop) -> None:
    buyer, poor, service = await create_user(balance=1_000), await create_user(), await create_service()
    await place(shop, buyer, service)
    with pytest.raises(InsufficientBalance):
        await place(shop, poor, service)

    with recorded_statements() as statements:
        await place(shop, buyer, service)

    assert len([one for one in statements if "setting_overrides" not in one]) == 1


@pytest.mark.parametrize("text", ["\x00", "\ud800"])
async def test_a_text_that_no_database_takes_is_its_own_order_s_error(text: str, shop: Shop) -> None:
    buyer, other = await create_user(balance=1_000), await create_user(balance=1_000)
    service = await create_service()
    odd = unsaved(buyer, service)
    odd.link = text

    sound, refused = await asyncio.gather(
        placed(unsaved(other, service)), placed(odd), return_exceptions=True
    )

    assert isinstance(refused, UnicodeEncodeError | TypeError) or refused is False
    assert sound is (await Order.all().count() == 1)
    assert await balance_of(buyer) == 1_000
    assert await LedgerEntry.filter(user_id=buyer.id).count() == 1


async def test_who_has_left_before_the_statement_is_asked_for_buys_nothing(
    shop: Shop, elsewhere: asyncpg.Connection
) -> None:
    buyer, service = await create_user(balance=1_000), await create_service()
    async with holding(elsewhere, "SELECT FROM users WHERE id = $1 FOR UPDATE", buyer.id):
        first = asyncio.create_task(place(shop, buyer, service))
        await until_somebody_waits(elsewhere)
        second = asyncio.create_task(place(shop, buyer, service))
        await asyncio.sleep(0.1)
        second.cancel()
    await first

    with pytest.raises(asyncio.CancelledError):
        await second
    assert await Order.all().count() == 1
    assert await balance_of(buyer) == 900
