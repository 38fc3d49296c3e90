"""Inserts by one cached statement per model; Tortoise would build the same statement each time."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar

from tortoise.fields import DatetimeField
from tortoise.fields.base import Field
from tortoise.models import Model

from database import connections

M = TypeVar("M", bound=Model)


class _Insert(NamedTuple):
    statement: str
    defaults: Mapping[str, object]
    columns: tuple[str, ...]
    plain: Callable[[Mapping[str, Any]], tuple[object, ...]]
    converted: list[tuple[str, Callable[[Any], Any] | None, Field[Any]]]
    checked: list[tuple[str, Field[Any]]]


def new_instance(model: type[M], values: Mapping[str, object]) -> M:
    """A new unsaved object of the model; omitted values get their defaults."""
    row = model.__new__(model)
    attributes = {**_NEW_INSTANCE_STATE, "_await_when_save": {}, **_get_insert(model).defaults, **values}
    object.__setattr__(row, "__dict__", attributes)
    return row


def get_columns(model: type[Model]) -> tuple[str, ...]:
    """The columns of the model's table except its key, in the order of `to_db_values`."""
    return _get_insert(model).columns


def to_db_values(row: Model) -> list[object]:
    """The values of an unsaved row, without its key, as the driver takes them.

    Raises:
        ValidationError: a text is too long.
    """
    insert = _get_insert(type(row))
    attributes = vars(row)
    for name, column in insert.checked:
        column.validate(attributes[name])
    values = [*insert.plain(attributes)]
    for name, convert, field in insert.converted:
        value = attributes[name]
        values.append(field.to_db_value(value, row) if convert is None else convert(value))
    return values


async def save(row: M) -> M:
    """Insert an unsaved row; the database generates its key.

    Raises:
        IntegrityError: it breaks a constraint.
        ValidationError: a text is too long.
    """
    (returned,) = await connections.fetch(_get_insert(type(row)).statement, *to_db_values(row))
    key = row._meta.pk_attr
    vars(row).update({key: returned[key], "_saved_in_db": True})
    return row


async def create(model: type[M], values: Mapping[str, object]) -> M:
    """`new_instance`, saved."""
    return await save(new_instance(model, values))


_NEW_INSTANCE_STATE = {"_partial": False, "_saved_in_db": False, "_custom_generated_pk": False}


@lru_cache
def _get_insert(model: type[Model]) -> _Insert:
    meta = model._meta
    names = [name for name in meta.fields_db_projection if name != meta.pk_attr]
    fields = {name: meta.fields_map[name] for name in names}
    if any(callable(field.default) for field in fields.values()):
        raise TypeError(f"{model.__name__} has defaults to be computed")
    plain = [name for name, field in fields.items() if _is_plain(field)]
    converted = [name for name in names if name not in plain]
    columns = tuple(meta.fields_db_projection[name] for name in (*plain, *converted))
    names_sql = ", ".join(f'"{column}"' for column in columns)
    values_sql = ", ".join(f"${place}" for place, _ in enumerate(columns, 1))
    return _Insert(
        f'INSERT INTO "{meta.db_table}" ({names_sql}) VALUES ({values_sql}) RETURNING "{meta.db_pk_column}"',  # noqa: S608 - a model's names
        {name: field.default for name, field in fields.items()} | {meta.pk_attr: None},
        columns,
        _build_getter(plain),
        [(name, _build_converter(fields[name]), fields[name]) for name in converted],
        [(name, field) for name, field in fields.items() if field.validators and not _has_members(field)],
    )


def _build_getter(names: list[str]) -> Callable[[Mapping[str, Any]], tuple[object, ...]]:
    """A function that reads the values of these names; `itemgetter` returns a tuple only for two or more."""
    if len(names) < 2:
        return lambda attributes: tuple([attributes[name] for name in names])
    return itemgetter(*names)


def _is_plain(column: Field[Any]) -> bool:
    """Whether the driver accepts the attribute unchanged."""
    is_same = type(column).to_db_value is Field.to_db_value or isinstance(column, DatetimeField)
    return is_same and not _has_members(column)


def _has_members(column: Field[Any]) -> bool:
    """Whether its values are an enum's, none of which is too long."""
    return getattr(column, "enum_type", None) is not None


def _build_converter(column: Field[Any]) -> Callable[[Any], Any] | None:
    """The conversion from the column's value to the driver's; None if Tortoise has to do it."""
    members = getattr(column, "enum_type", None)
    if members is None:
        return None
    names = {member: member.value for member in members}
    return {None: None, **names}.__getitem__
