from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette_admin.fields import BaseField
from starlette_admin.i18n import lazy_gettext as _

from admin import fields
from admin.actions import FormData, FormField, record_action
from admin.authorization import get_staff_session
from admin.views.base import StaffView
from domain import text_cleaning
from domain.permissions import Permission
from models import Gift
from resolvers.sessions import Session
from resolvers.staff import gifts


class GiftView(StaffView):
    """Gifts of the wheel of fortune."""

    of = Gift
    key = "gifts"
    icon = "fa-solid fa-gift"
    menu_label = _("Gifts")
    display_name = _("Gift")
    read_permission = Permission.READ_GIFTS
    write_permission = Permission.CHANGE_GIFTS
    can_add = True
    searched_columns = ()
    sortable_fields = ("id", "created_at")
    main_field = "service"
    field_of = {"min": "min_quantity", "max": "max_quantity"}

    def columns(self) -> Sequence[BaseField]:
        return [
            fields.number_field(),
            fields.relation_field("service", _("Service"), "services", required=True),
            fields.count_field("min_quantity", _("Smallest quantity"), required=True),
            fields.count_field("max_quantity", _("Largest quantity"), required=True),
            fields.flag_field("is_active", _("On the wheel"), exclude_from_create=True),
            fields.datetime_field("created_at", _("Created at")),
        ]

    async def add(self, staff: Session, data: Mapping[str, Any]) -> Gift:
        return await gifts.create_gift(
            staff,
            service_id=text_cleaning.parse_integer(data["service"] or "") or 0,
            min_quantity=data["min_quantity"],
            max_quantity=data["max_quantity"],
        )

    @record_action(
        "range",
        _("Change the quantities"),
        permission=Permission.CHANGE_GIFTS,
        icon="fa-solid fa-pen",
        form_fields=[
            FormField(
                name="min",
                label=_("Smallest quantity"),
                kind="number",
                value=lambda gift: gift.min_quantity,
            ),
            FormField(
                name="max",
                label=_("Largest quantity"),
                kind="number",
                value=lambda gift: gift.max_quantity,
            ),
        ],
    )
    async def change_range(self, request: Request, pk: int, form: FormData) -> None:
        await gifts.update_gift(
            get_staff_session(request),
            gift_id=pk,
            min_quantity=form.get_integer("min"),
            max_quantity=form.get_integer("max"),
        )

    @record_action(
        "put_on",
        _("Put on the wheel"),
        permission=Permission.CHANGE_GIFTS,
        icon="fa-solid fa-toggle-on",
        is_available=lambda gift: not gift.is_active,
    )
    async def activate(self, request: Request, pk: int, _form: FormData) -> None:
        await gifts.update_gift(get_staff_session(request), gift_id=pk, is_active=True)

    @record_action(
        "take_off",
        _("Take off the wheel"),
        permission=Permission.CHANGE_GIFTS,
        icon="fa-solid fa-toggle-off",
        is_available=lambda gift: gift.is_active,
    )
    async def deactivate(self, request: Request, pk: int, _form: FormData) -> None:
        await gifts.update_gift(get_staff_session(request), gift_id=pk, is_active=False)
