"""Records of a data file, and the files' format."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeAlias

Record: TypeAlias = dict[str, str | int | bool | None]


def get_integer(record: Record, name: str) -> int:
    """The required field, which must be an integer."""
    value = record[name]
    if not isinstance(value, int):
        raise TypeError(f"{name} is {value!r}, not an integer")
    return value


def rename_fields(record: Record, names: Mapping[str, str]) -> Record:
    """The fields of `record` listed in `names`, renamed."""
    return {new: record[old] for old, new in names.items() if old in record}


def write(path: Path, records: Iterable[Record]) -> None:
    """Write one record per line, without nulls, so that diffs stay readable."""
    lines = (json.dumps(_drop_nulls(record), ensure_ascii=False) for record in records)
    path.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")


def _drop_nulls(record: Record) -> Record:
    return {name: value for name, value in record.items() if value is not None}
