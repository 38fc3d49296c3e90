"""Counts repeated fields, which GraphQL's field merging rule compares pairwise."""

from collections.abc import Iterable, Iterator

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

_Fragments = dict[str, FragmentDefinitionNode]


def count_merge_pairs(document: DocumentNode) -> int:
    """The number of pairs of fields with the same position in the response.

    Walks the expanded selections: only for documents whose number of fields is known to be small.
    """
    fragments = {
        part.name.value: part for part in document.definitions if isinstance(part, FragmentDefinitionNode)
    }
    return sum(
        _count_pairs([operation.selection_set], fragments)
        for operation in document.definitions
        if isinstance(operation, OperationDefinitionNode)
    )


def _count_pairs(sets: Iterable[SelectionSetNode], fragments: _Fragments) -> int:
    places: dict[str, list[FieldNode]] = {}
    for node in _iter_fields(sets, fragments, set()):
        places.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
    return sum(
        len(nodes) ** 2
        + _count_pairs([node.selection_set for node in nodes if node.selection_set], fragments)
        for nodes in places.values()
    )


def _iter_fields(
    sets: Iterable[SelectionSetNode], fragments: _Fragments, seen: set[str]
) -> Iterator[FieldNode]:
    for selection_set in sets:
        for selection in selection_set.selections:
            if isinstance(selection, FieldNode):
                yield selection
            elif isinstance(selection, InlineFragmentNode):
                yield from _iter_fields([selection.selection_set], fragments, seen)
            elif isinstance(selection, FragmentSpreadNode) and selection.name.value not in seen:
                seen.add(selection.name.value)
                if fragment := fragments.get(selection.name.value):
                    yield from _iter_fields([fragment.selection_set], fragments, seen)
