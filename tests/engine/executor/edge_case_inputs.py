"""Arguments and inputs of every kind that Strawberry has, and resolvers that show what they were given."""

import enum
from dataclasses import fields, is_dataclass
from typing import Annotated, Any, Optional

import strawberry
from strawberry import Some
from strawberry.relay import GlobalID


@strawberry.enum
class Direction(enum.Enum):
    UP = "u"
    DOWN = strawberry.enum_value("d", name="BACK")


@strawberry.input
class Nested:
    number: int = 7
    direction: Direction | None = None
    nested: Optional["Nested"] = None
    tags: list[str] = strawberry.field(default_factory=lambda: ["a"])


@strawberry.input
class Given:
    """Fields that may be absent, in every way of being so."""

    required: int
    unset: int | None = strawberry.UNSET
    maybe: strawberry.Maybe[int]
    maybe_null: strawberry.Maybe[str | None]
    renamed: str | None = strawberry.field(name="called", default=None)
    nested: Nested | None = strawberry.UNSET
    many: list[Nested | None] | None = None


@strawberry.input(one_of=True)
class Choice:
    number: strawberry.Maybe[int]
    text: strawberry.Maybe[str]
    nested: strawberry.Maybe[Nested]


@strawberry.input
class Refusing:
    """An input whose constructor refuses some values."""

    number: int = 1

    def __post_init__(self) -> None:
        if self.number < 0:
            raise ValueError("below zero")


def shown(value: object) -> str:
    """A text that shows types and values, and which fields are set."""
    if value is strawberry.UNSET:
        return "UNSET"
    if isinstance(value, Some):
        return f"Some({shown(value.value)})"
    if is_dataclass(value) and not isinstance(value, type):
        held = {field.name: shown(getattr(value, field.name)) for field in fields(value)}
        return f"{type(value).__name__}{held}"
    if isinstance(value, list):
        return f"[{', '.join(map(shown, value))}]"
    return f"{type(value).__name__} {value!r}"


@strawberry.type
class Inputs:
    """Fields that answer what their arguments came as. Lists and inputs are changed afterwards: the next
    request must not meet that."""

    @strawberry.field
    async def plain(
        self,
        number: int,
        text: str | None = "x",
        flag: bool = True,
        direction: Direction = Direction.UP,
        ratio: float | None = 0.5,
    ) -> str:
        return shown([number, text, flag, direction, ratio])

    @strawberry.field
    async def absent(
        self,
        unset: int | None = strawberry.UNSET,
        maybe: strawberry.Maybe[int] = None,
        maybe_null: strawberry.Maybe[str | None] = None,
        nested: Nested | None = strawberry.UNSET,
        tags: list[str] | None = strawberry.UNSET,
    ) -> str:
        return shown([unset, maybe, maybe_null, nested, tags])

    @strawberry.field
    async def lists(
        self,
        numbers: list[int],
        words: list[str | None] | None = None,
        directions: list[Direction] = [Direction.DOWN],  # noqa: B006 - GraphQL's default
        grid: list[list[int]] | None = None,
    ) -> str:
        answer = shown([numbers, words, directions, grid])
        numbers.append(99)
        directions.append(Direction.UP)
        return answer

    @strawberry.field
    async def given(self, given: Given, more: Given | None = None) -> str:
        answer = shown([given, more])
        given.required = -1
        if given.nested:
            given.nested.tags.append("changed")
        return answer

    @strawberry.field
    async def choice(self, choice: Choice) -> str:
        return shown(choice)

    @strawberry.field
    async def choices(self, choices: list[Choice] | None = None) -> str:
        return shown(choices)

    @strawberry.field
    async def refusing(self, refusing: Refusing, other: Refusing | None = None) -> str | None:
        return shown([refusing, other])

    @strawberry.field
    async def by_id(self, id: GlobalID) -> str | None:  # noqa: A002 - GraphQL's name
        return shown(id)

    @strawberry.field
    async def named(
        self, info: strawberry.Info, of: Annotated[int, strawberry.argument(name="theNumber")] = 3
    ) -> str:
        return f"{info.field_name} {shown(of)}"

    @strawberry.field
    def at_once(self, given: Given | None = None, number: int = 1) -> str:
        return shown([given, number])


def get_input_converters(_: Any = None) -> Inputs:
    """The object whose fields these are."""
    return Inputs()
