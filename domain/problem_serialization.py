"""Problems as JSON objects, for stored results and for messages with numbers."""

from dataclasses import fields
from datetime import timedelta

# Imported for its classes: `from_record` searches all of them.
import domain.staff_problems  # noqa: F401
from domain.problems import Problem


def to_record(problem: Problem) -> dict[str, object]:
    """`problem` as JSON values; durations are seconds, rounded up."""
    values = {field.name: to_whole_seconds(getattr(problem, field.name)) for field in fields(problem)}
    return {"code": problem.code, **values}


def from_record(record: dict[str, object]) -> Problem:
    """The inverse of `to_record`."""
    kind = next(kind for kind in Problem.__subclasses__() if kind.code == record["code"])
    values = {field.name: record[field.name] for field in fields(kind)}
    if "retry_after" in values:
        values["retry_after"] = timedelta(seconds=int(str(values["retry_after"])))
    return kind(**values)


def to_whole_seconds(value: object) -> object:
    """A duration in seconds, rounded up; other values unchanged."""
    return -(-value // timedelta(seconds=1)) if isinstance(value, timedelta) else value
