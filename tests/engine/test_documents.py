"""Documents: parsed, limited, validated, kept."""

import time

import pytest
import strawberry
from graphql import get_introspection_query

import schema
from engine import documents, limits
from engine.documents import Documents, UnusableDocument

OVERLAPS = "The same fields are asked for too many times."


@strawberry.type
class Thing:
    name: str = "thing"

    @strawberry.field
    def same(self) -> list["Thing"]:
        return [self]

    @strawberry.field
    def other(self) -> list["Thing"]:
        return [self]


@strawberry.type
class Query:
    @strawberry.field
    def thing(self, text: str = "", number: int = 0) -> Thing:
        return Thing()


@pytest.fixture
def store() -> Documents:
    return Documents(strawberry.Schema(Query))


def refusal(store: Documents, text: str) -> tuple[str, object]:
    with pytest.raises(UnusableDocument) as refused:
        store.prepare(text)
    error = refused.value.errors[0]
    return error.message, (error.extensions or {})["code"]


def nested(levels: int) -> str:
    return "{thing" + "{same" * (levels - 2) + "{name}" + "}" * (levels - 2) + "}"


def aliased(aliases: int) -> str:
    return "{" + "".join(f"a{n}: thing{{name}} " for n in range(aliases)) + "}"


def fan_out(levels: int) -> str:
    """A document of some bytes a level that comes to 2^levels fields."""
    spread = [f"fragment f{n} on Thing{{a: same{{...f{n + 1}}} other{{...f{n + 1}}}}}" for n in range(levels)]
    return f"{{thing{{...f0}}}} {' '.join(spread)} fragment f{levels} on Thing{{name}}"


def test_a_document_is_prepared_once(store: Documents) -> None:
    assert store.prepare("{thing{name}}") is store.prepare("{thing{name}}")


def test_the_store_is_bounded(store: Documents, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "_CAPACITY", 2)
    first = store.prepare("{thing{name}}")
    store.prepare("{a: thing{name}}")
    store.prepare("{b: thing{name}}")
    assert store.prepare("{thing{name}}") is not first


def test_introspection_passes() -> None:
    assert Documents(schema.schema).prepare(get_introspection_query())


@pytest.mark.parametrize("text", [nested(12), "{thing{" + "name " * 63 + "}}", aliased(15)])
def test_a_document_at_a_limit_passes(store: Documents, text: str) -> None:
    assert store.prepare(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (nested(13), "The document is deeper than 12 levels."),
        (aliased(16), "More than 15 aliases."),
        ("{thing{" + "name " * 64 + "}}", OVERLAPS),
        (
            "{" + ("thing{" + "same{name} " * 4 + "}") * 12 + "}",
            OVERLAPS,
        ),
        ("{thing{name" + " @skip(if: true)" * 9 + "}}", "More than 8 directives in one place."),
        ("{thing{...f}} fragment f on Thing" + " @a" * 9 + "{name}", "More than 8 directives in one place."),
        ("{thing{...f}} fragment f on Thing{same{...f}}", "Cannot spread fragment 'f' within itself."),
        ("{thing(number: " + "1" * 31 + "){name}}", "A number has more than 30 characters."),
        ("{thing{name}} fragment f on Thing{name}", "Fragment 'f' is never used."),
        ("{thing{zzz}}", "Cannot query field 'zzz' on type 'Thing'."),
    ],
)
def test_a_document_that_cannot_run_is_refused(store: Documents, text: str, message: str) -> None:
    assert refusal(store, text) == (message, "GRAPHQL_VALIDATION_FAILED")


NO_DOCUMENTS = [
    "",
    "{",
    "{}",
    "{" * 5_000,
    "\0",
    "{" + "thing " * 1_001 + "}",
    "{thing{name}}" + "#\n" * 2_000,
]


@pytest.mark.parametrize("text", NO_DOCUMENTS)
def test_a_text_that_is_no_document_is_refused(store: Documents, text: str) -> None:
    assert refusal(store, text)[1] == "GRAPHQL_PARSE_FAILED"


@pytest.mark.parametrize("text", ['{thing(text: "a\\u0000"){name}}', '{thing(text: """a\0"""){name}}'])
def test_a_text_that_no_database_stores_is_refused(store: Documents, text: str) -> None:
    assert refusal(store, text) == (limits.UNSTORABLE, "BAD_USER_INPUT")


def cost_of_refusing(store: Documents, levels: int) -> float:
    """Processor seconds; the least of several runs, for the machine may be busy."""
    costs = []
    for _ in range(5):
        begun = time.process_time()
        assert refusal(store, fan_out(levels))[1] == "GRAPHQL_VALIDATION_FAILED"
        costs.append(time.process_time() - begun)
    return min(costs)


def test_refusing_a_fan_out_bomb_costs_in_proportion_to_its_text(store: Documents) -> None:
    # Written out, the second is a thousand million times the first.
    assert cost_of_refusing(store, 40) < 40 * cost_of_refusing(store, 10)
