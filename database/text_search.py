"""The lookup `__has_part`: rows whose text contains a part, regardless of spelling (`domain.search_folding`).

`Service.filter(name__has_part="فالوور")`. PostgreSQL keeps the folded text of prose in a generated column,
`name_folded`, which no insert or update can bypass; SQLite folds while reading, by a function of each
connection, because it adds stored generated columns only by copying the table. ASCII texts (links,
references, addresses) are compared unfolded, with the part as typed or folded.
"""

from collections.abc import Callable

from pypika_tortoise.context import SqlContext
from pypika_tortoise.enums import Dialects
from pypika_tortoise.terms import Criterion, Field, Function, Term
from tortoise.filters import Like, escape_like, insensitive_contains, string_encoder
from tortoise.migrations.operations import RunSQL
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.models import Model

from domain import mobiles
from domain.search_folding import FROM, TO, fold

LOOKUP = "has_part"
SQLITE_FUNCTION = "fold_text"


class _Folded(Function):
    """The folded text of a column, in the dialect's SQL."""

    def __init__(self, column: Field) -> None:
        super().__init__(SQLITE_FUNCTION, column)

    def get_function_sql(self, ctx: SqlContext) -> str:
        if ctx.dialect is Dialects.SQLITE:
            return super().get_function_sql(ctx)
        (column,) = self.args
        return Field(_folded_name(column.name), table=column.table).get_sql(ctx)


def register(model: type[Model], *, folded: tuple[str, ...] = (), plain: tuple[str, ...] = ()) -> None:
    """Register the lookup for columns; a new one in `folded` needs a migration with `FoldColumns`."""
    for name in folded:
        _add_lookup(model, name, _has_folded_part)
    for name in plain:
        _add_lookup(model, name, _has_plain_part)


def register_mobile(model: type[Model], name: str) -> None:
    """Register the lookup for a column of normalized mobile numbers."""
    _add_lookup(model, name, _has_digits)


class FoldColumns(RunSQL):
    """Migration operation: add the columns in which PostgreSQL keeps folded texts, also for existing rows.

    PostgreSQL rewrites the tables under an exclusive lock. If pg_trgm is installed, each column gets an
    index, so that searching for a part does not scan the table.
    """

    def __init__(self, columns: dict[str, tuple[str, ...]]) -> None:
        super().__init__("")
        self.columns = columns

    def describe(self) -> str:
        return "Fold the texts that are searched"

    async def _run_sql(self, state_editor: BaseSchemaEditor, _sqls: object) -> None:
        client = state_editor.client
        if client.capabilities.dialect == "sqlite":
            return
        found = await client.execute_query_dict(
            "SELECT quote_ident(nspname) AS schema FROM pg_extension e "
            "JOIN pg_namespace n ON n.oid = e.extnamespace WHERE extname = 'pg_trgm'"
        )
        for table, columns in self.columns.items():
            added = ", ".join(
                f"ADD COLUMN {_folded_name(column)} TEXT "
                f"GENERATED ALWAYS AS (translate({column}, '{FROM}', '{TO}')) STORED"
                for column in columns
            )
            await client.execute_query(f"ALTER TABLE {table} {added}")
            for column in columns if found else ():
                name = _folded_name(column)
                await client.execute_query(
                    f"CREATE INDEX {table}_{name} ON {table} "
                    f"USING gin ({name} {found[0]['schema']}.gin_trgm_ops)"
                )


def _add_lookup(model: type[Model], name: str, operator: Callable[[Field, str], Criterion]) -> None:
    model._meta._filters[f"{name}__{LOOKUP}"] = {
        "field": name,
        "source_field": model._meta.fields_map[name].source_field or name,
        "operator": operator,
        "value_encoder": string_encoder,
    }


def _folded_name(column: str) -> str:
    return f"{column}_folded"


def _has_folded_part(column: Field, part: str) -> Criterion:
    return _is_like(_Folded(column), fold(part))


def _has_plain_part(column: Field, part: str) -> Criterion:
    typed, folded = insensitive_contains(column, part), fold(part)
    return typed if folded == part.lower() else typed | insensitive_contains(column, folded)


def _has_digits(column: Field, part: str) -> Criterion:
    return _is_like(column, mobiles.search_part(part))


def _is_like(column: Term, part: str) -> Criterion:
    return Like(column, column.wrap_constant(f"%{escape_like(part)}%"))
