"""Labels of the shop's enums on the pages."""

from collections.abc import Mapping
from enum import StrEnum

from starlette_admin.i18n import lazy_gettext

from domain.enums import RefillStatus
from domain.order_state_machine import Dispatch, OrderActor
from domain.order_status import OrderSource, OrderStatus
from domain.service_types import ServiceSource, ServiceType

# By class: members of two enums are equal if their values are.
_LABELS: Mapping[type[StrEnum], Mapping[StrEnum, str]] = {
    OrderStatus: {OrderStatus.INPROGRESS: "In progress"},
    RefillStatus: {RefillStatus.INPROGRESS: "In progress"},
    OrderSource: {
        OrderSource.UNKNOWN: "Old panel",
        OrderSource.DIRECT: "Web",
        OrderSource.API: "Reseller API",
        OrderSource.MOBILE_APP_GIFT: "Gift",
        OrderSource.GRAPHQL: "GraphQL",
    },
    OrderActor: {OrderActor.SYSTEM: "The shop"},
    Dispatch: {
        Dispatch.NONE: "By staff",
        Dispatch.QUEUED: "Queued for sending",
        Dispatch.SENDING: "Being sent",
        Dispatch.SENT: "At the provider",
        Dispatch.UNKNOWN: "Unknown outcome",
        Dispatch.REFUSED: "Rejected by the provider",
        Dispatch.CLOSED: "Settled",
    },
    ServiceType: {ServiceType.DEFAULT: "By quantity"},
    ServiceSource: {ServiceSource.MANUAL: "By staff", ServiceSource.API: "Provider"},
}


def to_english(member: StrEnum) -> str:
    """The English label of an enum's member, which is also its key in the translations."""
    label = _LABELS.get(type(member), {}).get(member)
    return label or member.name.replace("_", " ").capitalize()


def to_label(member: StrEnum) -> str:
    """A label that is translated when it is displayed."""
    return lazy_gettext(to_english(member))


def list_choices(kind: type[StrEnum]) -> list[tuple[str, str]]:
    return [(member.value, to_label(member)) for member in kind]
