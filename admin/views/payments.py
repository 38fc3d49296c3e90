"""What was paid into wallets."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette_admin.fields import BaseField
from starlette_admin.i18n import lazy_gettext as _

from admin import fields
from admin.access import staff_of
from admin.acts import Ask, Given, act
from admin.views.base import StaffView
from domain.permissions import Permission
from domain.states import PaymentStatus
from models import Payment
from resolvers.staff import payments

_REASON = Ask(name="reason", label=_("Reason"), rows=2)


def _awaits_review(payment: Payment) -> bool:
    return payment.status in PaymentStatus.awaiting_review()


class PaymentView(StaffView):
    """Payments through the gateways; staff settle those that the gateway left open."""

    of = Payment
    key = "payments"
    icon = "fa-solid fa-credit-card"
    menu_label = _("Payments")
    display_name = _("Payment")
    reads = Permission.READ_PAYMENTS
    texts = ("authority", "reference")
    sortable_fields = ("id", "amount", "created_at")

    def columns(self) -> Sequence[BaseField]:
        return [
            fields.number(),
            fields.relation("user", _("User"), "users"),
            fields.amount("amount", _("Amount")),
            fields.choice("status", _("State"), PaymentStatus),
            fields.text("gateway", _("Gateway")),
            fields.text("authority", _("Gateway's token"), exclude_from_list=True),
            fields.text("reference", _("Receipt number")),
            fields.text("card_mask", _("Card"), exclude_from_list=True),
            fields.long_text("note", _("Remark")),
            fields.moment("created_at", _("Begun at")),
            fields.moment("credited_at", _("Credited at"), exclude_from_list=True),
        ]

    @act(
        "settle",
        _("Credit"),
        needs=Permission.SETTLE_PAYMENTS,
        icon="fa-solid fa-check",
        asks=[
            Ask(
                name="amount",
                label=_("Toman to credit"),
                kind="number",
                value=lambda payment: payment.amount,
            ),
            _REASON,
        ],
        when=_awaits_review,
    )
    async def settle(self, request: Request, pk: int, given: Given) -> None:
        await payments.settle_payment(
            staff_of(request), payment_id=pk, amount=given.integer("amount"), reason=given.text("reason")
        )

    @act(
        "reject",
        _("Reject"),
        needs=Permission.SETTLE_PAYMENTS,
        icon="fa-solid fa-xmark",
        question=_("Nothing is credited; what was paid goes back outside of the shop."),
        asks=[_REASON],
        when=_awaits_review,
    )
    async def reject(self, request: Request, pk: int, given: Given) -> None:
        await payments.reject_payment(staff_of(request), payment_id=pk, reason=given.text("reason"))
