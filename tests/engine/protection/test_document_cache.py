"""Documents: parsed, limited, validated, kept."""

from dataclasses import replace

import pytest
import strawberry
from graphql import DocumentNode, get_introspection_query

import schema
from engine.protection.document_cache import Document, DocumentCache, UnusableDocument, cache_key
from engine.protection.document_metrics import UNSTORABLE
from engine.protection.limits import Limits
from tests.subtest_cases import for_each

OVERLAPS = "The document requests the same fields too many times."
CIRCLE = "Cannot spread fragment 'f' within itself."
NUMBER = "A number literal has more than 30 characters."
DIRECTIVES = "More than 8 directives at one location."


@strawberry.type
class Thing:
    name: str = "thing"

    @strawberry.field
    def same(self) -> "Thing":
        return self

    @strawberry.field
    def other(self) -> list["Thing"]:
        return [self]


@strawberry.type
class Query:
    @strawberry.field
    def thing(self, text: str = "", number: int = 0) -> Thing:
        return Thing()


MEGABYTE = 1024**2


def create_store(
    schema_: strawberry.Schema, *, shows_schema: bool = True, max_bytes: int = MEGABYTE
) -> DocumentCache:
    return DocumentCache(schema_, shows_schema=shows_schema, max_bytes=max_bytes)


@pytest.fixture
def store() -> DocumentCache:
    return create_store(strawberry.Schema(Query))


LIMITS = Limits(cost=10_000, depth=12, aliases=15, directives=8, tokens=800)


def prepare(store: DocumentCache, text: str) -> Document:
    return store.prepare(text, LIMITS, operation_name=None, variables={})


def prepare_twice(store: DocumentCache, text: str) -> bool:
    """Prepare a document and offer it to the cache; returns whether it is kept."""
    return store.store(cache_key(text), prepare(store, text), is_trusted=False)


def get_error(store: DocumentCache, text: str) -> tuple[str, object]:
    with pytest.raises(UnusableDocument) as refused:
        prepare(store, text)
    error = refused.value.errors[0]
    return error.message, (error.extensions or {})["code"]


def nest(levels: int) -> str:
    return "{thing" + "{same" * (levels - 2) + "{name}" + "}" * (levels - 2) + "}"


def alias(aliases: int) -> str:
    return "{" + "".join(f"a{n}: thing{{name}} " for n in range(aliases)) + "}"


def test_a_document_is_kept_when_it_is_seen_again(store: DocumentCache) -> None:
    text = "{thing{name}}"
    assert not prepare_twice(store, text)
    assert store.find(cache_key(text)) is None
    assert prepare_twice(store, text)
    assert store.find(cache_key(text)) is not None


def test_documents_that_come_once_evict_none(store: DocumentCache) -> None:
    for _ in range(2):
        prepare_twice(store, "{thing{name}}")
    other = prepare(store, "{a: thing{name}}")
    for number in range(1_000):
        store.store(f"once {number}", other, is_trusted=False)
    assert store.find(cache_key("{thing{name}}")) is not None


def test_the_store_is_bounded_by_bytes_and_reports_evictions() -> None:
    dropped: list[DocumentNode] = []
    store = DocumentCache(
        strawberry.Schema(Query), shows_schema=True, max_bytes=20_000, on_evict=dropped.append
    )
    texts = [f"{{a{number}: thing{{name}}}}" for number in range(20)]
    for text in (*texts, *texts):
        prepare_twice(store, text)
    kept = [text for text in texts if store.find(cache_key(text))]
    assert 0 < len(kept) < len(texts)
    assert len(dropped) == len(texts) - len(kept)
    assert store.size_bytes <= 20_000


def test_a_trusted_document_is_kept_at_once_whatever_its_length(store: DocumentCache) -> None:
    text = "{" + " ".join(f"thing{number}: thing{{name}}" for number in range(14)) + " " * 40_000 + "}"
    document = store.prepare(text, LIMITS, operation_name=None, variables={}, is_trusted=True)
    store.store(cache_key(text), document, is_trusted=True)
    other = prepare(store, "{a: thing{name}}")
    for number in range(1_000):
        for _ in range(2):
            store.store(f"twice {number}", other, is_trusted=False)
    assert store.find(cache_key(text)) is document


def test_a_cached_document_is_checked_against_the_caller_s_limits(store: DocumentCache) -> None:
    staff = replace(LIMITS, aliases=100)
    document = store.prepare(alias(16), staff, operation_name=None, variables={})
    assert store.check_cost(document, staff, operation_name=None, variables={}) == 32
    with pytest.raises(UnusableDocument, match="more than 15 aliases"):
        store.check_cost(document, LIMITS, operation_name=None, variables={})


