"""The legacy app's order form."""

from domain.order_details import DripFeed, OrderDetails, Subscription
from rest_compat.requests import Parameters

_NOTHING = 0
"""Stands for a number that is missing or malformed; no rule accepts it."""


def details(sent: Parameters) -> OrderDetails:
    """What the buyer gave, in the operation's terms.

    The form's `api_provider_id`, `api_service_id` and `service_type` are not read: the service's own count.

    Raises:
        InvalidInput: a field of a wrong type.
    """
    return OrderDetails(
        quantity=sent.integer("quantity"),
        drip_feed=_drip_feed(sent),
        subscription=_subscription(sent),
        comments=sent.text("comments"),
        package_comments=sent.text("comments_custom_package"),
        usernames=sent.text("usernames"),
        listed_usernames=sent.text("usernames_custom"),
        username=sent.text("username"),
        hashtags=sent.text("hashtags"),
        hashtag=sent.text("hashtag"),
        media=sent.text("media_url"),
    )


def _drip_feed(sent: Parameters) -> DripFeed | None:
    if sent.text_or_blank("is_drip_feed").lower() != "on":
        return None
    return DripFeed(runs=sent.integer("runs") or _NOTHING, interval=sent.integer("interval") or _NOTHING)


def _subscription(sent: Parameters) -> Subscription | None:
    posts = sent.integer("sub_posts")
    if posts is None:
        return None
    delay = sent.integer("sub_delay")
    return Subscription(
        posts=posts,
        min=sent.integer("sub_min") or _NOTHING,
        max=sent.integer("sub_max") or _NOTHING,
        delay=-1 if delay is None else delay,
        expiry=sent.day("sub_expiry"),
    )
