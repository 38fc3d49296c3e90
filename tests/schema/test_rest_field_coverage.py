"""GraphQL has each field of a REST record, under its unabbreviated name, or this file says why not."""

from collections.abc import Mapping
from typing import Any

import httpx
from graphql import GraphQLObjectType

import schema
from models import User
from resolvers.app_context import AppContext
from tests.fixtures import create_authorization

STAFF_ONLY = "which provider delivers, and at what price, is for staff"
LEGACY_PANEL = "the old panel's own key"
VIEWER = "always the viewer"
ALWAYS_NULL = "null in REST, too"
NOT_PUBLIC = "a ranking exposes no ids"

TIMES = {"created": "createdAt", "changed": "updatedAt"}
ROW = {"id": "id", "status": "isActive", **TIMES}
SERVICE = {
    **ROW,
    "cate_id": "category",
    "name": "name",
    "desc": "description",
    "price": "price",
    "original_price": STAFF_ONLY,
    "min": "min",
    "max": "max",
    "dripfeed": "dripFeed",
}
TICKET = {
    "id": "id",
    "ids": LEGACY_PANEL,
    "uid": VIEWER,
    "description": "description",
    "subject": "subject",
    "status": "status",
    **TIMES,
}
SAME_IN_ORDER = "link quantity usernames username hashtags hashtag media comments charge status remains note"
SHOWN: Mapping[str, Mapping[str, str]] = {
    "User": {
        **ROW,
        "ids": LEGACY_PANEL,
        "role": "role",
        "login_type": "loginType",
        "first_name": "firstName",
        "last_name": "lastName",
        "email": "email",
        "mobile": "mobile",
        "mobile_verified": "mobileVerified",
        "timezone": "timezone",
        "more_information": "moreInformation",
        "settings": "settings",
        "desc": "description",
        "balance": "balance",
        "custom_rate": "customRate",
        "spent": "spent",
        "api_key": ALWAYS_NULL,
        "activation_key": ALWAYS_NULL,
        "reset_key": ALWAYS_NULL,
        "history_ip": ALWAYS_NULL,
    },
    "Category": {**ROW, "name": "name", "desc": "description", "image": "image", "sort": "position"},
    "Service": SERVICE,
    "Order": {
        "id": "id",
        "ids": LEGACY_PANEL,
        "type": "source",
        "cate_id": "category",
        "service_id": "service",
        "service_type": "type",
        "api_provider_id": STAFF_ONLY,
        "api_service_id": STAFF_ONLY,
        "api_order_id": STAFF_ONLY,
        "uid": VIEWER,
        **{name: name for name in SAME_IN_ORDER.split()},
        "start_counter": "startCount",
        **{f"sub_{name}": "subscription" for name in "posts min max delay expiry status".split()},
        "sub_response_orders": "subscription",
        "sub_response_posts": "subscription",
        "is_drip_feed": "dripFeed",
        "runs": "dripFeed",
        "interval": "dripFeed",
        "dripfeed_quantity": "dripFeed",
        **TIMES,
    },
    "Ticket": {**TICKET, "user": VIEWER, "messages": "messages"},
    "TicketMessage": {
        "id": "id",
        "ids": LEGACY_PANEL,
        "uid": "isMine",
        "ticket_id": "ticket",
        "message": "message",
        "is_read": "isRead",
        **TIMES,
    },
    "Notification": {"id": "id", "message": "message", "created_at": "createdAt", "read_at": "readAt"},
    "Gift": {**ROW, "service_id": "service", "service": "service", "min": "min", "max": "max"},
    "UserGift": {"gift": "gift", "used": "used", "link": "link", "expired_at": "expiresAt", **TIMES},
    "TopUser": {
        "id": NOT_PUBLIC,
        "first_name": "firstName",
        "last_name": "lastName",
        "mobile": "mobile",
        "order_count": "orderCount",
        "custom_rate": "customRate",
        "amount": "amount",
    },
    "TopService": {"service_id": "service", "count": "orderCount", "service": "service"},
}
REASONS = {STAFF_ONLY, LEGACY_PANEL, VIEWER, ALWAYS_NULL, NOT_PUBLIC}


async def shown_by_rest(client: httpx.AsyncClient, headers: dict[str, str]) -> dict[str, dict[str, Any]]:
    """A thing of each type, as REST shows it at its fullest."""

    async def get(path: str) -> Any:
        return (await client.get(f"/api/v1/{path}", headers=headers)).json()

    ticket = (await get("user/tickets/19"))["ticket"]
    gift = (await get("user/gifts"))["gifts"][0]
    return {
        "User": (await get("user"))["user"],
        "Category": (await get("categories"))["categories"][0],
        "Service": (await get("services"))["services"][0],
        "Order": (await get("order"))["orders"][0],
        "Ticket": ticket,
        "TicketMessage": ticket["messages"][0],
        "Notification": (await get("user/notifications"))["notifications"][0],
        "Gift": gift["gift"],
        "UserGift": gift,
        "TopUser": (await get("stats/top_users"))["users"][0],
        "TopService": (await get("stats/top_services"))["services"][0],
    }


async def test_graphql_exposes_every_rest_field(demo_client: httpx.AsyncClient, demo_app: AppContext) -> None:
    headers = await create_authorization(demo_app, await User.get(id=176))
    things = await shown_by_rest(demo_client, headers)
    assert {name: set(thing) for name, thing in things.items()} == {
        name: set(fields) for name, fields in SHOWN.items()
    }
    for name, fields in SHOWN.items():
        type_ = schema.schema._schema.type_map[name]
        assert isinstance(type_, GraphQLObjectType)
        assert set(fields.values()) - REASONS <= type_.fields.keys(), name
