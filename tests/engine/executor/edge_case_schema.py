"""A schema of the edge-case types, whose fields return the edge-case values."""

from collections.abc import Iterator
from typing import Any

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.schema.config import StrawberryConfig

from tests.engine.executor.edge_case_inputs import Given, Inputs, shown
from tests.engine.executor.edge_case_interfaces import Cat, Dog, Fish, Speaking, speaking
from tests.engine.executor.edge_case_types import Branch, Colour, Leaf, Node, Page, Resolving, Reversed, Thing
from tests.engine.executor.edge_case_values import VALUES, leaf

CARRIED_OUT: list[str] = []
"""The effects of mutations, in order."""


def _resolving(number: int) -> Resolving:
    name = None if number == 7 else f"n{number}"
    return Resolving(id=strawberry.ID(str(number)), name=name, leaf=leaf(number), secret="s")


@strawberry.type
class Query:
    """Each field answers the values that are named."""

    hello: str = "hi"

    @strawberry.field
    async def things(self, values: list[str]) -> list[Thing]:
        return [VALUES[name]() for name in values]

    @strawberry.field
    def things_opt(self, values: list[str]) -> list[Thing | None] | None:
        return [VALUES[name]() for name in values]

    @strawberry.field
    def thing(self, values: list[str]) -> Thing | None:
        return next((VALUES[name]() for name in values), None)

    @strawberry.field
    def resolving(self, count: int = 3) -> list[Resolving]:
        return [_resolving(number) for number in range(count)]

    @strawberry.field
    async def resolving_opt(self, count: int = 3) -> list[Resolving | None]:
        return [_resolving(number) if number % 2 else None for number in range(count)]

    @strawberry.field
    def page(self) -> Page[Leaf]:
        return Page(items=[leaf(1), leaf(2)], total=2)

    @strawberry.field
    def nodes(self) -> list[Node]:
        branch = Branch(id=strawberry.ID("b"), name="n", leaves=[leaf(5)], maybe=[None, leaf(6)])
        return [leaf(1), branch]

    @strawberry.field
    def grid(self) -> list[list[Leaf]]:
        return [[leaf(1)], [leaf(2), leaf(3)], []]

    @strawberry.field
    async def colours(self) -> list[Colour]:
        return [Colour.RED, Colour.GREEN]

    @strawberry.field
    def generated(self) -> list[Leaf]:
        made: Iterator[Leaf] = (leaf(number) for number in range(3))
        return made  # type: ignore[return-value]

    @strawberry.field
    async def fails(self) -> list[Leaf]:
        raise ValueError("the root fails")

    @strawberry.field
    async def speaking(self) -> list[Speaking]:
        return speaking()

    @strawberry.field
    async def one_speaking(self, count: int = 0) -> Speaking | None:
        return dict(enumerate(speaking())).get(count)

    @strawberry.field
    async def inputs(self) -> Inputs:
        return Inputs()


class CarryingOut(FieldExtension):
    """Notes that its field was resolved before anything is awaited, and may fail there."""

    def resolve_async(self, next_: Any, source: Any, info: Any, **kwargs: Any) -> Any:
        CARRIED_OUT.append(info.field_name)
        if kwargs.get("fails"):
            raise ValueError("failed at once")
        return next_(source, info, **kwargs)


@strawberry.type
class Mutation:
    @strawberry.mutation
    def make(self, values: list[str]) -> Thing | None:
        CARRIED_OUT.append(f"make {values}")
        return next((VALUES[name]() for name in values), None)

    @strawberry.mutation
    async def make_later(self, values: list[str]) -> Thing | None:
        CARRIED_OUT.append(f"make later {values}")
        return next((VALUES[name]() for name in values), None)

    @strawberry.mutation
    async def make_resolving(self) -> Resolving:
        CARRIED_OUT.append("make resolving")
        return _resolving(1)

    @strawberry.mutation
    async def take(self, given: Given, number: int = 1) -> str | None:
        CARRIED_OUT.append(shown([given, number]))
        if number < 0:
            raise ValueError("failed after the change")
        return shown(given)

    @strawberry.mutation(extensions=[CarryingOut()])  # type: ignore[untyped-decorator] # as Strawberry types it
    async def fail_at_once(self, fails: bool = False) -> str | None:
        return "done"


def _backwards(text: str) -> str | None:
    return None if text == "none" else text[::-1]


CONFIG = StrawberryConfig(
    scalar_map={
        Reversed: strawberry.scalar(
            name="Reversed", serialize=_backwards, parse_value=lambda text: Reversed(text[::-1])
        )
    }
)
SCHEMA = strawberry.Schema(Query, Mutation, types=[Leaf, Branch, Cat, Dog, Fish], config=CONFIG)
