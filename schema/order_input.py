"""What a client sends to place an order."""

from datetime import date

import strawberry

from domain import calendar_days
from domain.order_details import DripFeed, OrderDetails, Subscription
from domain.problems import InvalidInput
from schema.scalars import Count


@strawberry.input(description="Delivery in several runs, for services with drip-feed.")
class DripFeedInput:
    """How to spread an order over time; `quantity` of the order is one run's."""

    runs: int = strawberry.field(description="How many runs, 1 to 10000; each delivers `quantity`.")
    interval: int = strawberry.field(description="Minutes between two runs, 1 to 10080.")

    def to_details(self) -> DripFeed:
        """The same, in the operation's terms."""
        return DripFeed(runs=self.runs, interval=self.interval)


@strawberry.input(description="What an order of a service of type SUBSCRIPTIONS needs besides `username`.")
class SubscriptionInput:
    """Delivery to posts that are yet to come; `max` × `posts` units are charged up front."""

    posts: int = strawberry.field(description="How many coming posts, 1 or more.")
    min: Count = strawberry.field(description="The smallest quantity a post, in units.")
    max: Count = strawberry.field(description="The largest quantity a post, in units.")
    delay: int = strawberry.field(
        default=0, description="Minutes between a post and its delivery: 0, 5, 10, 15, 30, 60 or 90."
    )
    expiry: str | None = strawberry.field(
        default=None, description="The last day as DD/MM/YYYY, such as 31/12/2026; today or later."
    )

    def to_details(self) -> Subscription:
        """The same, in the operation's terms; InvalidInput for a malformed day."""
        return Subscription(
            posts=self.posts, min=self.min, max=self.max, delay=self.delay, expiry=_parse_day(self.expiry)
        )


@strawberry.input(description="An order. Which fields are needed, the type of the service says.")
class CreateOrderInput:
    """What to buy and for whom."""

    service_id: strawberry.ID = strawberry.field(description="Global id of a `Service` on sale.")
    link: str | None = strawberry.field(
        default=None,
        description="An http(s) address or the name of a page, such as `https://instagram.com/p/CA2`. "
        "Needed by all types but SUBSCRIPTIONS.",
    )
    quantity: Count | None = strawberry.field(
        default=None,
        description="Units, within the service's bounds; of one run with `dripFeed`. Not needed where lines "
        "are counted (CUSTOM_COMMENTS, MENTIONS_CUSTOM_LIST), for packages and for SUBSCRIPTIONS.",
    )
    drip_feed: DripFeedInput | None = strawberry.field(
        default=None, description="Only for type DEFAULT, and only where the service has drip-feed."
    )
    subscription: SubscriptionInput | None = strawberry.field(
        default=None, description="Needed by SUBSCRIPTIONS."
    )
    comments: str | None = strawberry.field(
        default=None, description="One a line. Needed by CUSTOM_COMMENTS and CUSTOM_COMMENTS_PACKAGE."
    )
    usernames: str | None = strawberry.field(
        default=None, description="One a line. Needed by MENTIONS_WITH_HASHTAGS and MENTIONS_CUSTOM_LIST."
    )
    username: str | None = strawberry.field(
        default=None, description="Needed by MENTIONS_USER_FOLLOWERS, COMMENT_LIKES and SUBSCRIPTIONS."
    )
    hashtags: str | None = strawberry.field(
        default=None, description="One a line. Needed by MENTIONS_WITH_HASHTAGS."
    )
    hashtag: str | None = strawberry.field(default=None, description="Needed by MENTIONS_HASHTAG.")
    media_url: str | None = strawberry.field(
        default=None, description="An http(s) address. Needed by MENTIONS_MEDIA_LIKERS."
    )

    def to_details(self) -> OrderDetails:
        """The same, in the operation's terms; InvalidInput for a malformed day."""
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
