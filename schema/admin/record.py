"""What all records have that staff see."""

from typing import Generic, TypeVar

import strawberry
from tortoise.models import Model

from engine.executor.hints import FieldHints
from schema.fields import View
from schema.node import to_global_id

M = TypeVar("M", bound=Model)


@strawberry.type
class AdminRecord(View[M], Generic[M]):
    """A view of a row with its global id, whose type is the class's name."""

    id: strawberry.ID = strawberry.field(
        resolver=lambda self: to_global_id(type(self).__name__, self.row.pk),
        description="Global id; opaque to clients.",
        metadata=FieldHints(is_pure=True).metadata,
    )
    number: int = strawberry.field(
        resolver=lambda self: self.row.pk,
        description="The record number shown to people and used by the legacy API.",
        metadata=FieldHints(is_pure=True).metadata,
    )
