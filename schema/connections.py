"""Relay connections over `resolvers.pagination`, and their arguments."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Generic, TypeVar

import strawberry

from engine.executor.hints import FieldHints, RowCursor, SameRow
from engine.protection.input_prices import Cost
from resolvers.pagination import MAX_COUNTED, Page

T = TypeVar("T")

COUNT_COST = 10
"""Points: a count reads many more rows than a page."""

First = Annotated[
    int | None,
    strawberry.argument(
        description="The number of entries from the start, 1 to 100; 20 if neither `first` nor `last` is "
        "given."
    ),
]
After = Annotated[str | None, strawberry.argument(description="Return entries after this cursor.")]
Last = Annotated[int | None, strawberry.argument(description="The number of entries from the end, 1 to 100.")]
Before = Annotated[str | None, strawberry.argument(description="Return entries before this cursor.")]


@strawberry.type(description="The position of a page in its list.")
class PageInfo:
    """Relay's PageInfo."""

    has_next_page: bool = strawberry.field(description="Whether there are more entries after this page.")
    has_previous_page: bool = strawberry.field(description="Whether there are more entries before this page.")
    start_cursor: str | None = strawberry.field(
        description="Cursor of the first edge; null on an empty page."
    )
    end_cursor: str | None = strawberry.field(description="Cursor of the last edge; null on an empty page.")


@strawberry.type(description="One entry of a page.")
class Edge(Generic[T]):
    """A row and its cursor."""

    page: strawberry.Private[Page[Any]]
    row: strawberry.Private[Any]
    cursor: str = strawberry.field(
        resolver=lambda self: self.page.cursor(self.row),
        description="An opaque cursor for `after` and `before`.",
        metadata=FieldHints(is_pure=True, row_part=RowCursor()).metadata,
    )
    node: T = strawberry.field(
        description="The entry itself.", metadata=FieldHints(row_part=SameRow()).metadata
    )


def _get_page(connection: "Connection[Any]") -> Page[Any]:
    return connection.page


@strawberry.type(
    description="A page of a list. Rows added while paging do not cause entries to be skipped or repeated."
)
class Connection(Generic[T]):
    """Relay's Connection; the page is already loaded, the total only on request."""

    page: strawberry.Private[Page[Any]]
    render: strawberry.Private[Callable[[Any], Any]]
    counting: strawberry.Private[asyncio.Future[int | None] | None] = None

    @strawberry.field(
        description="The entries, in the requested order.",
        metadata=FieldHints(is_pure=True, rows=_get_page).metadata,
    )
    def edges(self) -> list[Edge[T]]:
        return [Edge(page=self.page, row=row, node=self.render(row)) for row in self.page.nodes]

    @strawberry.field(
        description="The position of this page in the list.", metadata=FieldHints(is_pure=True).metadata
    )
    def page_info(self) -> PageInfo:
        page = self.page
        return PageInfo(
            has_next_page=page.has_next_page,
            has_previous_page=page.has_previous_page,
            start_cursor=page.cursor(page.nodes[0]) if page.nodes else None,
            end_cursor=page.cursor(page.nodes[-1]) if page.nodes else None,
        )

    @strawberry.field(
        description=f"The number of entries on all pages; null if `hasMoreThan` is {MAX_COUNTED}.",
        metadata=Cost(COUNT_COST).metadata,
    )
    async def total_count(self) -> int | None:
        return await self._count()

    @strawberry.field(
        description=f"{MAX_COUNTED} if there are more entries than that, uncounted; otherwise null.",
        metadata=Cost(COUNT_COST).metadata,
    )
    async def has_more_than(self) -> int | None:
        return MAX_COUNTED if await self._count() is None else None

    def _count(self) -> Awaitable[int | None]:
        """The total, counted once for both of the fields that show it."""
        if self.counting is None:
            self.counting = asyncio.ensure_future(self.page.total_count())
        return self.counting


def build_connection(page: Page[Any], render: Callable[[Any], T]) -> Connection[T]:
    """`page` with each row shown as its GraphQL type."""
    return Connection(page=page, render=render)
