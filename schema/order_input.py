"""Inputs for placing an order."""

from datetime import date

import strawberry

from domain import calendar_days
from domain.order_details import DripFeed, OrderDetails, Subscription
from domain.problems import InvalidInput
from schema.scalars import Count


@strawberry.input(description="Delivery in several runs, for services that support drip-feed.")
class DripFeedInput:
    """How to spread an order over time; `quantity` of the order is one run's."""

    runs: int = strawberry.field(description="The number of runs, 1 to 10000; each delivers `quantity`.")
    interval: int = strawberry.field(description="Minutes between runs, 1 to 10080.")

    def to_details(self) -> DripFeed:
        """The operation's input."""
        return DripFeed(runs=self.runs, interval=self.interval)


@strawberry.input(description="The settings of an order of type SUBSCRIPTIONS, in addition to `username`.")
class SubscriptionInput:
    """Delivery to posts that are yet to come; `max` × `posts` units are charged up front."""

    posts: int = strawberry.field(description="The number of future posts, at least 1.")
    min: Count = strawberry.field(description="The smallest quantity per post, in units.")
    max: Count = strawberry.field(description="The largest quantity per post, in units.")
    delay: int = strawberry.field(
        default=0,
        description="Delay between a post and its delivery, in minutes: 0, 5, 10, 15, 30, 60 or 90.",
    )
    expiry: str | None = strawberry.field(
        default=None, description="The last day as DD/MM/YYYY, such as 31/12/2026; today or later."
    )

    def to_details(self) -> Subscription:
        """The operation's input; raises InvalidInput for a malformed day."""
        return Subscription(
            posts=self.posts, min=self.min, max=self.max, delay=self.delay, expiry=_parse_day(self.expiry)
        )


@strawberry.input(description="An order. The type of the service determines which fields are required.")
class CreateOrderInput:
    """What to buy and for whom."""

    service_id: strawberry.ID = strawberry.field(description="Global id of a `Service` on sale.")
    link: str | None = strawberry.field(
        default=None,
        description="An http(s) URL or a username, such as `https://instagram.com/p/CA2`. Required for all "
        "types except SUBSCRIPTIONS.",
    )
    quantity: Count | None = strawberry.field(
        default=None,
        description="The number of units, within the service's limits; with `dripFeed`, the units per run. "
        "Not required for packages, for SUBSCRIPTIONS, and for types that count lines (CUSTOM_COMMENTS, "
        "MENTIONS_CUSTOM_LIST).",
    )
    drip_feed: DripFeedInput | None = strawberry.field(
        default=None, description="Only for type DEFAULT, and only if the service supports drip-feed."
    )
    subscription: SubscriptionInput | None = strawberry.field(
        default=None, description="Required for SUBSCRIPTIONS."
    )
    comments: str | None = strawberry.field(
        default=None, description="One per line. Required for CUSTOM_COMMENTS and CUSTOM_COMMENTS_PACKAGE."
    )
    usernames: str | None = strawberry.field(
        default=None,
        description="One per line. Required for MENTIONS_WITH_HASHTAGS and MENTIONS_CUSTOM_LIST.",
    )
    username: str | None = strawberry.field(
        default=None, description="Required for MENTIONS_USER_FOLLOWERS, COMMENT_LIKES and SUBSCRIPTIONS."
    )
    hashtags: str | None = strawberry.field(
        default=None, description="One per line. Required for MENTIONS_WITH_HASHTAGS."
    )
    hashtag: str | None = strawberry.field(default=None, description="Required for MENTIONS_HASHTAG.")
    media_url: str | None = strawberry.field(
        default=None, description="An http(s) URL. Required for MENTIONS_MEDIA_LIKERS."
    )

    def to_details(self) -> OrderDetails:
        """The operation's input; raises InvalidInput for a malformed day."""
        return OrderDetails(
            quantity=self.quantity,
            drip_feed=self.drip_feed.to_details() if self.drip_feed else None,
            subscription=self.subscription.to_details() if self.subscription else None,
            comments=self.comments,
            package_comments=self.comments,
            usernames=self.usernames,
            listed_usernames=self.usernames,
            username=self.username,
            hashtags=self.hashtags,
            hashtag=self.hashtag,
            media=self.media_url,
        )


def _parse_day(text: str | None) -> date | None:
    day = calendar_days.parse_day(text) if text is not None else None
    if text is not None and day is None:
        raise InvalidInput(field="expiry")
    return day
