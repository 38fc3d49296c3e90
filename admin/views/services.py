"""What the shop sells."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from starlette.requests import Request
from starlette_admin.fields import BaseField
from starlette_admin.i18n import lazy_gettext as _

from admin import fields
from admin.access import staff_of
from admin.acts import Ask, Given, act, act_on_many
from admin.views.base import StaffView
from domain import texts
from domain.permissions import Permission
from domain.problems import InvalidInput
from domain.service_types import ServiceFlag, ServiceSource, ServiceType
from models import Service
from resolvers.sessions import SignedIn
from resolvers.staff import service_lists, services
from resolvers.staff.service_lists import ServiceFilter
from resolvers.staff.services import ServiceValues

Kind = TypeVar("Kind", ServiceType, ServiceSource)

_FLAGS = ("drip_feed", "can_refill", "can_cancel", "refuses_duplicates")


class ServiceView(StaffView):
    """Services, on sale or not, with what they cost the shop."""

    of = Service
    key = "services"
    icon = "fa-solid fa-tags"
    menu_label = _("Services")
    display_name = _("Service")
    reads = Permission.READ_CATALOGUE
    writes = Permission.CHANGE_CATALOGUE
    adds = changes = True
    texts = ("name",)
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
            fields.number(),
            fields.text("name", _("Name"), required=True),
            fields.relation("category", _("Category"), "categories", required=True),
            fields.amount(
                "price", _("Price"), required=True, help_text=_("Toman for 1,000, or for a whole package")
            ),
            fields.count("min_quantity", _("Least quantity"), required=True, exclude_from_list=True),
            fields.count("max_quantity", _("Largest quantity"), required=True, exclude_from_list=True),
            fields.choice("type", _("Type"), ServiceType, default=ServiceType.DEFAULT),
            fields.choice(
                "source",
                _("Delivered by"),
                ServiceSource,
                default=ServiceSource.MANUAL,
                exclude_from_list=True,
            ),
            fields.relation("provider", _("Provider"), "providers"),
            fields.text("provider_service_id", _("Service's number at the provider"), exclude_from_list=True),
            fields.text("provider_rate", _("Provider's rate"), **at_provider),
            fields.amount("original_price", _("Cost"), **at_provider),
            fields.long_text("description", _("Description")),
            fields.flag("drip_feed", _("Drip-feed"), exclude_from_list=True),
            fields.flag("can_refill", _("Refills"), exclude_from_list=True),
            fields.flag("can_cancel", _("Can be canceled"), exclude_from_list=True),
            fields.flag("refuses_duplicates", _("One unfinished order a link"), exclude_from_list=True),
            fields.choice(
                "flag", _("Found by the sync"), ServiceFlag, exclude_from_create=True, exclude_from_edit=True
            ),
            fields.flag("is_active", _("On sale"), exclude_from_create=True, exclude_from_edit=True),
            fields.moment("updated_at", _("Changed at"), exclude_from_list=True),
        ]

    def told(self, record: Service) -> str:
        return record.name

    async def add(self, staff: SignedIn, data: Mapping[str, Any]) -> Service:
        return await services.create_service(staff, values=_values(data))

    async def change(self, staff: SignedIn, pk: int, data: Mapping[str, Any]) -> Service:
        return await services.update_service(staff, service_id=pk, values=_values(data))

    @act(
        "show",
        _("Put on sale"),
        needs=Permission.CHANGE_CATALOGUE,
        icon="fa-solid fa-eye",
        when=lambda service: not service.is_active,
    )
    async def show(self, request: Request, pk: int, _given: Given) -> None:
        await services.set_service_active(staff_of(request), service_id=pk, is_active=True)

    @act(
        "hide",
        _("Take off sale"),
        needs=Permission.CHANGE_CATALOGUE,
        icon="fa-solid fa-eye-slash",
        when=lambda service: service.is_active,
    )
    async def hide(self, request: Request, pk: int, _given: Given) -> None:
        await services.set_service_active(staff_of(request), service_id=pk, is_active=False)

    @act_on_many(
        "reprice",
        _("Change prices"),
        needs=Permission.REPRICE_SERVICES,
        icon="fa-solid fa-percent",
        asks=[
            Ask(name="percent", label=_("Percent to add, or to take off where negative"), kind="number"),
            Ask(
                name="rounding",
                label=_("Round up to a multiple of so many Toman"),
                kind="number",
                value=lambda _: 1,
            ),
        ],
    )
    async def reprice(self, request: Request, pks: Sequence[int], given: Given) -> None:
        await service_lists.reprice_services(
            staff_of(request),
            percent=given.integer("percent"),
            rounding=given.integer("rounding"),
            where=ServiceFilter(ids=pks),
        )


def _values(data: Mapping[str, Any]) -> ServiceValues:
    return ServiceValues(
        category_id=_id(data["category"]),
        name=data["name"],
        description=data["description"],
        price=data["price"],
        min_quantity=data["min_quantity"],
        max_quantity=data["max_quantity"],
        type=_member(ServiceType, data, "type"),
        source=_member(ServiceSource, data, "source"),
        provider_id=_id(data.get("provider")),
        provider_service_id=data["provider_service_id"] or None,
        **{name: bool(data[name]) for name in _FLAGS},
    )


def _member(kind: type[Kind], data: Mapping[str, Any], field: str) -> Kind | None:
    try:
        return kind(data[field]) if data[field] else None
    except ValueError as error:
        raise InvalidInput(field=field) from error


def _id(pk: str | None) -> int | None:
    return texts.parse_integer(pk) if pk else None
