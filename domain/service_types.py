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
