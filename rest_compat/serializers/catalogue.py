"""Legacy responses about the catalogue."""

from collections.abc import Sequence

from models import Category, Service
from rest_compat.serializers.timestamps import to_unix
from web.responses import Body


def service_list(rows: Sequence[Service]) -> Body:
    """GET services; `desc` is HTML."""
    return {"status": 200, "services": [service_record(row) for row in rows]}


def category_list(rows: Sequence[Category]) -> Body:
    """GET categories."""
    return {"status": 200, "categories": [_category(row) for row in rows]}


def service_record(service: Service) -> Body:
    """The public columns of a service."""
    return {
        "id": service.id,
        "cate_id": service.category_id,
        "name": service.name,
        "desc": service.description,
        "price": service.price,
        "original_price": service.original_price,
        "min": service.min_quantity,
        "max": service.max_quantity,
        "dripfeed": int(service.drip_feed),
        "status": int(service.is_active),
        "changed": to_unix(service.updated_at),
        "created": to_unix(service.created_at),
    }


def _category(category: Category) -> Body:
    return {
        "id": category.id,
        "name": category.name,
        "desc": category.description,
        "image": category.image,
        "sort": category.position,
        "status": int(category.is_active),
        "changed": to_unix(category.updated_at),
        "created": to_unix(category.created_at),
    }
