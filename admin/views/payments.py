from collections.abc import Sequence

from starlette.requests import Request
from starlette_admin.fields import BaseField
from starlette_admin.i18n import lazy_gettext as _

from admin import fields
from admin.actions import FormData, FormField, record_action
from admin.authorization import get_staff_session
from admin.views.base import StaffView
from domain.enums import PaymentStatus
from domain.permissions import Permission
from models import Payment
from resolvers.staff import payments

_REASON_FIELD = FormField(name="reason", label=_("Reason"), rows=2)


def _awaits_review(payment: Payment) -> bool:
    return payment.status in PaymentStatus.awaiting_review()


class PaymentView(StaffView):
    """Payments through the gateways; staff settle those that the gateway left open."""

    of = Payment
    key = "payments"
    icon = "fa-solid fa-credit-card"
    menu_label = _("Payments")
    display_name = _("Payment")
    read_permission = Permission.READ_PAYMENTS
    searched_columns = ("authority", "reference")
    sortable_fields = ("id", "amount", "created_at")

    def columns(self) -> Sequence[BaseField]:
        return [
            fields.number_field(),
            fields.relation_field("user", _("User"), "users"),
            fields.amount_field("amount", _("Amount")),
            fields.choice_field("status", _("State"), PaymentStatus),
            fields.text_field("gateway", _("Gateway")),
            fields.text_field("authority", _("Gateway's token"), exclude_from_list=True),
            fields.text_field("reference", _("Reference number")),
            fields.text_field("card_mask", _("Card"), exclude_from_list=True),
            fields.long_text_field("note", _("Note")),
            fields.datetime_field("created_at", _("Started at")),
            fields.datetime_field("credited_at", _("Credited at"), exclude_from_list=True),
        ]

    @record_action(
        "settle",
        _("Credit"),
        permission=Permission.SETTLE_PAYMENTS,
        icon="fa-solid fa-check",
        form_fields=[
            FormField(
                name="amount",
                label=_("Toman to credit"),
                kind="number",
                value=lambda payment: payment.amount,
            ),
            _REASON_FIELD,
        ],
        is_available=_awaits_review,
    )
    async def settle(self, request: Request, pk: int, form: FormData) -> None:
        await payments.settle_payment(
            get_staff_session(request),
            payment_id=pk,
            amount=form.get_integer("amount"),
            reason=form.get_text("reason"),
        )

    @record_action(
        "reject",
        _("Reject"),
        permission=Permission.SETTLE_PAYMENTS,
        icon="fa-solid fa-xmark",
        confirmation=_("Nothing is credited. Return the payment outside the shop."),
        form_fields=[_REASON_FIELD],
        is_available=_awaits_review,
    )
    async def reject(self, request: Request, pk: int, form: FormData) -> None:
        await payments.reject_payment(
            get_staff_session(request), payment_id=pk, reason=form.get_text("reason")
        )
