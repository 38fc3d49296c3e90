"""Searched columns contain the folded form of their texts, however they were written."""

from types import SimpleNamespace
from typing import Any

import pytest

import database
from database.text_search import FoldColumns
from domain.search_folding import FROM, TO, fold
from models import Category, Ticket, User
from tests.fakes import create_user
from tests.resolvers.factories import create_category

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("db")]


async def list_folded_names() -> dict[int, str]:
    """The folded names in the database, by category id."""
    column = "fold_text(name)" if database.dialect() == "sqlite" else "name_folded"
    rows = await database.fetch(f"SELECT id, {column} AS folded FROM categories")
    return {row["id"]: row["folded"] for row in rows}


async def test_the_database_folds_every_character_as_python_does() -> None:
    pieces = [FROM[start : start + 90] for start in range(0, len(FROM), 90)] + [
        TO[-150:],
        "\U0001f600 ''\\%_",
    ]
    rows = [await create_category(name=f"x{piece}y") for piece in pieces]

    assert await list_folded_names() == {row.id: fold(row.name) for row in rows}


async def test_no_way_of_writing_bypasses_the_folded_text() -> None:
    row = await create_category(name="كتاب")
    await Category.bulk_create([Category(name="آب", created_at=row.created_at, updated_at=row.created_at)])
    await Category.filter(id=row.id).update(name="خانة")
    await database.fetch(
        "INSERT INTO categories (name, description, position, is_active, created_at, updated_at) "
        "SELECT 'ـ۵', description, position, is_active, created_at, updated_at FROM categories WHERE id = $1",
        row.id,
    )

    assert sorted((await list_folded_names()).values()) == sorted(["خانه", "اب", "5"])
    for typed in ("خانه", "خانة", "آب", "اب", "٥"):
        assert await Category.filter(name__has_part=typed).count() == 1, typed


async def test_signs_of_patterns_are_searched_as_written() -> None:
    await create_category(name="50% a_b c\\d")
    await create_category(name="50 aXb c")

    for typed in ("%", "A_B", "\\D"):
        assert await Category.filter(name__has_part=typed).count() == 1, typed


async def test_a_missing_name_is_neither_a_match_nor_an_error() -> None:
    user = await create_user()
    await User.filter(id=user.id).update(first_name=None, last_name=None, email=None)

    assert await User.filter(first_name__has_part="").count() == 0
    assert await Ticket.filter(subject__has_part="كتاب").count() == 0


async def test_the_migration_folds_the_rows_there_are() -> None:
    if database.dialect() == "sqlite":
        pytest.skip("SQLite folds while it reads")
    await database.fetch("CREATE TABLE books AS SELECT 1 AS id, 'كتاب'::varchar AS name")
    editor: Any = SimpleNamespace(client=database.connection())
    try:
        await FoldColumns({"books": ("name",)})._run_sql(editor, [])

        (row,) = await database.fetch("SELECT name_folded FROM books")
    finally:
        await database.fetch("DROP TABLE books")
    assert row["name_folded"] == "کتاب"
