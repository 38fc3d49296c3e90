"""The audit log, read only."""

from collections.abc import Sequence
from typing import Any

import orjson
from starlette.requests import Request
from starlette_admin.fields import BaseField
from starlette_admin.i18n import lazy_gettext as _

from admin import fields
from admin.views.base import StaffView
from domain.permissions import Permission, StaffAct, StaffSubject
from domain.roles import UserRole
from models import AuditEntry


class AuditView(StaffView):
    """The audit log of staff actions, with what each changed."""

    of = AuditEntry
    key = "audit"
    icon = "fa-solid fa-shield-halved"
    menu_label = _("Audit log")
    display_name = _("Entry")
    read_permission = Permission.READ_AUDIT_LOG
    searched_columns = ("reason",)
    sortable_fields = ("id", "created_at")

    def columns(self) -> Sequence[BaseField]:
        return [
            fields.number_field(),
            fields.datetime_field("created_at", _("At")),
            fields.relation_field("actor", _("By"), "users"),
            fields.choice_field("role", _("Role"), UserRole),
            fields.choice_field("action", _("Action"), StaffAct),
            fields.choice_field("subject", _("On"), StaffSubject),
            fields.number_field("subject_id", _("Number")),
            fields.text_field("reason", _("Reason")),
            fields.text_field("service_token", _("By service token"), exclude_from_list=True),
            fields.block_field("changes", _("Changes"), "table", _serialize_changes),
        ]


async def _serialize_changes(_request: Request, entry: AuditEntry) -> dict[str, Any]:
    before, after = orjson.loads(entry.before), orjson.loads(entry.after)
    return {
        "columns": [_("Column"), _("Before"), _("After")],
        "rows": [
            [name, _format_value(before.get(name)), _format_value(after.get(name))]
            for name in {**before, **after}
        ],
    }


def _format_value(value: object) -> str:
    return "" if value is None else value if isinstance(value, str) else orjson.dumps(value).decode()
