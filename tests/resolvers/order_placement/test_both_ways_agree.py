"""Both placement paths have the same outcome, for any request in any state of the shop."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

import pytest

from domain.order_details import DripFeed, OrderDetails
from domain.problems import DuplicateOrder, IdempotencyKeyReused, InsufficientBalance, Problem
from domain.service_types import ServiceType
from models import Category, IdempotencyKey, LedgerEntry, Order, Service, User
from resolvers.app_context import AppContext
from resolvers.idempotency import LIFETIME
from resolvers.ledger_audit import audit_ledger
from resolvers.order_placement import batched_insert
from tests.database_state import read_all_rows, read_stored_rows
from tests.fakes import create_user
from tests.resolvers.factories import create_category, create_service
from tests.resolvers.logins import with_settings
from tests.resolvers.money_steps import (
    LINK,
    SECOND,
    Clock,
    get_balance,
    get_columns,
    get_ledger,
    place_order_for,
    stop_clock,
)
from tests.resolvers.provider_factories import create_provider, create_provider_service
from tests.resolvers.test_create_order import REQUESTED
from tests.search_depth import DEPTH

pytestmark = [
    pytest.mark.usefixtures("db"),
    pytest.mark.parametrize("database_url", ["postgres"], indirect=True),
]

STEPS = 120
LINKS = [
    LINK,
    "https://example.com/p/2",
    " sara ",
    "@sara",
    "",
    None,
    "ftp://example.com",
    "سلام\nو",
    "a'b\"%\\",
]
KEYS = [None, None, "k", "l", " k ", "کلید", "'\"%_\\", "😀" * 255, ""]
DETAILS = [
    *REQUESTED.values(),
    OrderDetails(quantity=1),
    OrderDetails(quantity=1_000),
    OrderDetails(quantity=1_001),
    OrderDetails(quantity=0),
    OrderDetails(quantity=10, drip_feed=DripFeed(runs=3, interval=5)),
    OrderDetails(quantity=10, drip_feed=DripFeed(runs=101, interval=5)),
]
_NUMBERS = {"id", "user_id", "order_id", "cause"}
_NUMBERED_TABLES = ("orders", "order_events", "ledger_entries", "order_total_deltas")


@contextmanager
def disable_fast_path() -> Iterator[None]:
    """Inside, orders take the step-by-step path."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batched_insert, "get_batch_client", lambda: None)
        yield


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return stop_clock(monkeypatch)


async def create_services() -> list[Service]:
    """Services of every type, expensive and cheap, manual and by a provider, and some not on sale."""
    sold, off = await create_category(), await create_category(is_active=False)
    services = [
        await create_service(category=sold, type=type_, price=1_999, drip_feed=True) for type_ in ServiceType
    ]
    provider = await create_provider()
    priced = [
        await create_service(category=sold, price=price, drip_feed=price == 3)
        for price in (0, 1, 3, 10_000_000)
    ]
    delivered = await create_provider_service(provider, drip_feed=True)
    without_runs = await create_provider_service(provider, drip_feed=True)
    await Service.filter(id=without_runs.id).update(provider_drip_feed=False)
    choosy = await create_service(category=sold)
    await Service.filter(id=choosy.id).update(refuses_duplicates=True)
    return [
        *services,
        *priced,
        delivered,
        without_runs,
        choosy,
        await create_service(category=off),
        await create_service(category=sold, is_active=False),
    ]


async def outcome(order: Any) -> dict[str, object]:
    """The columns that the buyer is answered, without numbers; or the refusal."""
    try:
        placed = await order
    except Problem as refusal:
        return {"kind": type(refusal), **vars(refusal)}
    return {name: value for name, value in get_columns(placed).items() if name not in _NUMBERS}


async def list_written_rows(user: User) -> dict[str, object]:
    """All that is written of one user, without numbers."""
    orders = [row["id"] for row in await Order.filter(user_id=user.id).values("id")]
    rows: dict[str, object] = {}
    for table, kept in (await read_all_rows()).items():
        if table in (*_NUMBERED_TABLES, "idempotency_keys"):
            own = [row for row in kept if row.get("user_id") == user.id or row.get("order_id") in orders]
            left_out = _NUMBERS if table != "idempotency_keys" else {*_NUMBERS, "result"}
            rows[table] = [{name: row[name] for name in row if name not in left_out} for row in own]
    return rows


