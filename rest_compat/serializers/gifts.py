"""Legacy responses about gifts."""

import html
from collections.abc import Sequence

from models import Service, UserGift
from rest_compat.serializers.catalogue import service_record
from rest_compat.serializers.timestamps import to_unix
from web.responses import Body


def gift_list(rows: Sequence[UserGift]) -> Body:
    """GET user/gifts; `desc` of the service is entity-escaped HTML."""
    return {"status": 200, "gifts": [_gift(row) for row in rows]}


def gift_won(won: UserGift) -> Body:
    """GET user/wof; `desc` of the service is entity-escaped HTML."""
    return {
        "status": 200,
        "user_gift": {
            "uid": won.user_id,
            "gift_id": won.gift_id,
            "quantity": won.quantity,
            "created": to_unix(won.created_at),
            "changed": to_unix(won.updated_at),
            "expired_at": to_unix(won.expires_at),
            "id": won.id,
            "service": _escaped_service(won.gift.service),
        },
    }


def _gift(won: UserGift) -> Body:
    gift = won.gift
    return {
        "gift": {
            "id": gift.id,
            "service_id": gift.service_id,
            "min": gift.min_quantity,
            "max": gift.max_quantity,
            "status": int(gift.is_active),
            "created": to_unix(gift.created_at),
            "changed": to_unix(gift.updated_at),
            "service": _escaped_service(gift.service),
        },
        "used": int(won.is_used),
        "link": won.link,
        "created": to_unix(won.created_at),
        "changed": to_unix(won.updated_at),
        "expired_at": to_unix(won.expires_at),
    }


def _escaped_service(service: Service) -> Body:
    return {**service_record(service), "desc": html.escape(service.description, quote=False)}
