"""New rows written by one fixed statement of each model; Tortoise would build the same one each time."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from tortoise.fields import DatetimeField
from tortoise.fields.base import Field
from tortoise.models import Model

from models import database

M = TypeVar("M", bound=Model)


class _Insert(NamedTuple):
    statement: str
    defaults: Mapping[str, object]
    columns: list[tuple[str, str, Callable[[Any], Any] | None, Field[Any]]]
    checked: list[tuple[str, Field[Any]]]


def unsaved(model: type[M], values: Mapping[str, object]) -> M:
    """A new object of the model's that is not saved yet; defaults stand where no value is given."""
    row = model.__new__(model)
    attributes = {**_NEW, "_await_when_save": {}, **_insert(model).defaults, **values}
    object.__setattr__(row, "__dict__", attributes)
    return row


def written(row: Model) -> dict[str, object]:
    """The columns of a row that is not saved yet, without its key, as the driver takes them.

    Raises:
        ValidationError: a text is too long.
    """
    insert = _insert(type(row))
    attributes = vars(row)
    for name, column in insert.checked:
        column.validate(attributes[name])
    return {
        column: field.to_db_value(attributes[name], row) if write is None else write(attributes[name])
        for name, column, write, field in insert.columns
    }


async def save(row: M) -> M:
    """Insert a row that is not saved yet, whose key the database makes.

    Raises:
        IntegrityError: it breaks a constraint.
        ValidationError: a text is too long.
    """
    (made,) = await database.fetch(_insert(type(row)).statement, *written(row).values())
    key = row._meta.pk_attr
    vars(row).update({key: made[key], "_saved_in_db": True})
    return row


async def create(model: type[M], values: Mapping[str, object]) -> M:
    """`unsaved`, saved."""
    return await save(unsaved(model, values))


_NEW = {"_partial": False, "_saved_in_db": False, "_custom_generated_pk": False}


@lru_cache
def _insert(model: type[Model]) -> _Insert:
    meta = model._meta
    names = [name for name in meta.fields_db_projection if name != meta.pk_attr]
    fields = {name: meta.fields_map[name] for name in names}
    if any(callable(field.default) for field in fields.values()):
        raise TypeError(f"{model.__name__} has defaults to be computed")
    columns = ", ".join(f'"{meta.fields_db_projection[name]}"' for name in names)
    places = ", ".join(f"${place}" for place, _ in enumerate(names, 1))
    return _Insert(
        f'INSERT INTO "{meta.db_table}" ({columns}) VALUES ({places}) RETURNING "{meta.db_pk_column}"',  # noqa: S608
        {name: field.default for name, field in fields.items()} | {meta.pk_attr: None},
        [(name, meta.fields_db_projection[name], _writer(field), field) for name, field in fields.items()],
        [(name, field) for name, field in fields.items() if field.validators],
    )


def _writer(column: Field[Any]) -> Callable[[Any], Any] | None:
    """What makes the driver's value of the column's; None where Tortoise has to."""
    members = getattr(column, "enum_type", None)
    if members is not None:
        names = {member: member.value for member in members}
        return {None: None, **names}.__getitem__
    is_plain = type(column).to_db_value is Field.to_db_value or isinstance(column, DatetimeField)
    return _unchanged if is_plain else None


def _unchanged(value: Any) -> Any:
    return value
