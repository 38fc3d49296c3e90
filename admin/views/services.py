from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from starlette.requests import Request
from starlette_admin.fields import BaseField
from starlette_admin.i18n import lazy_gettext as _

from admin import fields
from admin.actions import FormData, FormField, bulk_action, record_action
from admin.authorization import get_staff_session
from admin.views.base import StaffView
from domain import text_cleaning
from domain.permissions import Permission
from domain.problems import InvalidInput
from domain.service_types import ServiceFlag, ServiceSource, ServiceType
from models import Service
from resolvers.filters import Ids
from resolvers.sessions import Session
from resolvers.staff import service_lists, services
from resolvers.staff.service_lists import ServiceFilter
from resolvers.staff.services import ServiceValues

Kind = TypeVar("Kind", ServiceType, ServiceSource)

_FLAGS = ("drip_feed", "can_refill", "can_cancel", "refuses_duplicates")


class ServiceView(StaffView):
    """Services, on sale or not, with their cost to the shop."""

    of = Service
    key = "services"
    icon = "fa-solid fa-tags"
    menu_label = _("Services")
    display_name = _("Service")
    read_permission = Permission.READ_CATALOGUE
    write_permission = Permission.CHANGE_CATALOGUE
    can_add = changes = True
    searched_columns = ("name",)
    sortable_fields = ("id", "name", "price", "created_at", "updated_at")
    field_of = {
        "description": "description",
        "price": "price",
        "min": "min_quantity",
        "max": "max_quantity",
        "category": "category",
        "category_not_found": "category",
        "type": "type",
        "source": "source",
        "provider": "provider",
        "provider_not_found": "provider",
        "providerServiceId": "provider_service_id",
    }

    def columns(self) -> Sequence[BaseField]:
        at_provider = {"exclude_from_create": True, "exclude_from_edit": True, "exclude_from_list": True}
        return [
            fields.number_field(),
            fields.text_field("name", _("Name"), required=True),
            fields.relation_field("category", _("Category"), "categories", required=True),
            fields.amount_field(
                "price", _("Price"), required=True, help_text=_("Toman per 1,000 units, or per package")
            ),
            fields.count_field("min_quantity", _("Smallest quantity"), required=True, exclude_from_list=True),
            fields.count_field("max_quantity", _("Largest quantity"), required=True, exclude_from_list=True),
            fields.choice_field("type", _("Type"), ServiceType, default=ServiceType.DEFAULT),
            fields.choice_field(
                "source",
                _("Delivered by"),
                ServiceSource,
                default=ServiceSource.MANUAL,
                exclude_from_list=True,
            ),
            fields.relation_field("provider", _("Provider"), "providers"),
            fields.text_field("provider_service_id", _("Service id at the provider"), exclude_from_list=True),
            fields.text_field("provider_rate", _("Provider's rate"), **at_provider),
            fields.amount_field("original_price", _("Cost"), **at_provider),
            fields.long_text_field("description", _("Description")),
            fields.flag_field("drip_feed", _("Drip-feed"), exclude_from_list=True),
            fields.flag_field("can_refill", _("Refills"), exclude_from_list=True),
            fields.flag_field("can_cancel", _("Can be canceled"), exclude_from_list=True),
            fields.flag_field(
                "refuses_duplicates", _("One unfinished order per link"), exclude_from_list=True
            ),
            fields.choice_field(
                "flag", _("Sync flag"), ServiceFlag, exclude_from_create=True, exclude_from_edit=True
            ),
            fields.flag_field("is_active", _("On sale"), exclude_from_create=True, exclude_from_edit=True),
            fields.datetime_field("updated_at", _("Changed at"), exclude_from_list=True),
        ]

    def describe(self, record: Service) -> str:
        return record.name

    async def add(self, staff: Session, data: Mapping[str, Any]) -> Service:
        return await services.create_service(staff, values=_to_values(data))

    async def change(self, staff: Session, pk: int, data: Mapping[str, Any]) -> Service:
        return await services.update_service(staff, service_id=pk, values=_to_values(data))

    @record_action(
        "show",
        _("Put on sale"),
        permission=Permission.CHANGE_CATALOGUE,
        icon="fa-solid fa-eye",
        is_available=lambda service: not service.is_active,
    )
    async def show(self, request: Request, pk: int, _form: FormData) -> None:
        await services.set_service_active(get_staff_session(request), service_id=pk, is_active=True)

    @record_action(
        "hide",
        _("Take off sale"),
        permission=Permission.CHANGE_CATALOGUE,
        icon="fa-solid fa-eye-slash",
        is_available=lambda service: service.is_active,
    )
    async def hide(self, request: Request, pk: int, _form: FormData) -> None:
        await services.set_service_active(get_staff_session(request), service_id=pk, is_active=False)

    @bulk_action(
        "reprice",
        _("Change prices"),
        permission=Permission.REPRICE_SERVICES,
        icon="fa-solid fa-percent",
        form_fields=[
            FormField(name="percent", label=_("Percent to add; negative to subtract"), kind="number"),
            FormField(
                name="rounding",
                label=_("Round up to a multiple of this many Toman"),
                kind="number",
                value=lambda _: 1,
            ),
        ],
    )
    async def reprice(self, request: Request, pks: Sequence[int], form: FormData) -> None:
        await service_lists.reprice_services(
            get_staff_session(request),
            percent=form.get_integer("percent"),
            rounding=form.get_integer("rounding"),
            where=ServiceFilter(id=Ids(pks)),
        )


def _to_values(data: Mapping[str, Any]) -> ServiceValues:
    return ServiceValues(
        category_id=_parse_id(data["category"]),
        name=data["name"],
        description=data["description"],
        price=data["price"],
        min_quantity=data["min_quantity"],
        max_quantity=data["max_quantity"],
        type=_parse_member(ServiceType, data, "type"),
        source=_parse_member(ServiceSource, data, "source"),
        provider_id=_parse_id(data.get("provider")),
        provider_service_id=data["provider_service_id"] or None,
        **{name: bool(data[name]) for name in _FLAGS},
    )


def _parse_member(kind: type[Kind], data: Mapping[str, Any], field: str) -> Kind | None:
    try:
        return kind(data[field]) if data[field] else None
    except ValueError as error:
        raise InvalidInput(field=field) from error


def _parse_id(pk: str | None) -> int | None:
    return text_cleaning.parse_integer(pk) if pk else None
