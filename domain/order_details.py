"""Validation of order requests for each of the eleven service types."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from operator import attrgetter

from config.numbers import MAX_EXACT_INTEGER
from domain import links, text_cleaning
from domain.problems import InvalidInput, QuantityOutOfRange
from domain.service_types import ServiceType

DELAYS = (0, 5, 10, 15, 30, 60, 90)
"""Minutes that a subscription may wait after a post (the values of the panel API)."""

MAX_RUNS = 10_000
MAX_INTERVAL = 10_080
"""Minutes between two runs of a drip-feed: a week."""
MAX_QUANTITY = MAX_EXACT_INTEGER
"""The largest number of units."""
_MAX_LINE_LENGTH = 1_000
_MAX_LIST_LENGTH = 100_000
_MAX_POSTS = 100_000


@dataclass(frozen=True, kw_only=True)
class DripFeed:
    """Delivery in `runs` runs of the requested quantity, `interval` minutes apart."""

    runs: int
    interval: int


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """Between `min` and `max` units for each of the next `posts` posts, `delay` minutes after it appears."""

    posts: int
    min: int
    max: int
    delay: int
    expiry: date | None = None


@dataclass(frozen=True, kw_only=True)
class OrderContent:
    """What an order consists of besides service, link and quantity; its service's type determines which.

    Every text is in a column, an export and a provider's form under its name here. `usernames`, `hashtags`
    and `comments` contain one item per line.
    """

    drip_feed: DripFeed | None = None
    subscription: Subscription | None = None
    usernames: str | None = None
    username: str | None = None
    hashtags: str | None = None
    hashtag: str | None = None
    media: str | None = None
    comments: str | None = None

    @property
    def texts(self) -> dict[str, str | None]:
        """The values of `TEXTS`."""
        return dict(zip(TEXTS, _get_texts(self), strict=True))


TEXTS = tuple(field.name for field in fields(OrderContent) if field.name not in ("drip_feed", "subscription"))
"""The texts of `OrderContent`."""
_get_texts = attrgetter(*TEXTS)
_get_unambiguous_texts = attrgetter(*(name for name in TEXTS if name not in ("comments", "usernames")))


@dataclass(frozen=True, kw_only=True)
class OrderDetails(OrderContent):
    """The buyer's input besides service and link; fields that the service's type does not use are ignored.

    Packages and custom lists have text fields of their own, as in the forms. With a drip-feed, `quantity` is
    that of one run.
    """

    quantity: int | None = None
    package_comments: str | None = None
    listed_usernames: str | None = None

    def to_fingerprint(self) -> tuple[object, ...]:
        """A normalized form that is equal for equivalent orders."""
        return (
            self.quantity,
            self.drip_feed,
            self.subscription,
            _normalize_texts(self.comments, self.package_comments),
            _normalize_texts(self.usernames, self.listed_usernames),
            *map(_normalize_texts, _get_unambiguous_texts(self)),
        )


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The service's limits: minimum `min` units per run, maximum `max` units in total, drip-feed or not."""

    min: int
    max: int
    drip_feed: bool


@dataclass(frozen=True, kw_only=True)
class Specification(OrderContent):
    """The content of a valid order: what its type uses. `units` is the total by which it is priced."""

    units: int


def specify(type: ServiceType, details: OrderDetails, *, limits: Limits, today: date) -> Specification:  # noqa: A002 - the column's name
    """`details` validated for a service of this type.

    Raises:
        InvalidInput: a value that the type needs is missing or malformed; `field` names it.
        QuantityOutOfRange: a run below the service's minimum, or a total above its maximum.
    """
    return _SPECIFY[type](details, limits, today)


def _normalize_texts(*values: str | None) -> list[str]:
    # A fast path: most orders have none of them.
    if values.count(None) == len(values):
        return []
    return sorted({text_cleaning.clean_paragraph(text) for text in values if text is not None})


def _specify_default(details: OrderDetails, limits: Limits, _: date) -> Specification:
    quantity = _require_quantity(details)
    if details.drip_feed is None:
        return Specification(units=_check_limits(limits, run=quantity, total=quantity))
    drip_feed = _check_drip_feed(details.drip_feed, limits)
    units = _check_limits(limits, run=quantity, total=quantity * drip_feed.runs)
    return Specification(units=units, drip_feed=drip_feed)


def _specify_package(details: OrderDetails, _: Limits, __: date) -> Specification:
    _reject_drip_feed(details)
    return Specification(units=1)


def _specify_custom_comments(details: OrderDetails, limits: Limits, _: date) -> Specification:
    lines = _parse_lines(details.comments, field="comments")
    return Specification(units=_count_lines(details, lines, limits), comments="\n".join(lines))


def _specify_custom_comments_package(details: OrderDetails, _: Limits, __: date) -> Specification:
    _reject_drip_feed(details)
    return Specification(
        units=1, comments="\n".join(_parse_lines(details.package_comments, field="comments"))
    )


def _specify_mentions_with_hashtags(details: OrderDetails, limits: Limits, _: date) -> Specification:
    return Specification(
        units=_check_single_delivery(details, limits),
        usernames="\n".join(_parse_lines(details.usernames, field="usernames")),
        hashtags="\n".join(_parse_lines(details.hashtags, field="hashtags")),
    )


