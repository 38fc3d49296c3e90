"""The trade's order form: what each type of service needs, under the trade's names."""

from asgi.parameters import Parameters
from domain.order_details import DripFeed, OrderDetails, Subscription

_NOTHING = 0
"""Stands for a number that is missing or malformed; no rule accepts it."""
_NO_DELAY = -1


def details(sent: Parameters) -> OrderDetails:
    """What the reseller gave, in the operation's terms; parameters that a type does not need are ignored.

    Raises:
        InvalidInput: a parameter of a wrong type.
    """
    comments, usernames = sent.text("comments"), sent.text("usernames")
    return OrderDetails(
        quantity=sent.integer("quantity"),
        drip_feed=_drip_feed(sent),
        subscription=_subscription(sent),
        comments=comments,
        package_comments=comments,
        usernames=usernames,
        listed_usernames=usernames,
        username=sent.text("username"),
        hashtags=sent.text("hashtags"),
        hashtag=sent.text("hashtag"),
        media=sent.text("media"),
    )


def _drip_feed(sent: Parameters) -> DripFeed | None:
    # Clients with one form for all orders send 0, or nothing, for an order that is delivered at once.
    if all(sent.text(name) in (None, "0") for name in ("runs", "interval")):
        return None
    return DripFeed(runs=sent.integer("runs") or _NOTHING, interval=sent.integer("interval") or _NOTHING)


def _subscription(sent: Parameters) -> Subscription | None:
    if sent.text("posts") is None:
        return None
    delay = sent.integer("delay") if sent.text("delay") else 0
    return Subscription(
        posts=sent.integer("posts") or _NOTHING,
        min=sent.integer("min") or _NOTHING,
        max=sent.integer("max") or _NOTHING,
        delay=_NO_DELAY if delay is None else delay,
        expiry=sent.day("expiry"),
    )
