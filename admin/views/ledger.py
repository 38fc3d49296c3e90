"""The ledger, read only."""

from collections.abc import Sequence

from starlette_admin.fields import BaseField
from starlette_admin.i18n import lazy_gettext as _

from admin import fields
from admin.views.base import StaffView
from domain.enums import LedgerKind
from domain.permissions import Permission
from models import LedgerEntry


class LedgerView(StaffView):
    """All users' ledger entries."""

    of = LedgerEntry
    key = "ledger"
    icon = "fa-solid fa-book"
    menu_label = _("Ledger")
    display_name = _("Ledger entry")
    read_permission = Permission.READ_LEDGER
    searched_columns = ("cause",)
    sortable_fields = ("id", "amount", "created_at")

    def columns(self) -> Sequence[BaseField]:
        return [
            fields.number_field(),
            fields.relation_field("user", _("User"), "users"),
            fields.choice_field("kind", _("Kind"), LedgerKind),
            fields.amount_field("amount", _("Amount")),
            fields.amount_field("balance_after", _("Balance after")),
            fields.relation_field("order", _("Order"), "orders"),
            fields.relation_field("payment", _("Payment"), "payments"),
            fields.text_field("cause", _("Cause"), exclude_from_list=True),
            fields.long_text_field("note", _("Note")),
            fields.datetime_field("created_at", _("At")),
        ]
