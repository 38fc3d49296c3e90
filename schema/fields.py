"""Fields that are resolved, and the examples that root fields are described with."""

from collections.abc import Callable
from pathlib import Path

import strawberry
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

_EXAMPLES = Path(__file__).parent / "examples"


def resolved(*, description: str) -> Callable[[Callable[..., object]], StrawberryField]:
    """A field that the function resolves; `strawberry.field`, but typed."""

    def declare(function: Callable[..., object]) -> StrawberryField:
        return strawberry.field(function, description=description)

    return declare


def query(*, description: str) -> Callable[[Callable[..., object]], StrawberryField]:
    """A field of Query that the function resolves."""

    def declare(function: Callable[..., object]) -> StrawberryField:
        return strawberry.field(function, description=with_example(description, function))

    return declare


def with_example(description: str, function: Callable[..., object]) -> str:
    """`description` and, as Markdown, the document that `examples/` holds under the field's name."""
    file = _EXAMPLES / f"{to_camel_case(function.__name__)}.graphql"
    return f"{description}\n\n```graphql\n{file.read_text(encoding='utf-8').strip()}\n```"
