"""The records shown by the reference, with the models' field names.

What the reference hides or omits is filled in here and nowhere else.
"""

import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from cli.demo_data.records import Record, rename_fields

EMAIL = "ehsan@example.com"
"""Replaces the address that the reference's page hides."""

# Full numbers that match the reference's masked ones.
TOP_MOBILES = {
    115: "09305172399",
    51: "09374486658",
    55: "09127390402",
    54: "09356821468",
    60: "09104937065",
    117: "09168205740",
    63: "09395614823",
    69: "09198743636",
    162: "09163529150",
    57: "09228160624",
}

_STAMPS = {"created": "created_at", "changed": "updated_at"}
_ROW = {"id": "id", "ids": "legacy_key", "desc": "description", "status": "is_active", **_STAMPS}
_SAME_IN_USER = (
    "role login_type first_name last_name email mobile mobile_verified timezone more_information settings"
    " balance custom_rate spent"
)
_SAME_IN_ORDER = (
    "service_id service_type link quantity usernames username hashtags hashtag media comments charge status"
    " is_drip_feed runs interval note"
)
_USER = {**_ROW, **{name: name for name in _SAME_IN_USER.split()}}
_CATEGORY = {**_ROW, "name": "name", "image": "image", "sort": "position"}
_SERVICE = {
    **_ROW,
    "uid": "added_by_id",
    "cate_id": "category_id",
    "name": "name",
    "price": "price",
    "original_price": "original_price",
    "min": "min_quantity",
    "max": "max_quantity",
    "add_type": "source",
    "type": "type",
    "api_provider_id": "provider_id",
    "api_service_id": "provider_service_id",
    "dripfeed": "drip_feed",
}
_GIFT = {
    "id": "id",
    "service_id": "service_id",
    "min": "min_quantity",
    "max": "max_quantity",
    "status": "is_active",
    **_STAMPS,
}
_USER_GIFT = {"used": "is_used", "link": "link", "expired_at": "expires_at", **_STAMPS}
_TICKET = {
    "id": "id",
    "ids": "legacy_key",
    "uid": "user_id",
    "subject": "subject",
    "description": "description",
    "status": "status",
    **_STAMPS,
}
_MESSAGE = {
    "id": "id",
    "ids": "legacy_key",
    "uid": "user_id",
    "ticket_id": "ticket_id",
    "message": "message",
    "is_read": "is_read",
    **_STAMPS,
}
_NOTIFICATION = {name: name for name in ("id", "message", "created_at", "read_at")}
_ORDER = {
    "id": "id",
    "ids": "legacy_key",
    "type": "source",
    "uid": "user_id",
    "cate_id": "category_id",
    **{name: name for name in _SAME_IN_ORDER.split()},
    "api_provider_id": "provider_id",
    "api_service_id": "provider_service_id",
    "api_order_id": "provider_order_id",
    "sub_posts": "subscription_posts",
    "sub_min": "subscription_min",
    "sub_max": "subscription_max",
    "sub_delay": "subscription_delay",
    "sub_expiry": "subscription_expiry",
    "sub_response_orders": "subscription_response_orders",
    "sub_response_posts": "subscription_response_posts",
    "sub_status": "subscription_status",
    "start_counter": "start_count",
    "remains": "remains",
    "dripfeed_quantity": "drip_feed_quantity",
    **_STAMPS,
}
_FLAGS = {"mobile_verified", "is_active", "drip_feed", "is_used", "is_read", "is_drip_feed"}


class Reference:
    """The parsed reference; the records are those of its first responses."""

    def __init__(self, path: Path) -> None:
        self._endpoints: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))

    def user(self) -> Record:
        """The user whose profile is shown."""
        return _rename_and_convert(self._answer("user")["user"], _USER) | {"email": EMAIL}

    def top_users(self) -> list[Record]:
        """The ten users of the table as shown: masked mobiles, with `order_count` and `amount`."""
        return list(self._answer("stats/top_users")["users"])

    def categories(self) -> list[Record]:
        """All categories, oldest id first."""
        return _sort_by_id(
            _rename_and_convert(shown, _CATEGORY) for shown in self._answer("categories")["categories"]
        )

    def services(self) -> list[Record]:
        """The services of the table that shows all columns, and those of the free category."""
        popular = (row["service"] for row in self._answer("stats/top_services")["services"])
        free = ({"uid": 38, "add_type": "manual", **shown} for shown in self._answer("services")["services"])
        rows = (_rename_and_convert(shown, _SERVICE) for shown in chain(popular, free))
        return _sort_by_id({"type": "default", **row} for row in rows)

    def top_services(self) -> dict[int, int]:
        """The number of orders of each service in the table."""
        return {row["service_id"]: row["count"] for row in self._answer("stats/top_services")["services"]}

    def gifts(self) -> list[Record]:
        """The gifts of the wheel of fortune, as far as user 176 won them."""
        return [_rename_and_convert(won["gift"], _GIFT) for won in self._answer("user/gifts")["gifts"]]

    def user_gifts(self) -> list[Record]:
        """The gifts won by user 176; the id is invented, as is the quantity, within the gift's bounds."""
        return [
            {"id": 23, "user_id": 176, "gift_id": won["gift"]["id"], "quantity": 42}
            | _rename_and_convert(won, _USER_GIFT)
            for won in self._answer("user/gifts")["gifts"]
        ]

    def tickets(self) -> list[Record]:
        """The tickets of user 176."""
        return [_rename_and_convert(shown, _TICKET) for shown in self._answer("user/tickets")["tickets"]]

    def ticket_messages(self) -> list[Record]:
        """The messages of ticket 19."""
        return [
            _rename_and_convert(shown, _MESSAGE)
            for shown in self._answer("user/tickets/{id}")["ticket"]["messages"]
        ]

    def notifications(self) -> list[Record]:
        """The notifications of user 176."""
        return [
            _rename_and_convert(shown, _NOTIFICATION) | {"user_id": 176, "kind": "payment_credited"}
            for shown in self._answer("user/notifications")["notifications"]
        ]

    def orders(self) -> list[Record]:
        """The order shown in detail and the listed one."""
        shown = [self._answer("order/{id}"), *self._answer("order")["orders"]]
        return [
            _rename_and_convert(order, _ORDER)
            | {
                "remains": int(order["remains"]),
                "provider_order_id": str(order["api_order_id"]) if order["api_order_id"] else None,
                "is_imported": True,
            }
            for order in shown
        ]

    def _answer(self, route: str) -> dict[str, Any]:
        for endpoint in self._endpoints:
            if (endpoint["method"], endpoint["path"]) == ("GET", f"/api/v1/{route}"):
                body: dict[str, Any] = endpoint["responses"][0]["body"]
                return body
        raise LookupError(f"the reference has no GET {route}")


def _rename_and_convert(shown: Record, names: dict[str, str]) -> Record:
    row = rename_fields(shown, names)
    if isinstance(row.get("provider_service_id"), int):
        row["provider_service_id"] = str(row["provider_service_id"])
    return {name: bool(value) if name in _FLAGS else value for name, value in row.items()}


def _sort_by_id(rows: Iterator[Record]) -> list[Record]:
    return sorted(rows, key=lambda row: int(row["id"] or 0))
