"""The migrations produce the models' schema, in any process and however often they run."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest
from tortoise import Tortoise, fields
from tortoise.exceptions import IntegrityError
from tortoise.migrations import operations as ops
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.migration import Migration
from tortoise.migrations.recorder import MigrationRecorder

import database
import migrations
from database.tortoise_patches import RebuildNotSupported
from models import Category, User
from tests.fakes import create_user
from tests.parallel_processes import run_together
from tests.resolvers.factories import create_category

pytestmark = [pytest.mark.both_databases, pytest.mark.processes]

NAMES = sorted(file.stem for file in Path(migrations.__file__).parent.glob("[0-9]*.py"))
MIGRATE = """
import asyncio
import database

wait_for_the_others()
print(*asyncio.run(database.migrate(sys.argv[1])))
"""


async def wipe(url: str) -> None:
    """Take even the tables away."""
    if url.startswith("sqlite://"):
        Path(url.removeprefix("sqlite://")).unlink()
        return
    session = await asyncpg.connect(url.replace("postgres://", "postgresql://", 1))
    await session.execute("DROP SCHEMA public CASCADE")
    await session.execute("CREATE SCHEMA public")
    await session.close()


Apply = Callable[[ops.Operation], Awaitable[object]]


async def next_migrations(url: str) -> Apply:
    """A function that runs an operation as the migration that would come next."""
    executor = MigrationExecutor(database.connection(), database.build_config(url)["apps"])
    await executor.loader.build_graph()
    applied = await MigrationRecorder(database.connection()).applied_migrations()
    # It takes seconds, as it replays all migrations.
    state = await executor._project_state(set(applied))

    async def apply(operation: ops.Operation) -> None:
        migration = Migration("9999_next", database.APP)
        migration.operations = [operation]
        await migration.apply(state.clone(), schema_editor=executor._schema_editor(atomic=False))

    return apply


@pytest.fixture
def database_url(own_database_url: str) -> str:
    """These tests change tables."""
    return own_database_url


async def test_the_models_need_no_further_migration(db: str) -> None:
    configuration = database.build_config(db)
    assert Tortoise.apps is not None

    drift = await MigrationAutodetector(Tortoise.apps, configuration["apps"]).changes()

    assert [operation.describe() for writer in drift for operation in writer.operations] == []


async def test_a_column_without_its_migration_counts_as_drift(
    db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Category._meta.fields_map["name"], "max_length", 201)
    assert Tortoise.apps is not None

    drift = await MigrationAutodetector(Tortoise.apps, database.build_config(db)["apps"]).changes()

    described = [operation.describe() for writer in drift for operation in writer.operations]
    assert described == ["Alter field name on Category"]


async def test_migrate_applies_all_to_an_empty_database_and_nothing_the_second_time(
    database_url: str,
) -> None:
    await wipe(database_url)

    assert await database.migrate(database_url) == NAMES
    assert await database.migrate(database_url) == []


async def test_migrate_keeps_the_rows_of_a_database_that_is_up_to_date(database_url: str) -> None:
    async with database.open_connections(database_url):
        await create_user(mobile="09121111111")

    await database.migrate(database_url)

    async with database.open_connections(database_url):
        assert [user.mobile for user in await User.all()] == ["09121111111"]


async def test_four_processes_that_migrate_at_once_apply_each_migration_once(database_url: str) -> None:
    await wipe(database_url)

    printed = await asyncio.to_thread(run_together, MIGRATE, argument=database_url)

    assert sorted(" ".join(printed).split()) == NAMES
    async with database.open_connections(database_url):
        assert (await create_user()).id == 1


async def test_a_migration_that_would_rebuild_a_table_is_refused_on_sqlite_only(
    db: str, subtests: pytest.Subtests
) -> None:
    operations: list[ops.Operation] = [
        ops.AlterField(
            model_name="Category", name="image", field=fields.CharField(max_length=600, null=True)
        ),
        ops.RemoveField(model_name="Category", name="image"),
        ops.AddConstraint(
            model_name="Category", constraint=CheckConstraint(check="position >= 0", name="positions")
        ),
    ]
    apply = await next_migrations(db)
    await create_category(name="Followers")

    for operation in operations:
        with subtests.test(type(operation).__name__):
            refused = pytest.raises(RebuildNotSupported, match="categories")
            with refused if database.dialect() == "sqlite" else contextlib.nullcontext():
                await apply(operation)

            assert await count_categories("Followers") == 1


async def count_categories(name: str) -> int:
    """By SQL: PostgreSQL has taken a column away that the model reads."""
    rows = await database.fetch(f"SELECT count(*) AS found FROM categories WHERE name = '{name}'")
    return int(rows[0]["found"])


async def test_a_migration_may_add_a_conditional_unique_constraint(db: str) -> None:
    constraint = UniqueConstraint(fields=("name",), name="categories_name", condition="is_active")
    await (await next_migrations(db))(ops.AddConstraint(model_name="Category", constraint=constraint))
    await create_category(name="Likes", is_active=False)
    await create_category(name="Likes", is_active=False)
    await create_category(name="Likes", is_active=True)

    with pytest.raises(IntegrityError):
        await create_category(name="Likes", is_active=True)