@pytest.mark.random_search
@pytest.mark.parametrize("seed", range(2 * DEPTH))
async def test_both_placement_paths_have_the_same_outcome(seed: int, app: AppContext, clock: Clock) -> None:
    chance = Random(seed)
    services = await create_services()
    one, other = await create_user(balance=30_000), await create_user(balance=30_000)

    for _ in range(STEPS):
        await change_at_random(chance, services, [one.id, other.id], clock)
        if chance.random() < 0.5:
            one, other = await User.get(id=one.id), await User.get(id=other.id)
        requested: dict[str, Any] = {
            "details": chance.choice(DETAILS),
            "link": chance.choice(LINKS),
            "key": chance.choice(KEYS),
        }
        service = chance.choice(services)
        # A sound order every other time: most others are refused.
        if chance.random() < 0.5:
            requested |= {"details": REQUESTED[service.type], "link": LINK}
        at_once = await outcome(place_order_for(app, one, service, **requested))
        with disable_fast_path():
            assert at_once == await outcome(place_order_for(app, other, service, **requested)), (
                service.type,
                requested,
            )

    assert await list_written_rows(one) == await list_written_rows(other)
    assert await get_balance(one) == await get_balance(other)
    assert await Order.filter(user_id=one.id).count() > STEPS // 20
    assert await audit_ledger() == []


async def change_at_random(chance: Random, services: list[Service], users: list[int], clock: Clock) -> None:
    """Random changes, also of buyers that a request has already loaded."""
    change = chance.randrange(12)
    if change == 0:
        await User.filter(id__in=users).update(custom_rate=chance.choice([0, 1, 33, 50, 100]))
    elif change == 1:
        is_active = chance.random() < 0.7
        await Service.filter(id=chance.choice(services).id).update(is_active=is_active)
    elif change == 2:
        await Service.filter(id=chance.choice(services).id).update(price=chance.randrange(3_000))
    elif change == 3:
        clock.move(chance.choice([SECOND, LIFETIME // 2]))


async def test_an_order_for_nothing_leaves_no_entry(app: AppContext) -> None:
    buyer, service = await create_user(balance=0), await create_service(price=0)

    assert (await place_order_for(app, buyer, service, key="k")).charge == 0
    assert await LedgerEntry.all().count() == 0


@pytest.mark.parametrize("owner", ["shop", "service"])
async def test_a_duplicate_of_an_unfinished_order_is_refused(owner: str, app: AppContext) -> None:
    buyer, service = await create_user(balance=1_000), await create_service()
    if owner == "shop":
        app = with_settings(app, refuse_duplicate_orders=True)
    else:
        await Service.filter(id=service.id).update(refuses_duplicates=True)

    placed = await asyncio.gather(
        *(place_order_for(app, buyer, service, key=f"k{number}") for number in range(20)),
        return_exceptions=True,
    )

    assert sum(isinstance(one, DuplicateOrder) for one in placed) == 19
    assert await get_balance(buyer) == 900


async def test_the_fast_path_leaves_nothing_when_it_refuses(app: AppContext) -> None:
    buyer, service = await create_user(balance=99), await create_service()
    before = await read_stored_rows()

    for _ in range(2):
        with pytest.raises(InsufficientBalance):
            await place_order_for(app, buyer, service)

    assert await read_stored_rows() == before


async def test_one_key_for_different_orders_at_once_is_one_of_them(app: AppContext) -> None:
    buyer, service = await create_user(balance=100_000), await create_service()

    answers = await asyncio.gather(
        *(place_order_for(app, buyer, service, key="k", quantity=number % 3 + 1) for number in range(60)),
        return_exceptions=True,
    )

    placed = [answer for answer in answers if isinstance(answer, Order)]
    assert len(placed) == 20
    assert len({order.id for order in placed}) == await Order.all().count() == 1
    assert sum(isinstance(answer, IdempotencyKeyReused) for answer in answers) == 40


@pytest.mark.random_search
@pytest.mark.parametrize("seed", range(DEPTH))
async def test_both_placement_paths_at_once_keep_every_toman(seed: int, app: AppContext) -> None:
    chance = Random(seed)
    buyers = [await create_user(balance=1_000) for _ in range(3)]
    services = [await create_service(), await create_service(type=ServiceType.PACKAGE, price=70)]
    choosy = await create_service()
    await Service.filter(id=choosy.id).update(refuses_duplicates=True)

    async def act(number: int) -> object:
        if number % 10 == 0:
            return await User.filter(id=chance.choice(buyers).id).update(custom_rate=chance.choice([0, 50]))
        if number % 37 == 0:
            return await Category.filter(id=services[0].category_id).update(is_active=number % 2 == 0)
        key = chance.choice([None, "k", "l", f"own {number}"])
        service = chance.choice([*services, choosy])
        return await place_order_for(app, chance.choice(buyers), service, key=key)

    outcomes = await asyncio.gather(*map(act, range(200)), return_exceptions=True)

    assert [one for one in outcomes if isinstance(one, BaseException) and not isinstance(one, Problem)] == []
    for buyer in buyers:
        orders = await Order.filter(user_id=buyer.id)
        charged = sum(-amount for _, amount, _ in (await get_ledger(buyer))[1:])
        assert await get_balance(buyer) == 1_000 - sum(order.charge for order in orders) == 1_000 - charged
    assert await audit_ledger() == []
    assert await IdempotencyKey.filter(result=None).count() == 0
