"""What the models declare is what the migrated databases hold: Tortoise's own CREATE TABLE drops a part."""

import re
from dataclasses import dataclass

import pytest
from tortoise.fields.relational import ForeignKeyFieldInstance
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

import database
import models

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("db")]
MODELS: list[type[Model]] = [getattr(models, name) for name in models.__all__]


@dataclass(frozen=True)
class Unique:
    """A unique index. `name` is empty where the models leave it to Tortoise."""

    table: str
    columns: tuple[str, ...]
    is_conditional: bool
    name: str = ""


def list_declared_checks() -> dict[str, str]:
    return {
        constraint.name: constraint.check
        for model in MODELS
        for constraint in getattr(model._meta, "constraints", None) or ()
        if isinstance(constraint, CheckConstraint)
    }


def list_declared_uniques() -> set[Unique]:
    uniques = set()
    for model in MODELS:
        table = model._meta.db_table
        for constraint in getattr(model._meta, "constraints", None) or ():
            if isinstance(constraint, UniqueConstraint):
                is_conditional = constraint.condition is not None
                uniques.add(Unique(table, constraint.fields, is_conditional, constraint.name or ""))
        for columns in model._meta.unique_together:
            uniques.add(Unique(table, tuple(columns), is_conditional=False))
        for name, column in model._meta.fields_db_projection.items():
            field = model._meta.fields_map[name]
            if field.unique and not field.pk:
                uniques.add(Unique(table, (column,), is_conditional=False))
    return uniques


def list_declared_indexes() -> set[tuple[str, tuple[str, ...]]]:
    return {
        (model._meta.db_table, tuple(index if isinstance(index, tuple) else index.fields))
        for model in MODELS
        for index in model._meta.indexes
    }


def list_declared_references() -> set[tuple[str, str, str, str]]:
    """(table, column, table it points to, what deleting there does)."""
    return {
        (
            model._meta.db_table,
            str(field.source_field),
            field.related_model._meta.db_table,
            str(field.on_delete.value),
        )
        for model in MODELS
        for field in model._meta.fields_map.values()
        if isinstance(field, ForeignKeyFieldInstance)
    }


async def list_present_checks() -> dict[str, str]:
    """Name and text; PostgreSQL words the text in its own way."""
    if database.dialect() == "postgres":
        rows = await database.connection().execute_query_dict(
            "SELECT conname AS name, pg_get_constraintdef(oid) AS text FROM pg_constraint"
            " WHERE contype = 'c' AND connamespace = 'public'::regnamespace"
        )
        return {row["name"]: row["text"] for row in rows}
    rows = await database.connection().execute_query_dict(
        "SELECT sql FROM sqlite_master WHERE type = 'table'"
    )
    found = (re.findall(r'CONSTRAINT "(\w+)" CHECK \((.*)\)', row["sql"]) for row in rows)
    return {name: text for checks in found for name, text in checks}


async def list_present_indexes() -> list[tuple[str, str, tuple[str, ...], bool, bool]]:
    """(table, name, columns, is unique, is conditional) of all indexes but those of primary keys."""
    if database.dialect() == "postgres":
        rows = await database.connection().execute_query_dict(
            "SELECT t.relname AS table, i.relname AS name, x.indisunique AS is_unique,"
            " x.indpred IS NOT NULL AS is_conditional,"
            " array(SELECT a.attname::text FROM unnest(x.indkey) WITH ORDINALITY k(number, place)"
            "  JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number ORDER BY k.place) AS columns"
            " FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid"
            " WHERE NOT x.indisprimary AND t.relnamespace = 'public'::regnamespace"
        )
    else:
        rows = await database.connection().execute_query_dict(
            "SELECT t.name AS 'table', l.name, l.\"unique\" AS is_unique, l.partial AS is_conditional,"
            " (SELECT group_concat(name) FROM (SELECT name FROM pragma_index_info(l.name) ORDER BY seqno))"
            " AS columns FROM sqlite_master t JOIN pragma_index_list(t.name) l"
            " WHERE t.type = 'table' AND l.origin <> 'pk'"
        )
    return [
        (
            row["table"],
            row["name"],
            tuple(row["columns"].split(",") if isinstance(row["columns"], str) else row["columns"]),
            bool(row["is_unique"]),
            bool(row["is_conditional"]),
        )
        for row in rows
        if row["table"] in {model._meta.db_table for model in MODELS}
    ]


async def list_present_references() -> set[tuple[str, str, str, str]]:
    if database.dialect() == "postgres":
        rows = await database.connection().execute_query_dict(
            "SELECT c.conrelid::regclass::text AS table, a.attname::text AS column,"
            " c.confrelid::regclass::text AS target, c.confdeltype::text AS action"
            " FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]"
            " WHERE c.contype = 'f'"
        )
    else:
        rows = await database.connection().execute_query_dict(
            "SELECT t.name AS 'table', f.\"from\" AS 'column', f.\"table\" AS target, f.on_delete AS action"
            " FROM sqlite_master t JOIN pragma_foreign_key_list(t.name) f WHERE t.type = 'table'"
        )
    terms = {"c": "CASCADE", "r": "RESTRICT", "n": "SET NULL", "a": "NO ACTION"}
    return {
        (row["table"], row["column"], row["target"], terms.get(row["action"], row["action"])) for row in rows
    }


def is_present(unique: Unique, indexes: list[tuple[str, str, tuple[str, ...], bool, bool]]) -> bool:
    return any(
        (table, columns, is_conditional) == (unique.table, unique.columns, unique.is_conditional)
        and is_unique
        and unique.name in ("", name)
        for table, name, columns, is_unique, is_conditional in indexes
    )


async def test_the_checks_of_the_database_are_the_declared_ones() -> None:
    present = await list_present_checks()

    assert set(present) == set(list_declared_checks())
    assert len(present) > 10


async def test_sqlite_has_each_check_as_declared_in_the_models() -> None:
    if database.dialect() == "postgres":
        pytest.skip("PostgreSQL words checks in its own way")

    assert await list_present_checks() == list_declared_checks()


async def test_the_unique_indexes_of_the_database_are_the_declared_ones() -> None:
    indexes = await list_present_indexes()

    assert [unique for unique in list_declared_uniques() if not is_present(unique, indexes)] == []
    assert sum(is_unique for *_, is_unique, _ in indexes) == len(list_declared_uniques())


async def test_every_declared_index_is_in_the_database() -> None:
    present = {(table, columns) for table, _, columns, _, _ in await list_present_indexes()}

    assert list_declared_indexes() - present == set()


async def test_the_references_of_the_database_are_the_declared_ones() -> None:
    assert await list_present_references() == list_declared_references()
