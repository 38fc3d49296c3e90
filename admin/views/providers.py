from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette_admin.fields import BaseField, PasswordField
from starlette_admin.i18n import lazy_gettext as _

from admin import fields
from admin.actions import FormData, FormField, record_action
from admin.authorization import get_staff_session
from admin.views.base import StaffView
from domain.permissions import Permission
from models import Provider
from resolvers.sessions import Session
from resolvers.staff import providers
from resolvers.staff.providers import ProviderValues


class ProviderView(StaffView):
    """Upstream providers; their keys are entered here and never shown."""

    of = Provider
    key = "providers"
    icon = "fa-solid fa-truck-fast"
    menu_label = _("Providers")
    display_name = _("Provider")
    read_permission = Permission.READ_PROVIDERS
    write_permission = Permission.CHANGE_PROVIDERS
    can_add = changes = True
    searched_columns = ("name", "url")
    sortable_fields = ("id", "name", "synced_at")
    field_of = {
        "url": "url",
        "apiKey": "api_key",
        "tomanPerUnit": "toman_per_unit",
        "marginPercent": "margin_percent",
        "rounding": "rounding",
        "concurrency": "concurrency",
    }

    def columns(self) -> Sequence[BaseField]:
        told_by_provider = {"exclude_from_create": True, "exclude_from_edit": True}
        return [
            fields.number_field(),
            fields.text_field("name", _("Name"), required=True),
            fields.text_field("url", _("API URL"), required=True),
            PasswordField(
                "api_key",
                label=_("API key"),
                help_text=_("Leave empty to keep the current key"),
                getter=lambda _request, _record: None,
                exclude_from_list=True,
                exclude_from_detail=True,
            ),
            fields.confirmation_code_field(),
            fields.text_field("balance", _("Balance at the provider"), **told_by_provider),
            fields.text_field("currency", _("Currency"), **told_by_provider),
            fields.amount_field(
                "toman_per_unit", _("Toman for one unit of its currency"), default=1, exclude_from_list=True
            ),
            fields.count_field("margin_percent", _("Margin in percent"), default=30, exclude_from_list=True),
            fields.amount_field(
                "rounding", _("Round prices to multiples of"), default=1, exclude_from_list=True
            ),
            fields.count_field("concurrency", _("Concurrent calls"), default=10, exclude_from_list=True),
            fields.flag_field("is_active", _("In use"), **told_by_provider),
            fields.datetime_field("paused_until", _("Paused until")),
            fields.datetime_field("synced_at", _("Last catalogue sync")),
        ]

    def describe(self, record: Provider) -> str:
        return record.name

    async def add(self, staff: Session, data: Mapping[str, Any]) -> Provider:
        return await providers.add_provider(
            staff, values=_to_values(data), needs_https=self.app.settings.is_production
        )

    async def change(self, staff: Session, pk: int, data: Mapping[str, Any]) -> Provider:
        return await providers.update_provider(
            staff,
            provider_id=pk,
            values=_to_values(data),
            needs_https=self.app.settings.is_production,
        )

    @record_action(
        "sync",
        _("Sync the catalogue"),
        permission=Permission.SYNC_PROVIDERS,
        icon="fa-solid fa-rotate",
        confirmation=_("Prices, limits and removed services are updated from the provider."),
        form_fields=[
            FormField(name="adds", label=_("Add services that the shop does not have yet"), kind="checkbox")
        ],
    )
    async def sync(self, request: Request, pk: int, form: FormData) -> None:
        await providers.sync_provider(
            self.app, get_staff_session(request), provider_id=pk, adds_services=form.is_checked("adds")
        )

    @record_action(
        "switch_on",
        _("Enable"),
        permission=Permission.SWITCH_PROVIDERS,
        icon="fa-solid fa-toggle-on",
        is_available=lambda provider: not provider.is_active,
    )
    async def switch_on(self, request: Request, pk: int, _form: FormData) -> None:
        await providers.set_provider_active(get_staff_session(request), provider_id=pk, is_active=True)

    @record_action(
        "switch_off",
        _("Disable"),
        permission=Permission.SWITCH_PROVIDERS,
        icon="fa-solid fa-toggle-off",
        is_available=lambda provider: provider.is_active,
    )
    async def switch_off(self, request: Request, pk: int, _form: FormData) -> None:
        await providers.set_provider_active(get_staff_session(request), provider_id=pk, is_active=False)


def _to_values(data: Mapping[str, Any]) -> ProviderValues:
    return ProviderValues(
        name=data["name"],
        url=data["url"],
        api_key=data["api_key"] or None,
        toman_per_unit=data["toman_per_unit"],
        margin_percent=data["margin_percent"],
        rounding=data["rounding"],
        concurrency=data["concurrency"],
    )
