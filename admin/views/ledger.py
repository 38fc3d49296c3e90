"""Every change of a balance: to be read, never to be written."""

from collections.abc import Sequence

from starlette_admin.fields import BaseField
from starlette_admin.i18n import lazy_gettext as _

from admin import fields
from admin.views.base import StaffView
from domain.permissions import Permission
from domain.states import LedgerKind
from models import LedgerEntry


class LedgerView(StaffView):
    """Everybody's ledger."""

    of = LedgerEntry
    key = "ledger"
    icon = "fa-solid fa-book"
    menu_label = _("Ledger")
    display_name = _("Ledger entry")
    reads = Permission.READ_LEDGER
    texts = ("cause",)
    sortable_fields = ("id", "amount", "created_at")

    def columns(self) -> Sequence[BaseField]:
        return [
            fields.number(),
            fields.relation("user", _("User"), "users"),
            fields.choice("kind", _("Kind"), LedgerKind),
            fields.amount("amount", _("Amount")),
            fields.amount("balance_after", _("Balance after it")),
            fields.relation("order", _("Order"), "orders"),
            fields.relation("payment", _("Payment"), "payments"),
            fields.text("cause", _("Cause"), exclude_from_list=True),
            fields.long_text("note", _("Remark")),
            fields.moment("created_at", _("At")),
        ]
