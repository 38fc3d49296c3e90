"""Partial indexes."""

from typing import Any

from tortoise.indexes import Index


class WhereIndex(Index):
    """An index of the rows that meet `where`, a condition in the SQL that both databases share.

    Statements use it if they repeat the condition with literals: planners do not look into parameters.
    """

    def __init__(self, *, fields: tuple[str, ...] | list[str], name: str, where: str) -> None:
        super().__init__(fields=fields, name=name)
        self.where = where
        self.extra = f" WHERE {where}"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        path, arguments, keywords = super().deconstruct()
        return path, arguments, {**keywords, "where": self.where}
