"""Refills: what dropped from finished orders and is delivered again."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette_admin.fields import BaseField
from starlette_admin.i18n import lazy_gettext as _

from admin import fields, labels
from admin.access import staff_of
from admin.acts import Ask, Given, act
from admin.views.base import StaffView
from domain.permissions import Permission
from domain.states import RefillStatus
from models import Refill
from resolvers.staff import refills

_OUTCOMES = (RefillStatus.COMPLETED, RefillStatus.REJECTED)


def _is_held(refill: Refill) -> bool:
    return refill.status is RefillStatus.AWAITING


class RefillView(StaffView):
    """Everybody's refills; staff settle those that are held."""

    of = Refill
    key = "refills"
    icon = "fa-solid fa-arrows-rotate"
    menu_label = _("Refills")
    display_name = _("Refill")
    reads = Permission.READ_ORDERS
    sortable_fields = ("id", "created_at", "updated_at")

    def columns(self) -> Sequence[BaseField]:
        return [
            fields.number(),
            fields.relation("order", _("Order"), "orders"),
            fields.choice("status", _("State"), RefillStatus),
            fields.text("provider_refill_id", _("Number at the provider")),
            fields.long_text("note", _("Remark")),
            fields.long_text("staff_note", _("For staff")),
            fields.moment("created_at", _("Placed at")),
            fields.moment("updated_at", _("Changed at"), exclude_from_list=True),
        ]

    @act(
        "settle",
        _("Settle"),
        needs=Permission.CHANGE_ORDERS,
        icon="fa-solid fa-check",
        question=_("Say how it ended at the provider. Moves no money."),
        asks=[
            Ask(
                name="status",
                label=_("State"),
                choices=[(status.value, labels.label(status)) for status in _OUTCOMES],
            ),
            Ask(name="note", label=_("Remark, which the buyer sees too"), rows=2),
        ],
        when=_is_held,
    )
    async def settle(self, request: Request, pk: int, given: Given) -> None:
        status = given.choice("status", RefillStatus)
        await refills.settle_refill(staff_of(request), refill_id=pk, status=status, note=given.text("note"))

    @act(
        "resume",
        _("Try again"),
        needs=Permission.RESEND_ORDERS,
        icon="fa-solid fa-rotate-right",
        question=_("The shop sends it to the provider, or asks about it, again."),
        when=_is_held,
    )
    async def resume(self, request: Request, pk: int, _given: Given) -> None:
        await refills.resume_refill(staff_of(request), refill_id=pk)
