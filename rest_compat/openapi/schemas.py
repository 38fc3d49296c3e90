"""JSON Schemas of the responses, record by record; the keys are those of `rest_compat.serializers`."""

from collections.abc import Mapping
from typing import Any

from tortoise.fields import IntField
from tortoise.fields.relational import RelationalField
from tortoise.models import Model

from domain.enums import TicketStatus
from domain.order_status import OrderStatus
from domain.service_types import ServiceType
from models import Order
from rest_compat.serializers import orders as serializers
from rest_compat.serializers.row_serializer import Computed, EpochSeconds, WithFallback

Schema = Mapping[str, Any]

INTEGER: Schema = {"type": "integer"}
TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "integer", "enum": [0, 1]}
NULL: Schema = {"type": "null"}
TOMAN: Schema = {"type": "integer", "description": "whole Toman"}
UNIX: Schema = {"type": "integer", "description": "seconds since 1970-01-01 UTC"}
_INTEGER_OR_NULL: Schema = {"type": ["integer", "null"]}
_TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
_HTML: Schema = {"type": "string", "description": "raw HTML"}
_ESCAPED_HTML: Schema = {"type": "string", "description": "entity-escaped HTML"}
_TIMES: Mapping[str, Schema] = {"changed": UNIX, "created": UNIX}


def build_object(keys: Mapping[str, Schema]) -> Schema:
    """An object with exactly these keys, all of them required."""
    return {
        "type": "object",
        "properties": dict(keys),
        "required": list(keys),
        "additionalProperties": False,
    }


def build_list(item: Schema) -> Schema:
    return {"type": "array", "items": item}


def build_enum(members: type[OrderStatus | ServiceType | TicketStatus]) -> Schema:
    return {"type": "string", "enum": [member.value for member in members]}


def build_reference(name: str) -> Schema:
    """A reference to one of `RECORDS`."""
    return {"$ref": f"#/components/schemas/{name}"}


def _service(description: Schema) -> dict[str, Schema]:
    return {
        "id": INTEGER,
        "cate_id": INTEGER,
        "name": TEXT,
        "desc": description,
        "price": {"type": "integer", "description": "whole Toman per 1,000 units"},
        "original_price": _INTEGER_OR_NULL,
        "min": INTEGER,
        "max": INTEGER,
        "dripfeed": FLAG,
        "status": FLAG,
        **_TIMES,
    }


def _describe_row(
    model: type[Model], keys: Mapping[str, str | Computed | WithFallback], *, computed: Mapping[str, Schema]
) -> Mapping[str, Schema]:
    """The serializer's keys: `computed`, or else by their columns."""
    return {
        key: computed[key] if key in computed else _describe_column(model, column)
        for key, column in keys.items()
    }


def _describe_column(model: type[Model], column: str | Computed | WithFallback) -> Schema:
    if isinstance(column, EpochSeconds):
        return UNIX
    if not isinstance(column, str):
        raise TypeError(f"{column} is computed: describe it")
    columns = model._meta.fields_map
    # A relation's own column is known only once the database is open.
    field = columns[column] if column in columns else columns[column.removesuffix("_id")]
    if isinstance(field, IntField | RelationalField):
        return _INTEGER_OR_NULL if field.null else INTEGER
    members = getattr(field, "enum_type", None)
    if members is not None and not field.null:
        return build_enum(members)
    return _TEXT_OR_NULL if field.null else TEXT


def _created_order(provider: Schema) -> Schema:
    return build_object(
        {
            "uid": INTEGER,
            "cate_id": INTEGER,
            "service_id": INTEGER,
            "service_type": build_enum(ServiceType),
            "link": TEXT,
            "quantity": INTEGER,
            "charge": TOMAN,
            "api_provider_id": provider,
            "api_service_id": provider,
            "is_drip_feed": FLAG,
            "status": build_enum(OrderStatus),
            "type": TEXT,
            **_TIMES,
            "id": INTEGER,
        }
    )


