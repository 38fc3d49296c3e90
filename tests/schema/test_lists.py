"""Every list of GraphQL pages by keyset, whatever it is sorted by: nothing twice, nothing skipped."""

import base64
from uuid import UUID

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models import LedgerEntry, Notification, Order, Payment, Service, Ticket
from resolvers.app_context import AppContext
from tests.fakes import create_user
from tests.fixtures import create_authorization
from tests.schema.lists import ADD, ListReader, connections
from tests.search_depth import DEPTH

LISTS = [(name, column) for name, (_, columns) in connections().items() for column in columns]
ROWS = {
    "services": Service,
    "orders": Order,
    "tickets": Ticket,
    "notifications": Notification,
    "ledger": LedgerEntry,
    "payments": Payment,
}
# Few, so that many rows are alike in what they are sorted by.
NUMBERS = st.lists(st.integers(1, 3), max_size=8)


def number_in(global_id: str) -> int | UUID:
    key = base64.b64decode(global_id).decode().partition(":")[2]
    return int(key) if key.isdigit() else UUID(key)


class PageWalk:
    """A walk through a list, during which rows may be added."""

    def __init__(self, reader: ListReader, size: int) -> None:
        self._reader = reader
        self._size = size
        self.is_over = False
        self.ids: list[str] = []
        self._cursor: str | None = None

    async def forward(self) -> None:
        """Read the next page."""
        page = await self._reader.page(first=self._size, after=self._cursor)
        self.ids += [edge["node"]["id"] for edge in page["edges"]]
        self._end(page, page["pageInfo"]["hasNextPage"], page["pageInfo"]["endCursor"])

    async def backward(self) -> None:
        """Read the page before."""
        page = await self._reader.page(last=self._size, before=self._cursor)
        self.ids = [edge["node"]["id"] for edge in page["edges"]] + self.ids
        self._end(page, page["pageInfo"]["hasPreviousPage"], page["pageInfo"]["startCursor"])

    def _end(self, page: dict[str, list[object]], has_more: bool, cursor: str | None) -> None:
        assert len(page["edges"]) == self._size or not has_more
        self.is_over, self._cursor = not has_more, cursor


async def walk_pages(reader: ListReader, size: int, *, is_forward: bool) -> list[str]:
    walk = PageWalk(reader, size)
    while not walk.is_over:
        await (walk.forward() if is_forward else walk.backward())
    return walk.ids


def test_every_list_that_pages_has_a_maker_of_rows() -> None:
    assert ADD.keys() == ROWS.keys() == connections().keys()


@pytest.mark.random_search
@pytest.mark.parametrize(("name", "column"), LISTS)
@settings(max_examples=1 + DEPTH, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    direction=st.sampled_from(["ASC", "DESC"]),
    size=st.integers(1, 4),
    is_forward=st.booleans(),
    numbers=NUMBERS,
    added=NUMBERS,
)
async def test_paging_returns_every_row_once_in_order_while_rows_are_added(
    name: str,
    column: str,
    direction: str,
    size: int,
    is_forward: bool,
    numbers: list[int],
    added: list[int],
    client: httpx.AsyncClient,
    app: AppContext,
) -> None:
    if name == "services":
        await Service.all().delete()
    user = await create_user()
    reader = ListReader(
        client, await create_authorization(app, user), name, {"field": column, "direction": direction}
    )
    for number in numbers:
        await ADD[name](user, number)
    before = await walk_pages(reader, 100, is_forward=True)
    walk, coming = PageWalk(reader, size), list(added)
    while not walk.is_over:
        await (walk.forward() if is_forward else walk.backward())
        if coming:
            await ADD[name](user, coming.pop())

    assert len(set(walk.ids)) == len(walk.ids)
    assert [key for key in walk.ids if key in before] == before
    after = await walk_pages(reader, size, is_forward=True)
    assert after == await walk_pages(reader, size, is_forward=False)
    assert [key for key in after if key in walk.ids] == walk.ids
    assert (await reader.page(first=1))["totalCount"] == len(after)
    assert after == await expected_ids(name, column, direction, after)


async def expected_ids(name: str, column: str, direction: str, ids: list[str]) -> list[str]:
    """The ids by what their rows hold. A service's MIN and MAX are its only columns of other names."""
    attribute = {"MIN": "min_quantity", "MAX": "max_quantity"}.get(column, column.lower())
    rows = {row.pk: row for row in await ROWS[name].filter(id__in=[number_in(key) for key in ids])}
    assert len(rows) == len(ids)

    def key(global_id: str) -> tuple[object, object]:
        row = rows[number_in(global_id)]
        return getattr(row, attribute), row.pk

    return sorted(ids, key=key, reverse=direction == "DESC")
