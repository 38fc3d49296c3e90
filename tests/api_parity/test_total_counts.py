"""Totals of lists: exact to a bound, and neither shown nor counted beyond it."""

import httpx
import pytest

import database
from domain.enums import LedgerKind
from domain.money import Toman
from resolvers import pagination, wallet
from resolvers.app_context import AppContext
from tests.fakes import create_user
from tests.fixtures import create_authorization

COUNTS = "{ ledger(first: 1) { totalCount hasMoreThan edges { cursor } } }"


async def test_a_total_is_exact_to_its_bound_and_null_beyond(
    client: httpx.AsyncClient, app: AppContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pagination, "MAX_COUNTED", 3)
    user = await create_user()
    headers = await create_authorization(app, user)
    shown = []
    for number in range(5):
        answer = await client.post("/graphql", json={"query": COUNTS}, headers=headers)
        ledger = answer.json()["data"]["ledger"]
        shown.append((ledger["totalCount"], ledger["hasMoreThan"] is not None))
        now = await database.now()
        await wallet.credit(
            user.id, Toman(10), kind=LedgerKind.ADJUSTMENT, cause=f"test:{user.id}:{number}", now=now
        )
    assert shown == [(0, False), (1, False), (2, False), (3, False), (None, True)]
