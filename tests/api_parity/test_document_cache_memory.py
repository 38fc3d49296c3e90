"""After a response only the document cache, which limits its bytes, keeps documents in memory."""

import gc

import httpx
from graphql import StringValueNode

from schema.node import to_global_id

CONSTANTS = [str(to_global_id("Category", 9_000_000 + number)) for number in range(40)]
LISTED = ",".join(f'"{constant}"' for constant in CONSTANTS)
PAGES = (
    f"services(first: 1, where: {{category: {{in: [{LISTED}]}}}}) {{edges {{cursor}}}}",
    f"services(first: 1, where: {{category: {{in: [{LISTED}]}}}}) "
    "{edges {node {id category {id}}} totalCount}",
)


def count_constants_alive() -> int:
    gc.collect()
    known = frozenset(CONSTANTS)
    return sum(isinstance(one, StringValueNode) and one.value in known for one in gc.get_objects())


async def test_documents_seen_once_are_not_retained(client: httpx.AsyncClient) -> None:
    before = count_constants_alive()
    for number in range(10):
        query = f"query q{number} {{{PAGES[number % len(PAGES)]}}}"
        answer = await client.post("/graphql", json={"query": query})
        assert answer.json()["data"]["services"]["edges"] == []
    # A coroutine or a task that has just ended may hold the last one.
    assert count_constants_alive() - before <= len(CONSTANTS)
