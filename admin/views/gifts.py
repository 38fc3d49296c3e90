"""What the wheel of fortune gives."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette_admin.fields import BaseField
from starlette_admin.i18n import lazy_gettext as _

from admin import fields
from admin.access import staff_of
from admin.acts import Ask, Given, act
from admin.views.base import StaffView
from domain import texts
from domain.permissions import Permission
from models import Gift
from resolvers.sessions import SignedIn
from resolvers.staff import gifts


class GiftView(StaffView):
    """Gifts on the wheel."""

    of = Gift
    key = "gifts"
    icon = "fa-solid fa-gift"
    menu_label = _("Gifts")
    display_name = _("Gift")
    reads = Permission.READ_GIFTS
    writes = Permission.CHANGE_GIFTS
    adds = True
    texts = ()
    sortable_fields = ("id", "created_at")
    main_field = "service"
    field_of = {"min": "min_quantity", "max": "max_quantity"}

    def columns(self) -> Sequence[BaseField]:
        return [
            fields.number(),
            fields.relation("service", _("Service"), "services", required=True),
            fields.count("min_quantity", _("Least quantity"), required=True),
            fields.count("max_quantity", _("Largest quantity"), required=True),
            fields.flag("is_active", _("On the wheel"), exclude_from_create=True),
            fields.moment("created_at", _("Made at")),
        ]

    async def add(self, staff: SignedIn, data: Mapping[str, Any]) -> Gift:
        return await gifts.create_gift(
            staff,
            service_id=texts.parse_integer(data["service"] or "") or 0,
            min_quantity=data["min_quantity"],
            max_quantity=data["max_quantity"],
        )

    @act(
        "range",
        _("Change the quantities"),
        needs=Permission.CHANGE_GIFTS,
        icon="fa-solid fa-pen",
        asks=[
            Ask(
                name="min",
                label=_("Least quantity"),
                kind="number",
                value=lambda gift: gift.min_quantity,
            ),
            Ask(
                name="max",
                label=_("Largest quantity"),
                kind="number",
                value=lambda gift: gift.max_quantity,
            ),
        ],
    )
    async def change_range(self, request: Request, pk: int, given: Given) -> None:
        await gifts.update_gift(
            staff_of(request),
            gift_id=pk,
            min_quantity=given.integer("min"),
            max_quantity=given.integer("max"),
        )

    @act(
        "put_on",
        _("Put on the wheel"),
        needs=Permission.CHANGE_GIFTS,
        icon="fa-solid fa-toggle-on",
        when=lambda gift: not gift.is_active,
    )
    async def put_on(self, request: Request, pk: int, _given: Given) -> None:
        await gifts.update_gift(staff_of(request), gift_id=pk, is_active=True)

    @act(
        "take_off",
        _("Take off the wheel"),
        needs=Permission.CHANGE_GIFTS,
        icon="fa-solid fa-toggle-off",
        when=lambda gift: gift.is_active,
    )
    async def take_off(self, request: Request, pk: int, _given: Given) -> None:
        await gifts.update_gift(staff_of(request), gift_id=pk, is_active=False)
