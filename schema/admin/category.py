"""Categories, for staff."""

from datetime import datetime
from typing import Annotated

import strawberry

from domain.problems import InvalidInput
from models import Category as CategoryRow
from resolvers.pagination import PageRequest
from resolvers.staff import categories
from resolvers.staff.categories import CategoryFilter
from schema.admin.enums import AdminCategoryOrderField
from schema.admin.fields import admin_mutation
from schema.admin.record import AdminRecord
from schema.connections import After, Before, Connection, First, Last, build_connection
from schema.context import Info
from schema.fields import column
from schema.filters import IdIn, Sorting, TextContains, Where, ids_of
from schema.node import parse_id


@strawberry.type(description="A category of the catalogue, on sale or not.")
class AdminCategory(AdminRecord[CategoryRow]):
    """A category as staff see it."""

    name: str = column("name", description="The name.")
    description: str = column("description", description="HTML; may be empty.")
    image: str | None = column("image", description="URL or path of its image.")
    position: int = column("position", description="Display position; lower comes first.")
    is_active: bool = column("is_active", description="Whether it is on sale.")
    created_at: datetime = column("created_at", description="When it was created.")
    updated_at: datetime = column("updated_at", description="When it was last updated.")


@strawberry.input(description="Filter for categories. Omitted or null criteria are ignored.")
class AdminCategoryWhere(Where[CategoryFilter]):
    id: IdIn | None = strawberry.field(
        default=None, description="Filter by category.", metadata=ids_of("AdminCategory")
    )
    is_active: bool | None = strawberry.field(default=None, description="Filter by whether it is on sale.")
    name: TextContains | None = strawberry.field(default=None, description="Filter by part of the name.")


@strawberry.input(description="Sort order for categories.")
class AdminCategoryOrder(Sorting[AdminCategoryOrderField]):
    pass


@strawberry.type
class AdminCategoryQuery:
    @strawberry.field(
        description="All categories, newest first by default. Requires `READ_CATALOGUE`. Errors: "
        "`FORBIDDEN`, `INVALID_INPUT`."
    )
    async def categories(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        where: Annotated[
            AdminCategoryWhere | None, strawberry.argument(description="For example, `{isActive: false}`.")
        ] = None,
        order_by: Annotated[
            AdminCategoryOrder | None,
            strawberry.argument(description="For example, `{field: POSITION, direction: ASC}`."),
        ] = None,
    ) -> Connection[AdminCategory]:
        order = order_by or AdminCategoryOrder(field=AdminCategoryOrderField.ID)
        page = await categories.get_categories_page(
            info.context.staff,
            page=PageRequest(first=first, after=after, last=last, before=before),
            where=(where or AdminCategoryWhere()).to_filter(),
            order_by=order.field,
            direction=order.direction,
        )
        return build_connection(page, AdminCategory.from_model)


@strawberry.type
class AdminCategoryMutation:
    @admin_mutation(
        categories.create_category,
        description="Create a category and put it on sale. Requires `CHANGE_CATALOGUE`.",
    )
    async def create_category(
        self,
        info: Info,
        name: Annotated[str, strawberry.argument(description="1 to 200 characters.")],
        description: Annotated[str, strawberry.argument(description="HTML, at most 20,000 characters.")] = "",
        image: Annotated[
            str, strawberry.argument(description="URL or path of an image, at most 500 characters.")
        ] = "",
        position: Annotated[int, strawberry.argument(description="Display position; lower comes first.")] = 0,
    ) -> AdminCategory:
        return AdminCategory.from_model(
            await categories.create_category(
                info.context.staff, name=name, description=description, image=image, position=position
            )
        )

    @admin_mutation(
        categories.update_category,
        InvalidInput,
        description="Update a category. Omitted or null values stay unchanged. Requires `CHANGE_CATALOGUE`.",
    )
    async def update_category(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Global id of an `AdminCategory`.")],  # noqa: A002 - Relay's name
        name: Annotated[str | None, strawberry.argument(description="1 to 200 characters.")] = None,
        description: Annotated[
            str | None, strawberry.argument(description="HTML, at most 20,000 characters.")
        ] = None,
        image: Annotated[
            str | None, strawberry.argument(description="At most 500 characters; blank removes the image.")
        ] = None,
        position: Annotated[
            int | None, strawberry.argument(description="Display position; lower comes first.")
        ] = None,
    ) -> AdminCategory:
        return AdminCategory.from_model(
            await categories.update_category(
                info.context.staff,
                category_id=parse_id(id, "AdminCategory", field="id"),
                name=name,
                description=description,
                image=image,
                position=position,
            )
        )

    @admin_mutation(
        categories.set_category_active,
        InvalidInput,
        description="Put a category and its services on sale, or take them off sale. Requires "
        "`CHANGE_CATALOGUE`.",
    )
    async def set_category_active(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Global id of an `AdminCategory`.")],  # noqa: A002 - Relay's name
        is_active: Annotated[bool, strawberry.argument(description="Whether it is on sale.")],
    ) -> AdminCategory:
        return AdminCategory.from_model(
            await categories.set_category_active(
                info.context.staff, category_id=parse_id(id, "AdminCategory", field="id"), is_active=is_active
            )
        )
