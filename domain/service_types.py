"""The eleven service types of the panel API, and the source of a service."""

from enum import StrEnum


class ServiceType(StrEnum):
    """Determines what an order needs besides its link."""

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
    """A change of the provider's catalogue that affects a service; staff decide about it.

    price_moved: the provider's price changed beyond the limit. below_cost: the shop would sell at a loss, so
    it is off sale. vanished: the provider no longer lists it, so it is off sale.
    """

    PRICE_MOVED = "price_moved"
    BELOW_COST = "below_cost"
    VANISHED = "vanished"
