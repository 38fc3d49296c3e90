"""Categories of the catalogue."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self

import strawberry

from models import Category as CategoryRow
from resolvers import catalogue
from schema.context import Info
from schema.fields import View, column
from schema.filters import Sorting
from schema.node import Node, id_field


@strawberry.type(description="A category of the catalogue.")
class Category(Node, View[CategoryRow]):
    """A category as shoppers see it."""

    id: strawberry.ID = id_field("Category")
    name: str = column("name", description="The name.")
    description: str = column("description", description="HTML; may be empty.")
    image: str | None = column("image", description="URL or path of its image.")
    position: int = column("position", description="Display position; lower comes first.")
    is_active: bool = column("is_active", description="Whether it is on sale.")
    created_at: datetime = column("created_at", description="When it was added.")
    updated_at: datetime = column("updated_at", description="When it was last updated.")

    @classmethod
    async def find(cls, info: Info, key: int) -> Self | None:
        found = await catalogue.get_category(key)
        return cls.from_model(found) if found else None


@strawberry.enum(description="Fields that categories can be sorted by.")
class CategoryOrderField(StrEnum):
    """The sortable columns that shoppers may know."""

    ID = catalogue.CategoryOrderField.ID
    NAME = catalogue.CategoryOrderField.NAME
    POSITION = catalogue.CategoryOrderField.POSITION
    CREATED_AT = catalogue.CategoryOrderField.CREATED_AT
    UPDATED_AT = catalogue.CategoryOrderField.UPDATED_AT


@strawberry.input(description="Sort order for categories.")
class CategoryOrder(Sorting[CategoryOrderField]):
    pass


@strawberry.type
class CategoryQuery:
    @strawberry.field(description="All categories on sale, newest first by default.")
    async def categories(
        self,
        order_by: Annotated[
            CategoryOrder | None,
            strawberry.argument(description="For example, `{field: POSITION, direction: ASC}`."),
        ] = None,
    ) -> list[Category]:
        order = order_by or CategoryOrder(field=CategoryOrderField.ID)
        rows = await catalogue.list_categories(
            order_by=catalogue.CategoryOrderField(order.field.value), direction=order.direction
        )
        return [Category.from_model(row) for row in rows]
