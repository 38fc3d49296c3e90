"""The legacy app's order form."""

from collections.abc import Mapping

from domain.order_details import DripFeed, OrderDetails, Subscription
from rest_compat.requests import Parameters

_INVALID_NUMBER = 0
"""Represents a missing or malformed number; no rule accepts it."""

FORM: Mapping[str, tuple[type[int] | type[str], str]] = {
    "service_id": (int, "the service's id"),
    "category_id": (int, "id of the service's category"),
    "quantity": (int, "number of units; for a drip-feed, of one run"),
    "link": (str, "where to deliver; optional for subscriptions only"),
    "is_drip_feed": (str, "`on` for a drip-feed, which requires `runs` and `interval`"),
    "runs": (int, "number of runs of a drip-feed"),
    "interval": (int, "minutes between two runs"),
    "comments": (str, "one comment per line"),
    "comments_custom_package": (str, "one comment per line"),
    "usernames": (str, "one username per line"),
    "usernames_custom": (str, "one username per line"),
    "username": (str, "a username"),
    "hashtags": (str, "one hashtag per line"),
    "hashtag": (str, "a hashtag"),
    "media_url": (str, "URL of the post"),
    "sub_posts": (int, "number of new posts of a subscription"),
    "sub_min": (int, "minimum number of units per post"),
    "sub_max": (int, "maximum number of units per post"),
    "sub_delay": (int, "minutes to wait after a post"),
    "sub_expiry": (str, "d/m/Y"),
    "api_provider_id": (int, "ignored; the service's own is used"),
    "api_service_id": (int, "ignored; the service's own is used"),
    "service_type": (str, "ignored; the service's own is used"),
}
"""Each parameter's type and description, as documented; the service's type determines which are required."""


def parse_order_details(params: Parameters) -> OrderDetails:
    """The buyer's input in the operation's terms.

    The form's `api_provider_id`, `api_service_id` and `service_type` are ignored: the service's own apply.

    Raises:
        InvalidInput: a field of a wrong type.
    """
    return OrderDetails(
        quantity=params.get_integer("quantity"),
        drip_feed=_parse_drip_feed(params),
        subscription=_parse_subscription(params),
        comments=params.get_text("comments"),
        package_comments=params.get_text("comments_custom_package"),
        usernames=params.get_text("usernames"),
        listed_usernames=params.get_text("usernames_custom"),
        username=params.get_text("username"),
        hashtags=params.get_text("hashtags"),
        hashtag=params.get_text("hashtag"),
        media=params.get_text("media_url"),
    )


def _parse_drip_feed(params: Parameters) -> DripFeed | None:
    if params.get_text_or_empty("is_drip_feed").lower() != "on":
        return None
    return DripFeed(
        runs=params.get_integer("runs") or _INVALID_NUMBER,
        interval=params.get_integer("interval") or _INVALID_NUMBER,
    )


def _parse_subscription(params: Parameters) -> Subscription | None:
    posts = params.get_integer("sub_posts")
    if posts is None:
        return None
    delay = params.get_integer("sub_delay")
    return Subscription(
        posts=posts,
        min=params.get_integer("sub_min") or _INVALID_NUMBER,
        max=params.get_integer("sub_max") or _INVALID_NUMBER,
        delay=-1 if delay is None else delay,
        expiry=params.get_date("sub_expiry"),
    )
