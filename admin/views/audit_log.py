"""What staff did: to be read, never to be written."""

from collections.abc import Sequence
from typing import Any

import orjson
from starlette.requests import Request
from starlette_admin.fields import BaseField
from starlette_admin.i18n import lazy_gettext as _

from admin import fields
from admin.views.base import StaffView
from domain.permissions import Permission
from domain.roles import UserRole
from domain.staff_acts import StaffAct, StaffSubject
from models import AuditEntry


class AuditView(StaffView):
    """The log of staff's acts, with what each changed."""

    of = AuditEntry
    key = "audit"
    icon = "fa-solid fa-shield-halved"
    menu_label = _("Audit log")
    display_name = _("Entry")
    reads = Permission.READ_AUDIT_LOG
    texts = ("reason",)
    sortable_fields = ("id", "created_at")

    def columns(self) -> Sequence[BaseField]:
        return [
            fields.number(),
            fields.moment("created_at", _("At")),
            fields.relation("actor", _("By"), "users"),
            fields.choice("role", _("Role"), UserRole),
            fields.choice("act", _("Act"), StaffAct),
            fields.choice("subject", _("On"), StaffSubject),
            fields.number("subject_id", _("Number")),
            fields.text("reason", _("Reason")),
            fields.text("service_token", _("By service token"), exclude_from_list=True),
            fields.block("changes", _("Changes"), "table", _changes),
        ]


async def _changes(_request: Request, entry: AuditEntry) -> dict[str, Any]:
    before, after = orjson.loads(entry.before), orjson.loads(entry.after)
    return {
        "columns": [_("Column"), _("Before"), _("After")],
        "rows": [
            [name, _written(before.get(name)), _written(after.get(name))] for name in {**before, **after}
        ],
    }


def _written(value: object) -> str:
    return "" if value is None else value if isinstance(value, str) else orjson.dumps(value).decode()