def test_the_cost_of_a_document_is_recomputed_for_other_variables() -> None:
    store = create_store(schema.schema)
    text = "query ($n: Int) {services(first: $n) {edges {node {id}}}}"
    document = prepare(store, text)
    sizes = (1, 10, 100, 1_000, 1e2, 100.0, 1e300)
    costs = [store.check_cost(document, LIMITS, operation_name=None, variables={"n": size}) for size in sizes]
    assert costs == [4, 31, 301, 301, 301, 301, 301]


def test_no_schema_and_no_suggestions_are_shown_where_they_are_not_to_be() -> None:
    store = create_store(schema.schema, shows_schema=False)
    for text in ("{__schema {queryType {name}}}", '{__type(name: "User") {name}}'):
        assert get_error(store, text)[1] == "INTROSPECTION_DISABLED"
    assert prepare(store, "{__typename}")
    for text in MISSPELLED:
        assert "Did you mean" not in get_error(store, text)[0]


def test_suggestions_are_made_if_the_schema_is_public() -> None:
    store = create_store(schema.schema)
    for text in MISSPELLED:
        assert "Did you mean" in get_error(store, text)[0]


def test_introspection_passes() -> None:
    store = create_store(schema.schema)
    assert prepare(store, get_introspection_query())


@for_each("text", [nest(12), "{thing{" + "name " * 63 + "}}", alias(15)])
def test_a_document_at_a_limit_passes(store: DocumentCache, text: str) -> None:
    assert prepare(store, text)


MISSPELLED = [
    "{servic {totalCount}}",
    "{services(firs: 1) {totalCount}}",
    "query ($w: ServiceWher) {services(where: $w) {totalCount}}",
    '{services(where: {nam: {contains: "a"}}) {totalCount}}',
    "{services(orderBy: {field: PRIC, direction: ASC}) {totalCount}}",
]
INVALID = "GRAPHQL_VALIDATION_FAILED"


@for_each(
    ("text", "message", "code"),
    [
        (nest(13), "The document is nested more than 12 levels deep.", "DOCUMENT_TOO_DEEP"),
        (alias(16), "The document has more than 15 aliases.", "TOO_MANY_ALIASES"),
        ("{thing{" + "name " * 64 + "}}", OVERLAPS, "TOO_MANY_FIELDS"),
        ("{" + ("thing{" + "same{name} " * 4 + "}") * 12 + "}", OVERLAPS, "TOO_MANY_FIELDS"),
        ("{thing{name" + " @skip(if: true)" * 9 + "}}", DIRECTIVES, "TOO_MANY_DIRECTIVES"),
        ("{thing{...f}} fragment f on Thing" + " @a" * 9 + "{name}", DIRECTIVES, "TOO_MANY_DIRECTIVES"),
        ("query($n: Int" + " @a" * 9 + "){thing{name}}", DIRECTIVES, "TOO_MANY_DIRECTIVES"),
        (
            "{thing{...f}} fragment f on Thing{same{...f}}",
            "Cannot spread fragment 'f' within itself.",
            INVALID,
        ),
        (
            "{thing(number: " + "1" * 31 + "){name}}",
            "A number literal has more than 30 characters.",
            "NUMBER_TOO_LONG",
        ),
        ("{thing{name}} fragment f on Thing{name}", "Fragment 'f' is never used.", INVALID),
        ("{thing{zzz}}", "Cannot query field 'zzz' on type 'Thing'.", INVALID),
    ],
)
def test_a_document_that_cannot_run_is_refused(
    store: DocumentCache, text: str, message: str, code: str
) -> None:
    assert get_error(store, text) == (message, code)


NO_DOCUMENTS = [
    "",
    "{",
    "{}",
    "{" * 5_000,
    "\0",
]


@for_each("text", NO_DOCUMENTS)
def test_a_text_that_is_not_a_document_is_refused(store: DocumentCache, text: str) -> None:
    assert get_error(store, text)[1] == "GRAPHQL_PARSE_FAILED"


@for_each("text", ["{" + "thing " * 1_001 + "}", "{thing{name}}" + "#\n" * 2_000])
def test_a_text_of_too_many_tokens_is_refused(store: DocumentCache, text: str) -> None:
    assert get_error(store, text)[1] == "TOO_MANY_TOKENS"


@for_each("text", ['{thing(text: "a\\u0000"){name}}', '{thing(text: """a\0"""){name}}'])
def test_a_text_that_no_database_stores_is_refused(store: DocumentCache, text: str) -> None:
    assert get_error(store, text) == (UNSTORABLE, "BAD_USER_INPUT")
