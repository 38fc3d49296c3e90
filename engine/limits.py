"""How large a document may be; decided before validation, whose own rules are exponential in fragments.

Every fragment is measured once, so the work here grows with the document as written, not as written out.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)
from graphql.language import Node, TokenKind

from domain import texts

MOST_TOKENS = 1_000
MOST_COMMENTS = 1_000
DEEPEST = 12
MOST_ALIASES = 15
MOST_DIRECTIVES = 8
MOST_FIELDS = 1_000
MOST_OVERLAPS = 4_000
UNSTORABLE = "A text holds a NUL character or half a surrogate pair."
_LONGEST_NUMBER = 30
_TEXTS = (TokenKind.STRING, TokenKind.BLOCK_STRING)
_NUMBERS = (TokenKind.INT, TokenKind.FLOAT)
_INTROSPECTION = ("__schema", "__type")


@dataclass(frozen=True)
class Size:
    """What a selection comes to with its fragments written out."""

    depth: int = 0
    fields: int = 0
    aliases: int = 0

    def __or__(self, sibling: "Size") -> "Size":
        return Size(
            max(self.depth, sibling.depth), self.fields + sibling.fields, self.aliases + sibling.aliases
        )


def check(document: DocumentNode) -> None:
    """Refuse a document that is too large, or holds a text that no database could store.

    Raises:
        GraphQLError: says which limit.
    """
    _check_literals(document)
    fragments = {
        part.name.value: part for part in document.definitions if isinstance(part, FragmentDefinitionNode)
    }
    operations = [part for part in document.definitions if isinstance(part, OperationDefinitionNode)]
    measure = _Measure(fragments)
    size = Size()
    for operation in operations:
        _check_directives(operation)
        size |= measure.selections(operation.selection_set)
    _check_size(size)
    # Those that nothing reaches are not measured, but validation would walk them.
    if unused := next((name for name in fragments if name not in measure.measured), None):
        raise GraphQLError(f"Fragment '{unused}' is never used.", fragments[unused])
    if sum(_overlaps([operation.selection_set], fragments) for operation in operations) > MOST_OVERLAPS:
        raise GraphQLError("The same fields are asked for too many times.")


def _check_literals(document: DocumentNode) -> None:
    token = document.loc.start_token if document.loc else None
    while token is not None:
        value = token.value or ""
        if token.kind in _TEXTS and not texts.is_storable(value):
            raise GraphQLError(UNSTORABLE, extensions={"code": "BAD_USER_INPUT"})
        if token.kind in _NUMBERS and len(value) > _LONGEST_NUMBER:
            raise GraphQLError(f"A number has more than {_LONGEST_NUMBER} characters.")
        token = token.next


def _check_directives(node: Node) -> None:
    if len(getattr(node, "directives", None) or ()) > MOST_DIRECTIVES:
        raise GraphQLError(f"More than {MOST_DIRECTIVES} directives in one place.", node)


def _check_size(size: Size) -> None:
    if size.depth > DEEPEST:
        raise GraphQLError(f"The document is deeper than {DEEPEST} levels.")
    if size.aliases > MOST_ALIASES:
        raise GraphQLError(f"More than {MOST_ALIASES} aliases.")
    if size.fields > MOST_FIELDS:
        raise GraphQLError(f"More than {MOST_FIELDS} fields, with fragments written out.")


@dataclass
class _Measure:
    fragments: dict[str, FragmentDefinitionNode]
    measured: dict[str, Size] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)

    def selections(self, selection_set: SelectionSetNode | None) -> Size:
        size = Size()
        for selection in selection_set.selections if selection_set else ():
            _check_directives(selection)
            if isinstance(selection, FieldNode):
                size |= self._field(selection)
            elif isinstance(selection, FragmentSpreadNode):
                size |= self._fragment(selection.name.value)
            elif isinstance(selection, InlineFragmentNode):
                size |= self.selections(selection.selection_set)
        return size

    def _field(self, node: FieldNode) -> Size:
        inner = self.selections(node.selection_set)
        # GraphQL's own introspection is deeper; graphql-core has a rule for its depth.
        depth = 0 if node.name.value in _INTROSPECTION else 1 + inner.depth
        return Size(depth=depth, fields=1 + inner.fields, aliases=inner.aliases + (node.alias is not None))

    def _fragment(self, name: str) -> Size:
        if name in self.measured or name not in self.fragments:
            return self.measured.get(name, Size())
        if name in self.open:
            raise GraphQLError(f"Cannot spread fragment '{name}' within itself.", self.fragments[name])
        self.open.add(name)
        _check_directives(self.fragments[name])
        size = self.measured[name] = self.selections(self.fragments[name].selection_set)
        self.open.remove(name)
        return size


def _overlaps(sets: Iterable[SelectionSetNode], fragments: dict[str, FragmentDefinitionNode]) -> int:
    """How many pairs of fields share their place in the answer: what GraphQL's merging rule compares.

    Walks the selections written out, of which `MOST_FIELDS` is the bound.
    """
    places: dict[str, list[FieldNode]] = {}
    for node in _fields(sets, fragments, set()):
        places.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
    return sum(
        len(nodes) ** 2 + _overlaps([node.selection_set for node in nodes if node.selection_set], fragments)
        for nodes in places.values()
    )


def _fields(
    sets: Iterable[SelectionSetNode], fragments: dict[str, FragmentDefinitionNode], seen: set[str]
) -> Iterator[FieldNode]:
    for selection_set in sets:
        for selection in selection_set.selections:
            if isinstance(selection, FieldNode):
                yield selection
            elif isinstance(selection, InlineFragmentNode):
                yield from _fields([selection.selection_set], fragments, seen)
            elif isinstance(selection, FragmentSpreadNode) and selection.name.value not in seen:
                seen.add(selection.name.value)
                if fragment := fragments.get(selection.name.value):
                    yield from _fields([fragment.selection_set], fragments, seen)
