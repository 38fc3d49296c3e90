"""How large a document may be; decided before validation, whose own rules are exponential in fragments."""

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
MOST_REPETITIONS = 20
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

    Every fragment is measured once, so the work grows with the document as written, not as written out.

    Raises:
        GraphQLError: says which limit.
    """
    _check_literals(document)
    measure = _Measure(
        {part.name.value: part for part in document.definitions if isinstance(part, FragmentDefinitionNode)}
    )
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            _check_directives(definition)
            if measure.selections(definition.selection_set).depth > DEEPEST:
                raise GraphQLError(f"The document is deeper than {DEEPEST} levels.", definition)
        elif isinstance(definition, FragmentDefinitionNode):
            measure.fragment(definition.name.value)


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


@dataclass
class _Measure:
    fragments: dict[str, FragmentDefinitionNode]
    measured: dict[str, Size] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)

    def selections(self, selection_set: SelectionSetNode | None) -> Size:
        size = Size()
        names: dict[str, int] = {}
        for selection in selection_set.selections if selection_set else ():
            _check_directives(selection)
            if isinstance(selection, FieldNode):
                size |= self._field(selection)
                name = selection.alias.value if selection.alias else selection.name.value
                names[name] = names.get(name, 0) + 1
            elif isinstance(selection, FragmentSpreadNode):
                size |= self.fragment(selection.name.value)
            elif isinstance(selection, InlineFragmentNode):
                size |= self.selections(selection.selection_set)
        if max(names.values(), default=0) > MOST_REPETITIONS:
            raise GraphQLError(f"A field is repeated more than {MOST_REPETITIONS} times.", selection_set)
        _check_size(size, selection_set)
        return size

    def _field(self, node: FieldNode) -> Size:
        inner = self.selections(node.selection_set)
        # GraphQL's own introspection is deeper; graphql-core has a rule for its depth.
        depth = 0 if node.name.value in _INTROSPECTION else 1 + inner.depth
        return Size(depth=depth, fields=1 + inner.fields, aliases=inner.aliases + (node.alias is not None))

    def fragment(self, name: str) -> Size:
        if name in self.measured:
            return self.measured[name]
        if name not in self.fragments:
            return Size()
        if name in self.open:
            raise GraphQLError(f"The fragment {name} spreads itself.", self.fragments[name])
        self.open.add(name)
        _check_directives(self.fragments[name])
        size = self.measured[name] = self.selections(self.fragments[name].selection_set)
        self.open.remove(name)
        return size


def _check_size(size: Size, node: SelectionSetNode | None) -> None:
    if size.aliases > MOST_ALIASES:
        raise GraphQLError(f"More than {MOST_ALIASES} aliases.", node)
    if size.fields > MOST_FIELDS:
        raise GraphQLError(f"More than {MOST_FIELDS} fields, with fragments written out.", node)
