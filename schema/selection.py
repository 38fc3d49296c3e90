"""Which columns the selection of a field needs."""

import weakref
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import cast

from graphql import FieldNode, FragmentDefinitionNode, FragmentSpreadNode, SelectionSetNode
from strawberry.types import get_object_definition
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from models.rows import Wanted
from schema.context import Info

_MAX_SELECTIONS = 500
_Key = tuple[type, tuple[str, ...], tuple[int, ...]]
_wanted: OrderedDict[_Key, tuple[weakref.ref[FieldNode], Wanted]] = OrderedDict()

Fragments = dict[str, FragmentDefinitionNode]


def wanted_by(info: Info, view: type, *path: str) -> Wanted:
    """What the asked fields need of the rows of `view`, which are selected at `path` below the field.

    Conditions do not count: a column too many does no harm.
    """
    nodes = info._raw_info.field_nodes
    # By identity: a node's own hash covers its whole subtree. An entry ends with its document, which it must
    # not keep alive: most documents are never seen again. A node of an interface's field is shared by the
    # types that implement it.
    key = (view, path, tuple([id(node) for node in nodes]))
    remembered = _wanted.get(key)
    if remembered is not None:
        return remembered[1]
    found = _below(nodes, path, info._raw_info.fragments)
    wanted = _of_fields(found, view, info._raw_info.fragments)
    _wanted[key] = (weakref.ref(nodes[0], lambda _: _wanted.pop(key, None)), wanted)
    if len(_wanted) > _MAX_SELECTIONS:
        _wanted.popitem(last=False)
    return wanted


def _below(nodes: Iterable[FieldNode], path: tuple[str, ...], fragments: Fragments) -> list[FieldNode]:
    found = [node for parent in nodes for node in _selected(parent.selection_set, fragments)]
    if not path:
        return found
    return _below([node for node in found if node.name.value == path[0]], path[1:], fragments)


def _selected(selection_set: SelectionSetNode | None, fragments: Fragments) -> Iterator[FieldNode]:
    for selection in selection_set.selections if selection_set else ():
        if isinstance(selection, FieldNode):
            yield selection
        elif isinstance(selection, FragmentSpreadNode):
            yield from _selected(fragments[selection.name.value].selection_set, fragments)
        else:
            yield from _selected(getattr(selection, "selection_set", None), fragments)


def _of_fields(nodes: list[FieldNode], view: type, fragments: Fragments) -> Wanted:
    columns: set[str] | None = set()
    related: dict[str, Wanted] = {}
    for name, field in _fields(view).items():
        asked = [node for node in nodes if node.name.value == name]
        if not asked:
            continue
        if relation := field.metadata.get("relation"):
            related[relation] = _of_fields(_below(asked, (), fragments), cast(type, field.type), fragments)
            continue
        needed = field.metadata.get("columns")
        # A field that does not tell may need any.
        columns = None if columns is None or needed is None else columns | set(needed)
    return Wanted(None if columns is None else frozenset(columns), tuple(related.items()))


def _fields(view: type) -> dict[str, StrawberryField]:
    definition = get_object_definition(view, strict=True)
    return {field.graphql_name or to_camel_case(field.python_name): field for field in definition.fields}