def _specify_mentions_custom_list(details: OrderDetails, limits: Limits, _: date) -> Specification:
    lines = _parse_lines(details.listed_usernames, field="usernames")
    return Specification(units=_count_lines(details, lines, limits), usernames="\n".join(lines))


def _specify_mentions_hashtag(details: OrderDetails, limits: Limits, _: date) -> Specification:
    return Specification(
        units=_check_single_delivery(details, limits), hashtag=_parse_line(details.hashtag, field="hashtag")
    )


def _specify_username(details: OrderDetails, limits: Limits, _: date) -> Specification:
    return Specification(
        units=_check_single_delivery(details, limits),
        username=_parse_line(details.username, field="username"),
    )


def _specify_mentions_media_likers(details: OrderDetails, limits: Limits, _: date) -> Specification:
    media = text_cleaning.strip(details.media or "")
    if len(media) > links.MAX_LENGTH or not links.is_address(media):
        raise InvalidInput(field="mediaUrl")
    return Specification(units=_check_single_delivery(details, limits), media=media)


def _specify_subscription(details: OrderDetails, limits: Limits, today: date) -> Specification:
    _reject_drip_feed(details)
    subscription = details.subscription
    if subscription is None:
        raise InvalidInput(field="subscription")
    username = _parse_line(details.username, field="username")
    _check_subscription(subscription, today)
    units = _check_limits(limits, run=subscription.min, total=subscription.max * subscription.posts)
    return Specification(units=units, username=username, subscription=subscription)


_SPECIFY: Mapping[ServiceType, Callable[[OrderDetails, Limits, date], Specification]] = {
    ServiceType.DEFAULT: _specify_default,
    ServiceType.PACKAGE: _specify_package,
    ServiceType.CUSTOM_COMMENTS: _specify_custom_comments,
    ServiceType.CUSTOM_COMMENTS_PACKAGE: _specify_custom_comments_package,
    ServiceType.MENTIONS_WITH_HASHTAGS: _specify_mentions_with_hashtags,
    ServiceType.MENTIONS_CUSTOM_LIST: _specify_mentions_custom_list,
    ServiceType.MENTIONS_HASHTAG: _specify_mentions_hashtag,
    ServiceType.MENTIONS_USER_FOLLOWERS: _specify_username,
    ServiceType.MENTIONS_MEDIA_LIKERS: _specify_mentions_media_likers,
    ServiceType.COMMENT_LIKES: _specify_username,
    ServiceType.SUBSCRIPTIONS: _specify_subscription,
}
REQUIRED_FIELDS: Mapping[ServiceType, tuple[str, ...]] = {
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
"""What a provider requires for each type besides drip-feed and subscription (PerfectPanel's API page)."""


def _require_quantity(details: OrderDetails) -> int:
    if details.quantity is None or not 1 <= details.quantity <= MAX_QUANTITY:
        raise InvalidInput(field="quantity")
    return details.quantity


def _check_single_delivery(details: OrderDetails, limits: Limits) -> int:
    """The requested quantity for a type that does not support drip-feed."""
    _reject_drip_feed(details)
    quantity = _require_quantity(details)
    return _check_limits(limits, run=quantity, total=quantity)


def _count_lines(details: OrderDetails, lines: list[str], limits: Limits) -> int:
    _reject_drip_feed(details)
    return _check_limits(limits, run=len(lines), total=len(lines))


def _check_limits(limits: Limits, *, run: int, total: int) -> int:
    if run < limits.min or total > limits.max:
        raise QuantityOutOfRange(min=limits.min, max=limits.max)
    return total


def _check_drip_feed(drip_feed: DripFeed, limits: Limits) -> DripFeed:
    if not limits.drip_feed:
        raise InvalidInput(field="dripFeed")
    if not 1 <= drip_feed.runs <= MAX_RUNS:
        raise InvalidInput(field="runs")
    if not 1 <= drip_feed.interval <= MAX_INTERVAL:
        raise InvalidInput(field="interval")
    return drip_feed


def _reject_drip_feed(details: OrderDetails) -> None:
    if details.drip_feed is not None:
        raise InvalidInput(field="dripFeed")


def _check_subscription(subscription: Subscription, today: date) -> None:
    checks = {
        "posts": 1 <= subscription.posts <= _MAX_POSTS,
        "min": 1 <= subscription.min <= MAX_QUANTITY,
        "max": subscription.min <= subscription.max <= MAX_QUANTITY,
        "delay": subscription.delay in DELAYS,
        "expiry": subscription.expiry is None or subscription.expiry >= today,
    }
    for field, is_right in checks.items():
        if not is_right:
            raise InvalidInput(field=field)


def _parse_lines(text: str | None, *, field: str) -> list[str]:
    """The visible lines, each cleaned. Commas are not separators: a comment may contain them."""
    if text is None or len(text) > _MAX_LIST_LENGTH or not text_cleaning.is_storable(text):
        raise InvalidInput(field=field)
    lines = text_cleaning.split_comments(text) if field == "comments" else text_cleaning.split_lines(text)
    if not lines or any(len(line) > _MAX_LINE_LENGTH for line in lines):
        raise InvalidInput(field=field)
    return lines


def _parse_line(text: str | None, *, field: str) -> str:
    line = text_cleaning.clean_line(text or "")
    if (
        not 1 <= len(line) <= _MAX_LINE_LENGTH
        or not text_cleaning.is_one_line(line)
        or not text_cleaning.is_storable(line)
    ):
        raise InvalidInput(field=field)
    return line
