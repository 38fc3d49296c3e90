"""What generated code has to know of rows as a database's driver gave them."""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, Protocol


class RowLayout(Protocol):
    """The columns of one table's rows, and the layouts of rows that were joined to them, by relation."""

    @property
    def related(self) -> Mapping[str, "RowLayout"]: ...

    @property
    def variables(self) -> Mapping[str, str]:
        """The variable of generated code for each column that was read."""

    @property
    def key(self) -> str:
        """The variable of the primary key; its value is None where nothing was joined."""

    @property
    def unpack_target(self) -> str:
        """The variables of a whole row, to be assigned from it."""

    @property
    def is_typed(self) -> bool:
        """Whether the database holds every column to its type."""

    def get_converter(self, name: str) -> Callable[[Any], Any] | None:
        """The function from the driver's value to Python's; None where they are the same."""

    def is_nullable(self, name: str) -> bool: ...

    def enum_of(self, name: str) -> type[Enum] | None:
        """The enum whose values the column holds, if it does."""

    def holds_text(self, name: str) -> bool: ...

    def holds_boolean(self, name: str) -> bool: ...
