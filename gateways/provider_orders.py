"""The order form sent to a provider."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain import calendar_days
from domain.order_details import DripFeed, Subscription
from domain.service_types import ServiceType


@dataclass(frozen=True, kw_only=True)
class ProviderOrder:
    """An order as sent to its provider: the fields that the service's type needs.

    `service_id` is the provider's own. With a drip-feed, `quantity` is that of one run. `comments`,
    `usernames` and `hashtags` contain one item per line.
    """

    service_id: str
    type: ServiceType
    link: str
    quantity: int
    drip_feed: DripFeed | None = None
    subscription: Subscription | None = None
    comments: str | None = None
    usernames: str | None = None
    username: str | None = None
    hashtags: str | None = None
    hashtag: str | None = None
    media: str | None = None

    def to_form(self) -> dict[str, str]:
        """The form fields of the panel API's `add`, besides `key` and `action`.

        Raises:
            ValueError: a field that the type needs is missing.
        """
        required = {name: self._build_values()[name] for name in _REQUIRED_FIELDS[self.type]}
        missing = [name for name, value in required.items() if value is None]
        if missing:
            raise ValueError(f"an order of type {self.type} without {', '.join(missing)}")
        return {
            "service": self.service_id,
            **{name: value for name, value in required.items() if value is not None},
            **(self._build_drip_feed() if self.type is ServiceType.DEFAULT else {}),
            **(self._build_subscription() if self.type is ServiceType.SUBSCRIPTIONS else {}),
        }

    def _build_values(self) -> dict[str, str | None]:
        return {
            "link": self.link,
            "quantity": str(self.quantity),
            "comments": self.comments,
            "usernames": self.usernames,
            "username": self.username,
            "hashtags": self.hashtags,
            "hashtag": self.hashtag,
            "media": self.media,
        }

    def _build_drip_feed(self) -> dict[str, str]:
        if self.drip_feed is None:
            return {}
        return {"runs": str(self.drip_feed.runs), "interval": str(self.drip_feed.interval)}

    def _build_subscription(self) -> dict[str, str]:
        subscription = self.subscription
        if subscription is None:
            raise ValueError("an order of type subscriptions without its subscription")
        return {
            "min": str(subscription.min),
            "max": str(subscription.max),
            "posts": str(subscription.posts),
            "delay": str(subscription.delay),
            **({"expiry": calendar_days.format_day(subscription.expiry)} if subscription.expiry else {}),
        }


_REQUIRED_FIELDS: Mapping[ServiceType, tuple[str, ...]] = {
    ServiceType.DEFAULT: ("link", "quantity"),
    ServiceType.PACKAGE: ("link",),
    ServiceType.CUSTOM_COMMENTS: ("link", "comments"),
    ServiceType.CUSTOM_COMMENTS_PACKAGE: ("link", "comments"),
    ServiceType.MENTIONS_WITH_HASHTAGS: ("link", "quantity", "usernames", "hashtags"),
    ServiceType.MENTIONS_CUSTOM_LIST: ("link", "usernames"),
    ServiceType.MENTIONS_HASHTAG: ("link", "quantity", "hashtag"),
    ServiceType.MENTIONS_USER_FOLLOWERS: ("link", "quantity", "username"),
    ServiceType.MENTIONS_MEDIA_LIKERS: ("link", "quantity", "media"),
    ServiceType.COMMENT_LIKES: ("link", "quantity", "username"),
    ServiceType.SUBSCRIPTIONS: ("username",),
}
"""The fields required by each type (PerfectPanel's API page); form fields have the same names."""
