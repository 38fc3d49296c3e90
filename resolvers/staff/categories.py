"""Management of categories."""

from dataclasses import dataclass
from enum import StrEnum

from domain import html_cleaning, text_cleaning
from domain.permissions import Permission, StaffAct
from domain.problems import Forbidden, InvalidInput, declares_problems
from domain.staff_problems import CategoryNotFound
from models import Category
from resolvers.filters import Contains, Filter, Ids, columns_of
from resolvers.pagination import Direction, Page, PageRequest, read_page
from resolvers.sessions import Session
from resolvers.staff.staff_action import get_columns, lock_row, require_permission, staff_transaction

_MAX_NAME_LENGTH = 200
_MAX_DESCRIPTION_LENGTH = 20_000
_MAX_IMAGE_LENGTH = 500
_MAX_POSITION = 2**31 - 1


@columns_of(Category)
class CategoryOrderField(StrEnum):
    ID = "id"
    NAME = "name"
    POSITION = "position"
    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"


@dataclass(frozen=True, kw_only=True)
class CategoryFilter(Filter[Category]):
    """Criteria for categories."""

    id: Ids | None = None
    is_active: bool | None = None
    name: Contains | None = None


@declares_problems(Forbidden, InvalidInput)
async def get_categories_page(
    staff: Session,
    *,
    page: PageRequest,
    where: CategoryFilter,
    order_by: CategoryOrderField,
    direction: Direction,
) -> Page[Category]:
    """A page of all categories, on sale or not.

    Raises:
        Forbidden: the role lacks the permission.
        InvalidInput: a size out of range, or a cursor of another list.
    """
    await require_permission(staff, Permission.READ_CATALOGUE)
    return await read_page(
        lambda: where.apply(Category.all()), page=page, by=order_by.value, direction=direction
    )


@declares_problems(Forbidden, InvalidInput)
async def create_category(
    staff: Session, *, name: str, description: str = "", image: str = "", position: int = 0
) -> Category:
    """Create a category, which is on sale immediately.

    Raises:
        Forbidden: the role lacks the permission.
        InvalidInput: a text of invalid length, or a position beyond 32 bits.
    """
    async with staff_transaction(staff, Permission.CHANGE_CATALOGUE) as duty:
        category = Category(created_at=duty.now, updated_at=duty.now)
        category.update_from_dict(
            _validate(name=name, description=description, image=image, position=position)
        )
        await category.save()
        return await duty.record_change(StaffAct.CREATE_CATEGORY, category, before={})


@declares_problems(Forbidden, InvalidInput, CategoryNotFound)
async def update_category(
    staff: Session,
    *,
    category_id: int,
    name: str | None = None,
    description: str | None = None,
    image: str | None = None,
    position: int | None = None,
) -> Category:
    """Change the given values and leave the rest; a blank image removes it.

    Raises:
        Forbidden: the role lacks the permission.
        InvalidInput: a text of invalid length, or a position beyond 32 bits.
        CategoryNotFound: there is none with this id.
    """
    async with staff_transaction(staff, Permission.CHANGE_CATALOGUE) as duty:
        category = await lock_row(Category, category_id, missing=CategoryNotFound)
        before = get_columns(category)
        category.update_from_dict(
            _validate(name=name, description=description, image=image, position=position)
        )
        category.updated_at = duty.now
        await category.save()
        return await duty.record_change(StaffAct.UPDATE_CATEGORY, category, before=before)


@declares_problems(Forbidden, CategoryNotFound)
async def set_category_active(staff: Session, *, category_id: int, is_active: bool) -> Category:
    """Put a category on sale or take it off, with all of its services.

    Raises:
        Forbidden: the role lacks the permission.
        CategoryNotFound: there is none with this id.
    """
    async with staff_transaction(staff, Permission.CHANGE_CATALOGUE) as duty:
        category = await lock_row(Category, category_id, missing=CategoryNotFound)
        before = get_columns(category)
        category.is_active, category.updated_at = is_active, duty.now
        await category.save(update_fields=["is_active", "updated_at"])
        return await duty.record_change(StaffAct.SET_CATEGORY_ACTIVE, category, before=before)


def _validate(
    *, name: str | None, description: str | None, image: str | None, position: int | None
) -> dict[str, object]:
    """The given columns, validated."""
    columns: dict[str, object] = {}
    if name is not None:
        columns["name"] = text_cleaning.clean_bounded_line(name, field="name", max_length=_MAX_NAME_LENGTH)
    if description is not None:
        columns["description"] = text_cleaning.clean_bounded_paragraph(
            html_cleaning.clean(description),
            field="description",
            max_length=_MAX_DESCRIPTION_LENGTH,
            min_length=0,
        )
    if image is not None:
        columns["image"] = (
            text_cleaning.clean_bounded_line(image, field="image", max_length=_MAX_IMAGE_LENGTH, min_length=0)
            or None
        )
    if position is not None:
        if abs(position) > _MAX_POSITION:
            raise InvalidInput(field="position")
        columns["position"] = position
    return columns
