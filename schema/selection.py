"""The columns that the selection of a field needs."""

import weakref
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import cast

from graphql import FieldNode, FragmentDefinitionNode, FragmentSpreadNode, SelectionSetNode
from strawberry.types import get_object_definition
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from database.row_layout import Projection
from engine.executor.hints import FieldHints, Relation
from schema.context import Info

_MAX_SELECTIONS = 500
_Key = tuple[type, tuple[str, ...], tuple[int, ...]]
# Not one of cachetools: its steps are not atomic, and a weak reference may call back between any two.
_projections: OrderedDict[_Key, tuple[weakref.ref[FieldNode], Projection]] = OrderedDict()

Fragments = dict[str, FragmentDefinitionNode]


def get_projection(info: Info, view: type, *path: str) -> Projection:
    """The columns that the selected fields need of the rows of `view`, at `path` below the field.

    @skip and @include are ignored: an extra column does no harm.
    """
    nodes = info._raw_info.field_nodes
    # By identity: a node's own hash covers its whole subtree. An entry ends with its document, which it must
    # not keep alive: most documents are never seen again. A node of an interface's field is shared by the
    # types that implement it.
    key = (view, path, tuple([id(node) for node in nodes]))
    remembered = _projections.get(key)
    if remembered is not None:
        return remembered[1]
    found = _select_below(nodes, path, info._raw_info.fragments)
    projection = _projection_of(found, view, info._raw_info.fragments)
    _projections[key] = (weakref.ref(nodes[0], lambda _: _projections.pop(key, None)), projection)
    if len(_projections) > _MAX_SELECTIONS:
        _projections.popitem(last=False)
    return projection


def _select_below(nodes: Iterable[FieldNode], path: tuple[str, ...], fragments: Fragments) -> list[FieldNode]:
    found = [node for parent in nodes for node in _iterate_fields(parent.selection_set, fragments)]
    if not path:
        return found
    return _select_below([node for node in found if node.name.value == path[0]], path[1:], fragments)


def _iterate_fields(selection_set: SelectionSetNode | None, fragments: Fragments) -> Iterator[FieldNode]:
    for selection in selection_set.selections if selection_set else ():
        if isinstance(selection, FieldNode):
            yield selection
        elif isinstance(selection, FragmentSpreadNode):
            yield from _iterate_fields(fragments[selection.name.value].selection_set, fragments)
        else:
            yield from _iterate_fields(getattr(selection, "selection_set", None), fragments)


def _projection_of(nodes: list[FieldNode], view: type, fragments: Fragments) -> Projection:
    columns: set[str] | None = set()
    related: dict[str, Projection] = {}
    for name, field in _fields_by_name(view).items():
        selected = [node for node in nodes if node.name.value == name]
        if not selected:
            continue
        hints = FieldHints.of(field)
        if isinstance(hints.row_part, Relation):
            related[hints.row_part.name] = _projection_of(
                _select_below(selected, (), fragments), cast(type, field.type), fragments
            )
            continue
        needed = hints.required_columns
        # A field without declared columns may need any.
        columns = None if columns is None or needed is None else columns | set(needed)
    return Projection(None if columns is None else frozenset(columns), tuple(related.items()))


def _fields_by_name(view: type) -> dict[str, StrawberryField]:
    definition = get_object_definition(view, strict=True)
    return {field.graphql_name or to_camel_case(field.python_name): field for field in definition.fields}
