"""Keyset pagination: stable while rows are added, one statement per page."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar
from uuid import UUID

import orjson
from tortoise.expressions import Q
from tortoise.fields import BooleanField, DatetimeField, IntField, UUIDField
from tortoise.fields.base import Field
from tortoise.models import Model
from tortoise.queryset import QuerySet

import database
from database.bounded_counts import count_up_to
from database.row_layout import Projection, RowLayout
from database.rows import RowSet, TableReader
from domain import text_cleaning
from domain.problems import InvalidInput

DEFAULT_SIZE = 20
MAX_SIZE = 100
CHUNK_SIZE = 500
"""Rows per read of an unpaged list, and per chunk of its response."""

MAX_COUNTED = 10_000
"""The largest total count; counting more takes long, and nobody pages that far."""

_MAX_CURSOR_LENGTH = 2_000
M = TypeVar("M", bound=Model)
Key = tuple[object, object]


class Direction(StrEnum):
    ASC = "ASC"
    DESC = "DESC"


@dataclass(frozen=True, kw_only=True)
class PageRequest:
    """Relay's arguments: the first rows after a cursor, or the last ones before one."""

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None

    def check(self) -> None:
        """Raises InvalidInput if a size is outside 1 to 100, or both sizes are given."""
        for field, size in (("first", self.first), ("last", self.last)):
            if size is not None and not 1 <= size <= MAX_SIZE:
                raise InvalidInput(field=field)
        if self.first is not None and self.last is not None:
            raise InvalidInput(field="last")

    @property
    def is_backward(self) -> bool:
        return self.last is not None or (
            self.before is not None and self.first is None and self.after is None
        )

    @property
    def size(self) -> int:
        return self.first or self.last or DEFAULT_SIZE


@dataclass(frozen=True)
class Page(Generic[M]):
    """Rows in the requested order, sorted by the column `by`."""

    rows: RowSet[M] | list[M]
    model: type[M]
    by: str
    has_next_page: bool
    has_previous_page: bool
    matching: Callable[[], QuerySet[M]]

    @property
    def nodes(self) -> list[M]:
        return self.rows.objects if isinstance(self.rows, RowSet) else self.rows

    @property
    def layout(self) -> RowLayout | None:
        """The positions of the columns in `values`; None if there are only objects."""
        return self.rows.layout if isinstance(self.rows, RowSet) else None

    @property
    def values(self) -> Sequence[Any]:
        """The rows as the database returned them; only if there is a layout."""
        return self.rows.values if isinstance(self.rows, RowSet) else ()

    def cursor(self, row: M) -> str:
        """The cursor of one of the rows, for `after` and `before`."""
        return self.cursor_for(getattr(row, self.by), row.pk)

    def cursor_for(self, value: object, key: object) -> str:
        """The cursor of the row with this value in the column `by` and this primary key."""
        # asyncpg's UUIDs are a subclass, which orjson passes to `default`.
        place = orjson.dumps([_list_name(self.model, self.by), value, key], default=str)
        return base64.urlsafe_b64encode(place).decode().rstrip("=")

    async def total_count(self) -> int | None:
        """Matching rows on all pages; None above `MAX_COUNTED`. Needs a statement of its own."""
        count = await count_up_to(self.matching(), MAX_COUNTED + 1)
        return count if count <= MAX_COUNTED else None


@dataclass(frozen=True)
class FastPath(Generic[M]):
    """A list as a condition on `t` in SQL valid for both databases, and the columns needed."""

    rows: TableReader[M]
    condition: str
    values: tuple[object, ...]
    projection: Projection


@dataclass(frozen=True)
class _Bound:
    """A page boundary: the row with this value and primary key, and those on one side of it, are excluded."""

    value: Any
    primary_key: Any
    is_lower: bool


async def read_page(
    matching: Callable[[], QuerySet[M]],
    *,
    page: PageRequest,
    by: str,
    direction: Direction,
    fast_path: FastPath[M] | None = None,
) -> Page[M]:
    """A page of the matching rows, sorted by the not-null column `by`, then by the primary key.

    If `fixed` describes the same rows, a prepared statement reads them and the query is not built.

    Raises:
        InvalidInput: a size out of range, or a cursor of another list.
    """
    page.check()
    rises = (direction is Direction.ASC) is not page.is_backward
    if fast_path is not None:
        model = fast_path.rows.model
        bounds = _parse_bounds(model, page=page, by=by, direction=direction)
        records = await _read_fast_path(fast_path, bounds, by, rises=rises, limit=page.size + 1)
        more = len(records.values) > page.size
        rows: RowSet[M] | list[M] = records.subset(_trim(records.values, page))
    else:
        query = matching()
        model = query.model
        sign, primary_key = "" if rises else "-", model._meta.pk_attr
        ordered = query.order_by(*dict.fromkeys((f"{sign}{by}", f"{sign}{primary_key}")))
        bounds = _parse_bounds(model, page=page, by=by, direction=direction)
        beyond = (_beyond_condition(model, by, bound) for bound in bounds)
        objects = list(await ordered.filter(*beyond).limit(page.size + 1))
        more, rows = len(objects) > page.size, list(_trim(objects, page))
    return Page(
        rows=rows,
        model=model,
        by=by,
        has_next_page=page.before is not None if page.is_backward else more,
        has_previous_page=more if page.is_backward else page.after is not None,
        matching=matching,
    )


