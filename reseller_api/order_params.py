"""The panel API's order form: the parameters of each service type."""

from collections.abc import Mapping

from domain.order_details import DripFeed, OrderDetails, Subscription
from web.parameters import Parameters

ORDER_FIELDS: Mapping[str, str] = {"dripFeed": "runs", "subscription": "posts", "mediaUrl": "media"}
"""The parameters' names by those in the problems of `domain.order_details`, where they differ."""
_INVALID_NUMBER = 0
"""Represents a missing or malformed number; no rule accepts it."""
_NO_DELAY = -1


def parse_order_details(params: Parameters) -> OrderDetails:
    """The reseller's input in the operation's terms; parameters that a type does not use are ignored.

    Raises:
        InvalidInput: a parameter of a wrong type.
    """
    comments, usernames = params.get_text("comments"), params.get_text("usernames")
    return OrderDetails(
        quantity=params.get_integer("quantity"),
        drip_feed=_parse_drip_feed(params),
        subscription=_parse_subscription(params),
        comments=comments,
        package_comments=comments,
        usernames=usernames,
        listed_usernames=usernames,
        username=params.get_text("username"),
        hashtags=params.get_text("hashtags"),
        hashtag=params.get_text("hashtag"),
        media=params.get_text("media"),
    )


def _parse_drip_feed(params: Parameters) -> DripFeed | None:
    # Clients with one form for all orders send 0, or nothing, for an order without a drip-feed.
    if all(params.get_text(name) in (None, "0") for name in ("runs", "interval")):
        return None
    return DripFeed(
        runs=params.get_integer("runs") or _INVALID_NUMBER,
        interval=params.get_integer("interval") or _INVALID_NUMBER,
    )


def _parse_subscription(params: Parameters) -> Subscription | None:
    if params.get_text("posts") is None:
        return None
    delay = params.get_integer("delay") if params.get_text("delay") else 0
    return Subscription(
        posts=params.get_integer("posts") or _INVALID_NUMBER,
        min=params.get_integer("min") or _INVALID_NUMBER,
        max=params.get_integer("max") or _INVALID_NUMBER,
        delay=_NO_DELAY if delay is None else delay,
        expiry=params.get_date("expiry"),
    )
