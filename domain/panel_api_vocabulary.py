"""The terms of the common panel API v2 (PerfectPanel and its descendants) for types and statuses."""

from collections.abc import Mapping

from domain.enums import RefillStatus
from domain.order_status import OrderStatus
from domain.service_types import ServiceType

SERVICE_TYPES: Mapping[ServiceType, str] = {
    ServiceType.DEFAULT: "Default",
    ServiceType.PACKAGE: "Package",
    ServiceType.CUSTOM_COMMENTS: "Custom Comments",
    ServiceType.CUSTOM_COMMENTS_PACKAGE: "Custom Comments Package",
    ServiceType.MENTIONS_WITH_HASHTAGS: "Mentions with Hashtags",
    ServiceType.MENTIONS_CUSTOM_LIST: "Mentions Custom List",
    ServiceType.MENTIONS_HASHTAG: "Mentions Hashtag",
    ServiceType.MENTIONS_USER_FOLLOWERS: "Mentions User Followers",
    ServiceType.MENTIONS_MEDIA_LIKERS: "Mentions Media Likers",
    ServiceType.COMMENT_LIKES: "Comment Likes",
    ServiceType.SUBSCRIPTIONS: "Subscriptions",
}
# Resellers cannot act on what our staff have to decide, so they see such an order as waiting.
ORDER_STATUSES: Mapping[OrderStatus, str] = {
    OrderStatus.PENDING: "Pending",
    OrderStatus.PROCESSING: "Processing",
    OrderStatus.INPROGRESS: "In progress",
    OrderStatus.COMPLETED: "Completed",
    OrderStatus.PARTIAL: "Partial",
    OrderStatus.CANCELED: "Canceled",
    OrderStatus.REFUNDED: "Refunded",
    OrderStatus.ERROR: "Pending",
    OrderStatus.AWAITING: "Pending",
}
REFILL_STATUSES: Mapping[RefillStatus, str] = {
    RefillStatus.PENDING: "Pending",
    RefillStatus.INPROGRESS: "In progress",
    RefillStatus.COMPLETED: "Completed",
    RefillStatus.REJECTED: "Rejected",
    RefillStatus.AWAITING: "In progress",
}
