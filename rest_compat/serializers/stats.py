"""Legacy responses about statistics."""

from collections.abc import Sequence

from domain import digits, mobiles
from resolvers.statistics import TopService, TopUser
from rest_compat.serializers.timestamps import to_unix
from web.responses import Body


def top_users(rows: Sequence[TopUser]) -> Body:
    """GET stats/top_users."""
    return {"status": 200, "users": [_top_user(row) for row in rows]}


def top_services(rows: Sequence[TopService]) -> Body:
    """GET stats/top_services."""
    return {"status": 200, "services": [_top_service(row) for row in rows]}


def _top_user(row: TopUser) -> Body:
    return {
        "id": row.user.id,
        "first_name": row.user.first_name,
        "last_name": row.user.last_name,
        "mobile": None if row.user.mobile is None else mobiles.mask(row.user.mobile),
        "order_count": row.order_count,
        "custom_rate": row.user.custom_rate,
        "amount": row.amount,
    }


def _top_service(row: TopService) -> Body:
    service = row.service
    return {
        "service_id": service.id,
        "count": row.order_count,
        "service": {
            "id": service.id,
            "ids": service.legacy_key,
            "uid": service.added_by_id,
            "cate_id": service.category_id,
            "name": service.name,
            "desc": service.description,
            "price": service.price,
            "original_price": service.original_price,
            "min": service.min_quantity,
            "max": service.max_quantity,
            "add_type": service.source,
            "type": service.type,
            "api_service_id": _to_number_if_numeric(service.provider_service_id),
            "api_provider_id": service.provider_id,
            "dripfeed": int(service.drip_feed),
            "status": int(service.is_active),
            "changed": to_unix(service.updated_at),
            "created": to_unix(service.created_at),
        },
    }


def _to_number_if_numeric(text: str | None) -> int | str | None:
    number = None if text is None else digits.parse_integer(text)
    return text if number is None else number