_USER = {
    "id": INTEGER,
    "ids": _TEXT_OR_NULL,
    "role": {"type": "string", "enum": ["user", "supporter", "admin"]},
    **dict.fromkeys(("login_type", "first_name", "last_name", "email", "mobile"), _TEXT_OR_NULL),
    "mobile_verified": FLAG,
    **dict.fromkeys(("timezone", "more_information", "settings", "desc"), _TEXT_OR_NULL),
    "balance": TOMAN,
    "custom_rate": {"type": "integer", "description": "the discount in percent"},
    "api_key": NULL,
    "spent": _INTEGER_OR_NULL,
    **dict.fromkeys(("activation_key", "reset_key", "history_ip"), NULL),
    "status": FLAG,
    **_TIMES,
}
_NOTIFICATION = {"id": {"type": "string", "format": "uuid"}, "message": TEXT, "created_at": UNIX}
_TICKET = {
    "id": INTEGER,
    "ids": _TEXT_OR_NULL,
    "uid": INTEGER,
    "description": TEXT,
    "subject": TEXT,
    "status": build_enum(TicketStatus),
    **_TIMES,
}
_MESSAGE = {
    "id": INTEGER,
    "ids": _TEXT_OR_NULL,
    "uid": INTEGER,
    "ticket_id": INTEGER,
    "message": TEXT,
    "is_read": FLAG,
    **_TIMES,
}
_ORDER = _describe_row(
    Order,
    serializers.ORDER.keys,
    computed={
        "type": TEXT,
        "api_order_id": INTEGER,
        "charge": TOMAN,
        "remains": {"type": "string", "pattern": "^-?[0-9]+$"},
        "is_drip_feed": FLAG,
        "note": _TEXT_OR_NULL,
    },
)
_GIFT = {
    "id": INTEGER,
    "service_id": INTEGER,
    "min": INTEGER,
    "max": INTEGER,
    "status": FLAG,
    **_TIMES,
    "service": build_object(_service(_ESCAPED_HTML)),
}
_POPULAR_SERVICE = {
    **_service(_HTML),
    "ids": _TEXT_OR_NULL,
    "uid": _INTEGER_OR_NULL,
    "add_type": TEXT,
    "type": build_enum(ServiceType),
    "api_service_id": {"type": ["integer", "string", "null"]},
    "api_provider_id": _INTEGER_OR_NULL,
}

RECORDS: Mapping[str, Schema] = {
    "User": build_object(_USER),
    "Notification": build_object({**_NOTIFICATION, "read_at": _INTEGER_OR_NULL}),
    "UnreadNotification": build_object(_NOTIFICATION),
    "Ticket": build_object(_TICKET),
    "TicketMessage": build_object(_MESSAGE),
    "TicketWithMessages": build_object(
        {
            **_TICKET,
            "user": build_list(build_reference("User")),
            "messages": build_list(build_reference("TicketMessage")),
        }
    ),
    "NewTicket": build_object(
        {
            **{key: schema for key, schema in _TICKET.items() if key not in ("ids", "status")},
            "user": build_list(build_reference("User")),
            "messages": build_list(build_reference("TicketMessage")),
        }
    ),
    "NewTicketMessage": build_object(
        {**{key: schema for key, schema in _MESSAGE.items() if key != "ids"}, "ticket_id": TEXT}
    ),
    "TopUser": build_object(
        {
            "id": INTEGER,
            "first_name": _TEXT_OR_NULL,
            "last_name": _TEXT_OR_NULL,
            "mobile": {"type": ["string", "null"], "description": "masked"},
            "order_count": INTEGER,
            "custom_rate": INTEGER,
            "amount": TOMAN,
        }
    ),
    "TopService": build_object(
        {"service_id": INTEGER, "count": INTEGER, "service": build_object(_POPULAR_SERVICE)}
    ),
    "Service": build_object(_service(_HTML)),
    "Category": build_object(
        {
            "id": INTEGER,
            "name": TEXT,
            "desc": TEXT,
            "image": _TEXT_OR_NULL,
            "sort": INTEGER,
            "status": FLAG,
            **_TIMES,
        }
    ),
    "Order": build_object(_ORDER),
    "NewOrder": _created_order(NULL),
    "NewGiftOrder": _created_order({"const": -1}),
    "WonGift": build_object(
        {
            "uid": INTEGER,
            "gift_id": INTEGER,
            "quantity": INTEGER,
            **_TIMES,
            "expired_at": UNIX,
            "id": INTEGER,
            "service": build_object(_service(_ESCAPED_HTML)),
        }
    ),
    "Gift": build_object(
        {"gift": build_object(_GIFT), "used": FLAG, "link": _TEXT_OR_NULL, **_TIMES, "expired_at": UNIX}
    ),
}
