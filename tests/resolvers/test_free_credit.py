"""Free credit: its amount, its interval and monthly limit, and simultaneous claims."""

import asyncio
from datetime import timedelta

import pytest

from domain.enums import LedgerKind
from domain.problems import FreeCreditsUsedUp, FreeCreditTooSoon, InvalidInput
from models import LedgerEntry, Notification, User
from resolvers import free_credit
from resolvers.app_context import AppContext
from resolvers.ledger_audit import audit_ledger
from tests.database_state import read_stored_rows
from tests.fakes import create_user
from tests.resolvers.logins import with_settings
from tests.resolvers.money_steps import SECOND, Clock, get_balance, get_columns, get_ledger, stop_clock

pytestmark = pytest.mark.both_databases

DAY = timedelta(days=1)
MONTH = timedelta(days=30)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return stop_clock(monkeypatch)


async def claim(app: AppContext, user: User, *, key: str | None = None) -> LedgerEntry:
    return await free_credit.claim_free_credit(app, user, idempotency_key=key)


async def refused_wait(app: AppContext, user: User, *, key: str | None = None) -> timedelta:
    """The `retry_after` of the refusal."""
    with pytest.raises(FreeCreditTooSoon) as refusal:
        await claim(app, user, key=key)
    return refusal.value.retry_after


async def test_a_free_credit_reaches_the_wallet_and_its_ledger(app: AppContext, clock: Clock) -> None:
    exact = with_settings(app, free_credit_min=42, free_credit_max=42)
    user = await create_user(balance=8)

    entry = await claim(exact, user)

    assert get_columns(entry) == get_columns(await LedgerEntry.get(kind=LedgerKind.FREE_CREDIT))
    assert (entry.user_id, entry.amount, entry.balance_after) == (user.id, 42, 50)
    assert (entry.order_id, entry.payment_id, entry.created_at) == (None, None, clock.current)
    assert await get_balance(user) == 50
    assert not await Notification.exists()


async def test_the_amounts_are_all_those_of_the_range_and_no_others(app: AppContext) -> None:
    small = with_settings(app, free_credit_min=7, free_credit_max=9)

    provided = {(await claim(small, await create_user())).amount for _ in range(60)}

    assert provided == {7, 8, 9}


async def test_the_next_one_waits_for_the_interval_to_the_second(app: AppContext, clock: Clock) -> None:
    user = await create_user()
    await claim(app, user)

    waits = []
    for pause in (timedelta(0), SECOND, DAY - 2 * SECOND):
        clock.move(pause)
        waits.append(await refused_wait(app, user))
    clock.move(SECOND)
    await claim(app, user)

    assert waits == [DAY, DAY - SECOND, SECOND]
    assert len(await get_ledger(user)) == 2


async def test_a_clock_set_back_grants_nothing_more(app: AppContext, clock: Clock) -> None:
    user = await create_user()
    await claim(app, user)

    clock.move(-timedelta(hours=1))

    assert await refused_wait(app, user) == DAY + timedelta(hours=1)


async def test_a_refused_claim_changes_nothing_and_moves_no_wait(app: AppContext, clock: Clock) -> None:
    user = await create_user()
    await claim(app, user)
    clock.move(timedelta(hours=1))
    before = await read_stored_rows()

    await refused_wait(app, user)

    assert await read_stored_rows() == before


async def test_at_most_the_monthly_number_is_granted_in_exactly_thirty_days(
    app: AppContext, clock: Clock
) -> None:
    rare = with_settings(app, free_credits_per_month=2)
    user = await create_user()
    await claim(rare, user)
    clock.move(DAY)
    await claim(rare, user)

    clock.move(MONTH - DAY - SECOND)
    before = await read_stored_rows()
    with pytest.raises(FreeCreditsUsedUp):
        await claim(rare, user)
    assert await read_stored_rows() == before

    clock.move(SECOND)
    await claim(rare, user)
    assert len(await get_ledger(user)) == 3


async def test_only_the_users_own_free_credits_count(app: AppContext) -> None:
    rare = with_settings(app, free_credits_per_month=1)
    user, other = await create_user(balance=100), await create_user()
    await claim(rare, other)

    assert (await claim(rare, user)).user_id == user.id


async def test_claims_at_once_give_one_credit(app: AppContext) -> None:
    user = await create_user()

    outcomes = await asyncio.gather(*(claim(app, user) for _ in range(6)), return_exceptions=True)

    assert sum(isinstance(outcome, FreeCreditTooSoon) for outcome in outcomes) == 5
    assert len(await get_ledger(user)) == 1
    assert await audit_ledger() == []


async def test_the_same_key_gives_the_same_credit_however_late(app: AppContext, clock: Clock) -> None:
    brisk = with_settings(app, free_credit_interval=SECOND)
    user = await create_user()
    first = await claim(brisk, user, key="k")

    clock.move(timedelta(hours=1))

    assert get_columns(await claim(brisk, user, key="k")) == get_columns(first)
    assert (await claim(brisk, user, key="another")).id != first.id


async def test_a_problem_is_returned_for_the_same_key_with_its_original_wait(
    app: AppContext, clock: Clock
) -> None:
    brisk = with_settings(app, free_credit_interval=timedelta(hours=1))
    user = await create_user()
    await claim(brisk, user)
    first = await refused_wait(brisk, user, key="k")

    clock.move(timedelta(hours=2))

    assert await refused_wait(brisk, user, key="k") == first == timedelta(hours=1)
    await claim(brisk, user, key="another")


async def test_a_malformed_key_gives_nothing(app: AppContext) -> None:
    user = await create_user()

    with pytest.raises(InvalidInput):
        await claim(app, user, key="")

    assert await get_ledger(user) == []
