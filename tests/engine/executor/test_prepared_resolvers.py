"""Arguments reach resolvers as Strawberry gives them, whether they were prepared beforehand or not."""

import enum
from collections.abc import Awaitable, Callable
from dataclasses import asdict, is_dataclass
from typing import Annotated, Any, Optional

import orjson
import strawberry
from graphql import OperationType
from strawberry.extensions import FieldExtension
from strawberry.relay import GlobalID

from config.settings import Settings
from engine.execution import Engine
from engine.protection.admission import GraphQLRequest
from tests.engine.executor.test_speed import Context
from tests.subtest_cases import for_each


@strawberry.enum
class Colour(enum.Enum):
    RED = "r"
    BLUE = "b"


@strawberry.input
class Inner:
    number: int = 7
    colour: Colour | None = None
    inner: Optional["Inner"] = None


@strawberry.input
class Outer:
    name: str
    tags: list[str] = strawberry.field(default_factory=lambda: ["a"])
    inners: list[Inner] | None = None
    unset: int | None = strawberry.UNSET
    maybe: strawberry.Maybe[int]
    renamed: str | None = strawberry.field(name="called", default=None)


class Doubling(FieldExtension):
    """Changes the arguments and the result of its field."""

    def map_arguments(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        return {**kwargs, "number": kwargs.get("number", 1) * 2}

    async def resolve_async(
        self, next_: Callable[..., Awaitable[Any]], source: Any, info: Any, **kwargs: Any
    ) -> Any:
        return f"<{await next_(source, info, **kwargs)}>"


class Bracketing(FieldExtension):
    """Changes its field's result."""

    async def resolve_async(
        self, next_: Callable[..., Awaitable[Any]], source: Any, info: Any, **kwargs: Any
    ) -> Any:
        return f"[{await next_(source, info, **kwargs)}]"


def describe(value: object) -> str:
    """The types and values of the fields that are set, as text."""
    if is_dataclass(value) and not isinstance(value, type):
        return f"{type(value).__name__}{ {name: describe(one) for name, one in asdict(value).items()} }"
    if isinstance(value, list):
        return f"[{', '.join(map(describe, value))}]"
    return f"{type(value).__name__} {value!r}"


@strawberry.type
class Query:
    @strawberry.field
    async def plain(
        self, number: int, text: str | None = "x", flag: bool = True, colour: Colour = Colour.RED
    ) -> str:
        return describe([number, text, flag, colour])

    @strawberry.field
    async def lists(
        self,
        numbers: list[int],
        terms: list[str | None] | None = None,
        colours: list[Colour] = [Colour.BLUE],  # noqa: B006 - GraphQL's default
    ) -> str:
        answer = describe([numbers, terms, colours])
        # The next request must not see this change.
        numbers.append(99)
        colours.append(Colour.RED)
        return answer

    @strawberry.field
    async def deep(self, outer: Outer, more: Inner | None = None) -> str:
        answer = describe([outer, more])
        outer.name = "changed"
        outer.tags.append("changed")
        if more is not None:
            more.number = -1
        return answer

    @strawberry.field
    async def node(self, id: GlobalID) -> str:  # noqa: A002 - GraphQL's name
        return describe(id)

    @strawberry.field
    async def named(
        self, info: strawberry.Info, of: Annotated[int, strawberry.argument(name="theNumber")] = 3
    ) -> str:
        return f"{info.field_name} {describe(of)}"

    @strawberry.field(extensions=[Bracketing()])  # type: ignore[untyped-decorator] # as Strawberry types it
    async def bracketed(self, number: int = 1) -> str:
        return describe(number)

    @strawberry.field(extensions=[Doubling()])  # type: ignore[untyped-decorator] # the same
    async def doubled(self, number: int = 1) -> str:
        return describe(number)

    @strawberry.field
    def at_once(self, number: int = 1) -> str:
        return describe(number)


SCHEMA = strawberry.Schema(Query)
INNER = {"number": 1, "colour": "BLUE", "inner": {"inner": {"number": 3}}}
QUERIES: list[tuple[str, dict[str, Any]]] = [
    ("{ plain(number: 1) bracketed doubled atOnce named }", {}),
    ('{ plain(number: 1, text: null, flag: false, colour: BLUE) a: plain(number: 2, text: "y") }', {}),
    (
        "query ($n: Int!) { plain(number: $n) doubled(number: $n) bracketed(number: $n) atOnce(number: $n) }",
        {"n": 5},
    ),
    ("query ($n: Int!) { plain(number: $n) }", {"n": "5"}),
    ("query ($n: Int!) { plain(number: $n) }", {"n": 2**31}),
    ("query ($n: Int!) { plain(number: $n) }", {"n": None}),
    ("query ($n: Int!) { plain(number: $n) }", {}),
    ("query ($n: Int = 4) { plain(number: $n) }", {}),
    ("query ($n: Int = 4) { plain(number: $n) }", {"n": None}),
    ("query ($t: String) { plain(number: 1, text: $t) }", {}),
    ("query ($t: String) { plain(number: 1, text: $t) }", {"t": None}),
    ("query ($c: Colour!) { plain(number: 1, colour: $c) }", {"c": "BLUE"}),
    ("query ($c: Colour!) { plain(number: 1, colour: $c) }", {"c": "GREEN"}),
    ("query ($c: Colour!) { plain(number: 1, colour: $c) }", {"c": "b"}),
    ("{ lists(numbers: 1) a: lists(numbers: [1, 2], words: [null], colours: []) }", {}),
    ("query ($n: [Int!]!) { lists(numbers: $n) }", {"n": [1, 2]}),
    ("query ($n: [Int!]!) { lists(numbers: $n) }", {"n": 3}),
    ("query ($n: Int!) { lists(numbers: [1, $n]) }", {"n": 3}),
    ("query ($w: [String]) { lists(numbers: 1, words: $w) }", {"w": ["a", None]}),
    (
        '{ deep(outer: {name: "n"}) a: deep(outer: {name: "n", maybe: 1, called: "c"}, more: {number: 2}) }',
        {},
    ),
    ("query ($o: Outer!) { deep(outer: $o) }", {"o": {"name": "n", "inners": [INNER, {}], "unset": None}}),
    ("query ($o: Outer!) { deep(outer: $o) }", {"o": {"name": "n", "tags": ["b"], "maybe": 5}}),
    ("query ($o: Outer!) { deep(outer: $o) }", {"o": {"tags": []}}),
    ("query ($o: Outer!) { deep(outer: $o) }", {"o": {"name": "n", "nothing": 1}}),
    ('query ($i: Inner) { deep(outer: {name: "n", inners: [$i]}, more: $i) }', {"i": INNER}),
    ('query ($i: Inner) { deep(outer: {name: "n"}, more: $i) }', {"i": None}),
    ('query ($i: Inner) { deep(outer: {name: "n"}, more: $i) }', {}),
    ('{ node(id: "VGhpbmc6MQ==") }', {}),
    ("query ($id: ID!) { node(id: $id) }", {"id": "VGhpbmc6MQ=="}),
    ("query ($id: ID!) { node(id: $id) }", {"id": "nonsense"}),
    ("query ($id: ID!) { node(id: $id) }", {"id": 7}),
    (
        "query ($n: Int!, $is: Boolean!) { named(theNumber: $n) @include(if: $is) bracketed(number: $n) }",
        {"n": 1, "is": True},
    ),
    ("query ($n: Int!) { ...F } fragment F on Query { named(theNumber: $n) b: named }", {"n": 1}),
]


@for_each(("document", "variables"), QUERIES)
async def test_arguments_are_strawberry_s_own(document: str, variables: dict[str, Any]) -> None:
    engine = Engine(SCHEMA, Settings.model_validate({"graphql_points": "1000000000"}), compiles=True)
    request = GraphQLRequest(query=document, variables=variables)
    plain = await SCHEMA.execute(document, variables)
    places = [error.path for error in plain.errors or []]

    # What runs the first time is not compiled.
    for _ in range(4):
        answer = await engine.run(request, Context(), allowed=frozenset({OperationType.QUERY}))

        assert orjson.dumps(answer.data) == orjson.dumps(plain.data)
        assert [error.path for error in answer.errors] == places
