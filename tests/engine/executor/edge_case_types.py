"""Types of everything that completion meets."""

import asyncio
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from operator import attrgetter
from typing import Annotated, Any, Generic, NewType, TypeVar, cast
from uuid import UUID

import strawberry
from graphql import GraphQLError
from strawberry.permission import BasePermission
from strawberry.types.field import StrawberryField

from engine.executor.hints import FieldHints

Reversed = NewType("Reversed", str)
Item = TypeVar("Item")


@strawberry.enum
class Colour(Enum):
    RED = "r"
    GREEN = strawberry.enum_value("g", name="VERDE")


@strawberry.enum
class Size(StrEnum):
    SMALL = "s"
    LARGE = "l"


@strawberry.enum
class Number(IntEnum):
    ONE = 1
    TWO = 2


class Nobody(BasePermission):
    message = "not you"

    def has_permission(self, source: Any, info: strawberry.Info, **_: Any) -> bool:
        return False


class ReadField(StrawberryField):
    """A field that is read through the object that its source is a view of."""

    def get_result(self, source: Any, info: Any, args: list[Any], kwargs: Any) -> Any:
        return cast(Any, FieldHints.of(self).read)(source)


def read_by(read: Callable[[Any], Any]) -> Any:
    field = ReadField(python_name=None, metadata=FieldHints(read=read).metadata)
    field.init = field.repr = field.compare = False
    return field


@strawberry.interface
class Node:
    id: strawberry.ID


@strawberry.type
class Leaf(Node):
    title: str
    weight: float | None = None


@strawberry.type
class Branch(Node):
    name: str
    leaves: list[Leaf]
    maybe: list[Leaf | None] | None = None


@strawberry.type
class View:
    """A type of views, with an `is_type_of` of its own."""

    row: strawberry.Private[Any]
    title: str = read_by(attrgetter("row.title"))
    weight: float | None = read_by(lambda view: view.row.weight)
    long_title: str = strawberry.field(
        resolver=lambda self: self.row.title * 2, metadata=FieldHints(is_pure=True).metadata
    )
    leaf: Leaf | None = read_by(attrgetter("row"))

    @classmethod
    def is_type_of(cls, value: object, _: object) -> bool:
        return isinstance(value, View) and getattr(value.row, "title", "") != "nobody's"


@strawberry.type
class Thing:
    id: strawberry.ID
    text: str
    text_opt: str | None
    whole: int
    broken: float
    truth: bool
    colour: Colour
    size: Size
    number: Number | None
    moment: datetime
    day: date | None
    exact: Decimal
    uuid: UUID
    json: strawberry.scalars.JSON
    reversed: Reversed
    grid: list[list[int]]
    grid_opt: list[list[int | None] | None] | None
    tags: list[str]
    leaf: Leaf
    leaf_opt: Leaf | None
    leaves: list[Leaf]
    node: Node | None
    either: Annotated[Leaf | Branch, strawberry.union("Either")] | None
    view: View | None
    views: list[View]


@strawberry.type
class Resolving:
    """Plain fields beside those that are resolved, in every way that they can fail."""

    id: strawberry.ID
    name: str | None
    leaf: Leaf
    secret: str | None = strawberry.field(permission_classes=[Nobody])

    @strawberry.field
    def shout(self, suffix: str = "!") -> str:
        return (self.name or "").upper() + suffix

    @strawberry.field
    async def later(self) -> Leaf:
        await asyncio.sleep(0)
        return self.leaf

    @strawberry.field
    async def later_opt(self) -> Leaf | None:
        return None

    @strawberry.field
    def fails(self) -> str | None:
        raise ValueError(f"fails at {self.id}")

    @strawberry.field
    async def fails_later(self) -> str | None:
        await asyncio.sleep(0)
        raise GraphQLError(f"fails later at {self.id}", extensions={"code": "LATER"})

    @strawberry.field
    def fails_required(self) -> str:
        raise ValueError(f"fails and is required at {self.id}")

    @strawberry.field
    async def leaves(self, titles: list[str]) -> list[Leaf]:
        return [Leaf(id=strawberry.ID(title), title=title) for title in titles]


@strawberry.type
class Page(Generic[Item]):
    items: list[Item]
    total: int