async def read_chunk(query: QuerySet[M], *, by: str, direction: Direction, after: M | None = None) -> list[M]:
    """Up to `CHUNK_SIZE` rows of `query`, starting after a given row, sorted by `by`, then by primary key.

    A shorter result is the last one. Each chunk is a snapshot of its own; rows added meanwhile cause neither
    repeats nor gaps.
    """
    model, rises = query.model, direction is Direction.ASC
    pk, sign = model._meta.pk_attr, "" if rises else "-"
    if after is not None:
        query = query.filter(
            _after_condition(model, by, _Bound(getattr(after, by), after.pk, is_lower=rises))
        )
    return list(await query.order_by(*dict.fromkeys((f"{sign}{by}", f"{sign}{pk}"))).limit(CHUNK_SIZE))


def _trim(found: Sequence[Any], page: PageRequest) -> Sequence[Any]:
    """The rows in the requested order, without the extra one that shows whether more follow."""
    trimmed = found[: page.size]
    return trimmed[::-1] if page.is_backward else trimmed


def order_by_columns(by: StrEnum, direction: Direction) -> list[str]:
    """The sort order of a whole list: the column `by`, then id."""
    sign = "" if direction is Direction.ASC else "-"
    return list(dict.fromkeys((f"{sign}{by.value}", f"{sign}id")))


async def _read_fast_path(
    fixed: FastPath[M], bounds: list[_Bound], by: str, *, rises: bool, limit: int
) -> RowSet[M]:
    key = fixed.rows.primary_key
    values, conditions = [*fixed.values], [fixed.condition]
    for bound in bounds:
        values += (bound.value, bound.primary_key)
        value, primary_key = f"${len(values) - 1}", f"${len(values)}"
        sign = ">" if bound.is_lower else "<"
        # The first bound is redundant, but lets an index scan start at the cursor.
        conditions.append(
            f"t.{by} {sign}= {value} AND (t.{by} {sign} {value} OR t.{key} {sign} {primary_key})"
        )
    way = "ASC" if rises else "DESC"
    order = ", ".join(f"t.{column} {way}" for column in dict.fromkeys((by, key)))
    clauses = f"WHERE {' AND '.join(conditions)} ORDER BY {order} LIMIT ${len(values) + 1}"
    return await fixed.rows.read(clauses, *values, limit, projection=fixed.projection.with_column(by))


def _parse_bounds(model: type[Model], *, page: PageRequest, by: str, direction: Direction) -> list[_Bound]:
    rises = direction is Direction.ASC
    cursors = (("after", page.after, rises), ("before", page.before, not rises))
    return [
        _Bound(*_parse_cursor(model, by, cursor, field=field), is_lower)
        for field, cursor, is_lower in cursors
        if cursor is not None
    ]


def _beyond_condition(model: type[Model], by: str, bound: _Bound) -> Q:
    pk, comparison = model._meta.pk_attr, "gt" if bound.is_lower else "lt"
    if by == pk:
        return Q(**{f"{pk}__{comparison}": bound.primary_key})
    # The first bound is redundant, but lets an index scan start at the cursor.
    return Q(**{f"{by}__{comparison}e": bound.value}) & (
        Q(**{f"{by}__{comparison}": bound.value}) | Q(**{f"{pk}__{comparison}": bound.primary_key})
    )


def _after_condition(model: type[Model], by: str, bound: _Bound) -> Q:
    """Like `_after_condition` for not-null columns, but also for a nullable column."""
    if not model._meta.fields_map[by].null:
        return _beyond_condition(model, by, bound)
    # Like `_beyond_condition`, but also for a nullable column.
    nulls_come_last = (database.dialect() == "postgres") is bound.is_lower
    missing: dict[str, Any] = {f"{by}__isnull": True}
    is_null = Q(**missing)
    if bound.value is None:
        rest = is_null & _beyond_condition(model, model._meta.pk_attr, bound)
        return rest if nulls_come_last else rest | ~is_null
    rest = _beyond_condition(model, by, bound)
    return rest | is_null if nulls_come_last else rest


def _list_name(model: type[Model], by: str) -> str:
    return f"{model._meta.db_table}.{by}"


def _parse_cursor(model: type[Model], by: str, cursor: str, *, field: str) -> Key:
    try:
        if len(cursor) > _MAX_CURSOR_LENGTH:
            raise InvalidInput(field=field)
        decoded = base64.urlsafe_b64decode(cursor.encode("ascii") + b"==")
        name, value, primary_key = orjson.loads(decoded)
        if name != _list_name(model, by):
            raise InvalidInput(field=field)
        fields = model._meta.fields_map
        return _convert(fields[by], value), _convert(fields[model._meta.pk_attr], primary_key)
    except (ValueError, TypeError, OverflowError, binascii.Error) as error:
        raise InvalidInput(field=field) from error


def _convert(column: Field[object], value: object) -> object:
    """`value` converted to the column's type; ValueError or TypeError for a forged one."""
    if isinstance(column, DatetimeField):
        timestamp = datetime.fromisoformat(str(value))
        if timestamp.tzinfo is None:
            raise ValueError("a timestamp without time zone")
        return timestamp.astimezone(UTC)
    if isinstance(column, UUIDField):
        return UUID(str(value))
    if isinstance(column, BooleanField):
        return bool(value)
    if isinstance(column, IntField):
        return _check_range(column, value)
    if not isinstance(value, str) or not text_cleaning.is_storable(value):
        raise TypeError("not a text")
    return column.to_python_value(value)


def _check_range(column: IntField[int], value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("not an integer")
    maximum = int(column.constraints["le"])
    if not -maximum - 1 <= value <= maximum:
        raise ValueError("outside the column's range")
    return value
