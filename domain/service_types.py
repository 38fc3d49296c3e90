"""The eleven kinds of service the trade knows, and how a catalogue entry came to be."""

from enum import StrEnum


class ServiceType(StrEnum):
    """What an order must name besides its link."""

    DEFAULT = "default"
    PACKAGE = "package"
    CUSTOM_COMMENTS = "custom_comments"
    CUSTOM_COMMENTS_PACKAGE = "custom_comments_package"
    MENTIONS_WITH_HASHTAGS = "mentions_with_hashtags"
    MENTIONS_CUSTOM_LIST = "mentions_custom_list"
    MENTIONS_HASHTAG = "mentions_hashtag"
    MENTIONS_USER_FOLLOWERS = "mentions_user_followers"
    MENTIONS_MEDIA_LIKERS = "mentions_media_likers"
    COMMENT_LIKES = "comment_likes"
    SUBSCRIPTIONS = "subscriptions"


class ServiceSource(StrEnum):
    """Whether staff or an upstream provider delivers the service."""

    MANUAL = "manual"
    API = "api"


class ServiceFlag(StrEnum):
    """What the last look at the provider's catalogue found wrong with a service; staff decide.

    price_moved: the provider's price moved beyond the bound. below_cost: the shop would sell at a loss, so
    it is off sale. vanished: the provider no longer lists it, so it is off sale.
    """

    PRICE_MOVED = "price_moved"
    BELOW_COST = "below_cost"
    VANISHED = "vanished"
