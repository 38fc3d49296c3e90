"""Fields of staff mutations."""

from collections.abc import Callable

from strawberry.types.field import StrawberryField

from domain.problems import Problem
from schema.problem_unions import mutation_field


def admin_mutation(
    operation: Callable[..., object], *more: type[Problem], description: str
) -> Callable[[Callable[..., object]], StrawberryField]:
    """A mutation whose result is named `Admin<Name>Result`, distinct from the customers' mutation."""
    return mutation_field(operation, *more, description=description, prefix="Admin")
