"""The interface through which generated code reads database rows."""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any, Protocol


class RowLayout(Protocol):
    """The columns of a table's rows, and the layouts of joined rows by relation."""

    @property
    def related(self) -> Mapping[str, "RowLayout"]: ...

    @property
    def variables(self) -> Mapping[str, str]:
        """The variable of generated code for each column that was read."""

    @property
    def key(self) -> str:
        """The variable of the primary key; its value is None if no row was joined."""

    @property
    def unpack_target(self) -> str:
        """The assignment target that unpacks a whole row."""

    @property
    def is_typed(self) -> bool:
        """Whether the database enforces column types."""

    def get_converter(self, name: str) -> Callable[[Any], Any] | None:
        """The conversion from the driver's value to Python's; None if they are the same."""

    def is_nullable(self, name: str) -> bool: ...

    def enum_of(self, name: str) -> type[Enum] | None:
        """The enum of the column's values, if it has one."""

    def holds_text(self, name: str) -> bool: ...

    def holds_boolean(self, name: str) -> bool: ...


class RowSource(Protocol):
    """Rows sorted by the column `by`; `layout` is None if there are objects but no `values`."""

    @property
    def layout(self) -> RowLayout | None: ...

    @property
    def values(self) -> Sequence[Any]: ...

    @property
    def by(self) -> str: ...

    def cursor_for(self, value: object, key: object) -> str: ...
