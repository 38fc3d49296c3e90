"""Result unions: converts an operation's declared problems to GraphQL types."""

import inspect
import re
from collections.abc import Awaitable, Callable
from dataclasses import fields
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Optional, Union, get_type_hints

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from domain import problem_messages, problem_serialization
from domain import problems as domain
from domain.problem_messages import Language
from engine.protection.input_prices import Cost
from schema.context import Info
from schema.scalars import Count

_FIELD_DESCRIPTIONS = {
    "field": "The argument or input field, such as `mobile`.",
    "retry_after": "The maximum number of seconds until this limit no longer applies.",
    "amount": "The requested amount, in Toman.",
    "min": "The smallest accepted value.",
    "max": "The largest accepted value.",
    "balance": "The wallet's balance, in Toman.",
    "charge": "The cost of the order, in Toman.",
    "days": "The number of days between spins.",
}
_RESULT_DESCRIPTION = "The mutation's result, or the problem that prevented it."
# Seconds are few; whole numbers of things may pass 32 bits.
_FIELD_TYPES = {timedelta: int, int: Count}
_PROBLEMS = domain.Problem.__subclasses__()
_CODES = {kind.code.upper(): kind.code for kind in _PROBLEMS}
_ProblemCode = StrEnum("ProblemCode", _CODES)  # type: ignore[misc] # mypy requires literal members
strawberry.enum(
    _ProblemCode, description="Identifies a problem for programs. The meaning of a code never changes."
)


@strawberry.interface(
    description="An expected failure. Every mutation returns its result or one of its problems."
)
class Problem:
    """The fields of all problems."""

    code: str = strawberry.field(graphql_type=_ProblemCode, description="A stable code for programs.")
    message: str = strawberry.field(
        description="A message for people, in Persian or English depending on `Accept-Language`."
    )


def _to_camel_case(docstring: str) -> str:
    return re.sub(r"`(\w+)`", lambda name: f"`{to_camel_case(name[1])}`", docstring)


def _build_type(problem: type[domain.Problem]) -> type[Problem]:
    """The GraphQL type of a problem: the interface's fields and the problem's own."""
    hints = get_type_hints(problem)
    own = {
        field.name: strawberry.field(description=_FIELD_DESCRIPTIONS[field.name]) for field in fields(problem)
    }
    annotations = {name: _FIELD_TYPES.get(hints[name], hints[name]) for name in own}
    shown = type(problem.__name__, (Problem,), {"__annotations__": annotations, **own})
    return strawberry.type(shown, description=_to_camel_case(inspect.getdoc(problem) or ""))


_TYPES = {problem: _build_type(problem) for problem in _PROBLEMS}


def to_graphql(problem: domain.Problem, language: Language) -> Problem:
    """`problem` as a GraphQL object; waits are rounded up to whole seconds."""
    own: dict[str, Any] = problem_serialization.to_record(problem) | {"code": _ProblemCode(problem.code)}
    return _TYPES[type(problem)](message=problem_messages.format_message(problem, language), **own)


class ProblemUnionExtension(FieldExtension):
    """Widens a mutation's type to the union of its success and its problems, and answers these as data."""

    def __init__(self, problems: tuple[type[domain.Problem], ...], *, prefix: str) -> None:
        self._problems = problems
        self._prefix = prefix

    def apply(self, field: StrawberryField) -> None:
        name = self._prefix + "".join(part.capitalize() for part in field.python_name.split("_")) + "Result"
        members = (field.type, *(_TYPES[problem] for problem in self._problems))
        union = Annotated[Union[members], strawberry.union(name, description=_RESULT_DESCRIPTION)]  # type: ignore[valid-type] # noqa: UP007 - its members are values
        # Nullable: a failing mutation must not discard the results of others.
        field.type = Optional[union]  # noqa: UP045 - `|` does not take what is made at run time

    async def resolve_async(
        self, next_: Callable[..., Awaitable[object]], source: object, info: Info, **arguments: object
    ) -> object:
        try:
            return await next_(source, info, **arguments)
        except self._problems as problem:
            return to_graphql(problem, info.context.language)


MONEY_MUTATION_COST = 50
"""The points of a mutation that moves money or causes costs at an external service."""


def mutation_field(
    operation: Callable[..., object],
    *more: type[domain.Problem],
    description: str,
    cost: int | None = None,
    prefix: str = "",
) -> Callable[[Callable[..., object]], StrawberryField]:
    """A mutation that answers `<prefix><Name>Result`: what the function returns, or a problem.

    The problems are those that `operation` declares with `declares_problems`, and `more` of the function's
    own. `cost` is in the points that callers are limited by; None: what mutations usually cost.
    """
    problems = dict.fromkeys((*domain.get_declared_problems(operation), *more))

    def declare(function: Callable[..., object]) -> StrawberryField:
        return strawberry.mutation(
            function,
            description=description,
            extensions=[ProblemUnionExtension(tuple(problems), prefix=prefix)],
            metadata={} if cost is None else Cost(cost).metadata,
        )

    return declare
