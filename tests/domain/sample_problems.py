"""A problem of each kind, with whatever it has to know."""

from dataclasses import fields
from datetime import timedelta
from typing import Any, get_type_hints

from domain.problems import Problem

_VALUES: dict[object, object] = {str: "mobile", timedelta: timedelta(minutes=1)}


def build_problem(kind: type[Problem]) -> Problem:
    hints = get_type_hints(kind)
    values: dict[str, Any] = {
        field.name: _VALUES.get(hints[field.name], number) for number, field in enumerate(fields(kind), 7)
    }
    return kind(**values)
