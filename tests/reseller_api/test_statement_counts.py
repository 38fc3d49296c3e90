"""Asking about a hundred records costs as many statements as asking about one."""

import pytest

from models import Refill
from tests.database_state import record_statements
from tests.fakes import TIMESTAMP
from tests.reseller_api.reseller_client import Reseller
from tests.resolvers.factories import create_order, create_service


@pytest.fixture
async def numbers(reseller: Reseller) -> dict[str, list[int]]:
    """A hundred orders of the reseller's, each with a refill and a service of its own."""
    orders = [await create_order(reseller.user, await create_service()) for _ in range(100)]
    refills = [
        await Refill.create(order=order, created_at=TIMESTAMP, updated_at=TIMESTAMP) for order in orders
    ]
    return {"orders": [order.id for order in orders], "refills": [refill.id for refill in refills]}


@pytest.mark.parametrize(("action", "name"), [("status", "orders"), ("refill_status", "refills")])
async def test_a_batch_costs_two_statements(
    action: str, name: str, numbers: dict[str, list[int]], reseller: Reseller
) -> None:
    for requested in (numbers[name][:1], numbers[name]):
        with record_statements() as statements:
            reported = await reseller.call(action, **{name: ",".join(map(str, requested))})
        assert len(reported) == len(requested)
        assert "error" not in str(reported)
        # Whose key it is, and the records.
        assert len(statements) == 2


async def test_the_catalogue_costs_two_statements(numbers: dict[str, list[int]], reseller: Reseller) -> None:
    with record_statements() as statements:
        assert len(await reseller.call("services")) == 100
    assert len(statements) == 2
