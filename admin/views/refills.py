"""Refills: delivering again what dropped from finished orders."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette_admin.fields import BaseField
from starlette_admin.i18n import lazy_gettext as _

from admin import fields, labels
from admin.actions import FormData, FormField, record_action
from admin.authorization import get_staff_session
from admin.views.base import StaffView
from domain.enums import RefillStatus
from domain.permissions import Permission
from models import Refill
from resolvers.staff import refills

_OUTCOMES = (RefillStatus.COMPLETED, RefillStatus.REJECTED)


def _is_held(refill: Refill) -> bool:
    return refill.status is RefillStatus.AWAITING


class RefillView(StaffView):
    """All users' refills; staff settle those that are held."""

    of = Refill
    key = "refills"
    icon = "fa-solid fa-arrows-rotate"
    menu_label = _("Refills")
    display_name = _("Refill")
    read_permission = Permission.READ_ORDERS
    sortable_fields = ("id", "created_at", "updated_at")

    def columns(self) -> Sequence[BaseField]:
        return [
            fields.number_field(),
            fields.relation_field("order", _("Order"), "orders"),
            fields.choice_field("status", _("State"), RefillStatus),
            fields.text_field("provider_refill_id", _("Number at the provider")),
            fields.long_text_field("note", _("Note")),
            fields.long_text_field("staff_note", _("For staff")),
            fields.datetime_field("created_at", _("Placed at")),
            fields.datetime_field("updated_at", _("Changed at"), exclude_from_list=True),
        ]

    @record_action(
        "settle",
        _("Settle"),
        permission=Permission.CHANGE_ORDERS,
        icon="fa-solid fa-check",
        confirmation=_("Set the outcome at the provider. Does not move money."),
        form_fields=[
            FormField(
                name="status",
                label=_("State"),
                choices=[(status.value, labels.to_label(status)) for status in _OUTCOMES],
            ),
            FormField(name="note", label=_("Note, visible to the buyer"), rows=2),
        ],
        is_available=_is_held,
    )
    async def settle(self, request: Request, pk: int, form: FormData) -> None:
        status = form.get_choice("status", RefillStatus)
        await refills.settle_refill(
            get_staff_session(request), refill_id=pk, status=status, note=form.get_text("note")
        )

    @record_action(
        "resume",
        _("Try again"),
        permission=Permission.RESEND_ORDERS,
        icon="fa-solid fa-rotate-right",
        confirmation=_("Sends it to the provider or checks its status again."),
        is_available=_is_held,
    )
    async def resume(self, request: Request, pk: int, _form: FormData) -> None:
        await refills.resume_refill(get_staff_session(request), refill_id=pk)
