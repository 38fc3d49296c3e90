from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette_admin.fields import BaseField
from starlette_admin.i18n import lazy_gettext as _

from admin import fields
from admin.actions import FormData, record_action
from admin.authorization import get_staff_session
from admin.views.base import StaffView
from domain.permissions import Permission
from models import Category
from resolvers.sessions import Session
from resolvers.staff import categories


class CategoryView(StaffView):
    """Categories, on sale or not."""

    of = Category
    key = "categories"
    icon = "fa-solid fa-layer-group"
    menu_label = _("Categories")
    display_name = _("Category")
    read_permission = Permission.READ_CATALOGUE
    write_permission = Permission.CHANGE_CATALOGUE
    can_add = changes = True
    searched_columns = ("name",)
    sortable_fields = ("id", "name", "position", "created_at", "updated_at")
    field_of = {"description": "description", "image": "image", "position": "position"}

    def columns(self) -> Sequence[BaseField]:
        return [
            fields.number_field(),
            fields.text_field("name", _("Name"), required=True),
            fields.long_text_field("description", _("Description")),
            fields.text_field("image", _("Image URL"), exclude_from_list=True),
            fields.number_field("position", _("Position"), default=0),
            fields.flag_field("is_active", _("On sale"), exclude_from_create=True, exclude_from_edit=True),
            fields.datetime_field("created_at", _("Created at"), exclude_from_list=True),
            fields.datetime_field("updated_at", _("Changed at")),
        ]

    def describe(self, record: Category) -> str:
        return record.name

    async def add(self, staff: Session, data: Mapping[str, Any]) -> Category:
        return await categories.create_category(
            staff,
            name=data["name"],
            description=data["description"] or "",
            image=data["image"] or "",
            position=data["position"] or 0,
        )

    async def change(self, staff: Session, pk: int, data: Mapping[str, Any]) -> Category:
        return await categories.update_category(
            staff,
            category_id=pk,
            name=data["name"],
            description=data["description"] or "",
            image=data["image"] or "",
            position=data["position"] or 0,
        )

    @record_action(
        "show",
        _("Put on sale"),
        permission=Permission.CHANGE_CATALOGUE,
        icon="fa-solid fa-eye",
        is_available=lambda category: not category.is_active,
    )
    async def show(self, request: Request, pk: int, _form: FormData) -> None:
        await categories.set_category_active(get_staff_session(request), category_id=pk, is_active=True)

    @record_action(
        "hide",
        _("Take off sale"),
        permission=Permission.CHANGE_CATALOGUE,
        icon="fa-solid fa-eye-slash",
        is_available=lambda category: category.is_active,
    )
    async def hide(self, request: Request, pk: int, _form: FormData) -> None:
        await categories.set_category_active(get_staff_session(request), category_id=pk, is_active=False)
