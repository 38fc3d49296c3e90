"""Fields that are resolved."""

from collections.abc import Callable

import strawberry
from strawberry.types.field import StrawberryField


def resolved(*, description: str) -> Callable[[Callable[..., object]], StrawberryField]:
    """A field that the function resolves; `strawberry.field`, but typed."""

    def declare(function: Callable[..., object]) -> StrawberryField:
        return strawberry.field(function, description=description)

    return declare
