"""Compaction: documents keep their places, lose their tokens, and their size is known."""

import gc
import tracemalloc

from graphql import DocumentNode, GraphQLError, parse

from engine.protection.compaction import compact

LIST = "{services(where: {category: {in: [" + ",".join(f'"{number}"' for number in range(740)) + "]}}) {id}}"
ALIASES = "{" + " ".join(f"a{number}: services(first: 1) {{totalCount}}" for number in range(250)) + "}"


def analyze_document(text: str) -> tuple[DocumentNode, int, int]:
    """A compacted document, its estimated and its real bytes."""
    gc.collect()
    tracemalloc.start()
    try:
        document = parse("".join(text))
        estimated = compact(document)
        gc.collect()
        return document, estimated, tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()


def test_the_estimate_is_close_to_a_document_s_memory() -> None:
    for text in (LIST, ALIASES):
        _, estimated, real = analyze_document(text)
        assert 0.7 < estimated / real < 1.6, (estimated, real)


def test_errors_are_still_located() -> None:
    document = parse("{\n  services {id}\n}")
    compact(document)
    (operation,) = document.definitions
    (field,) = operation.selection_set.selections  # type: ignore[attr-defined] # it is an operation
    assert GraphQLError("wrong", field).formatted["locations"] == [{"line": 2, "column": 3}]
