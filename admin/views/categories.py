"""Shelves of the shop."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette_admin.fields import BaseField
from starlette_admin.i18n import lazy_gettext as _

from admin import fields
from admin.access import staff_of
from admin.acts import Given, act
from admin.views.base import StaffView
from domain.permissions import Permission
from models import Category
from resolvers.sessions import SignedIn
from resolvers.staff import categories


class CategoryView(StaffView):
    """Categories, on sale or not."""

    of = Category
    key = "categories"
    icon = "fa-solid fa-layer-group"
    menu_label = _("Categories")
    display_name = _("Category")
    reads = Permission.READ_CATALOGUE
    writes = Permission.CHANGE_CATALOGUE
    adds = changes = True
    texts = ("name",)
    sortable_fields = ("id", "name", "position", "created_at", "updated_at")
    field_of = {"description": "description", "image": "image", "position": "position"}

    def columns(self) -> Sequence[BaseField]:
        return [
            fields.number(),
            fields.text("name", _("Name"), required=True),
            fields.long_text("description", _("Description")),
            fields.text("image", _("Image's address"), exclude_from_list=True),
            fields.number("position", _("Position"), default=0),
            fields.flag("is_active", _("On sale"), exclude_from_create=True, exclude_from_edit=True),
            fields.moment("created_at", _("Made at"), exclude_from_list=True),
            fields.moment("updated_at", _("Changed at")),
        ]

    def told(self, record: Category) -> str:
        return record.name

    async def add(self, staff: SignedIn, data: Mapping[str, Any]) -> Category:
        return await categories.create_category(
            staff,
            name=data["name"],
            description=data["description"] or "",
            image=data["image"] or "",
            position=data["position"] or 0,
        )

    async def change(self, staff: SignedIn, pk: int, data: Mapping[str, Any]) -> Category:
        return await categories.update_category(
            staff,
            category_id=pk,
            name=data["name"],
            description=data["description"] or "",
            image=data["image"] or "",
            position=data["position"] or 0,
        )

    @act(
        "show",
        _("Put on sale"),
        needs=Permission.CHANGE_CATALOGUE,
        icon="fa-solid fa-eye",
        when=lambda category: not category.is_active,
    )
    async def show(self, request: Request, pk: int, _given: Given) -> None:
        await categories.set_category_active(staff_of(request), category_id=pk, is_active=True)

    @act(
        "hide",
        _("Take off sale"),
        needs=Permission.CHANGE_CATALOGUE,
        icon="fa-solid fa-eye-slash",
        when=lambda category: category.is_active,
    )
    async def hide(self, request: Request, pk: int, _given: Given) -> None:
        await categories.set_category_active(staff_of(request), category_id=pk, is_active=False)
