from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import (
    CategoryOrderField,
    Direction,
    GiftOrderField,
    LedgerKind,
    LedgerOrderField,
    NotificationKind,
    NotificationOrderField,
    OrderOrderField,
    OrderStatus,
    PaymentOrderField,
    PaymentStatus,
    ServiceOrderField,
    ServiceType,
    TicketOrderField,
    TicketStatus,
)


class CategoryOrder(BaseModel):
    """How categories are sorted."""

    field: CategoryOrderField
    "The column."
    direction: Direction = Direction.DESC
    "Descending unless told otherwise."


class CreateOrderInput(BaseModel):
    """An order. Which fields are needed, the type of the service says."""

    service_id: str = Field(alias="serviceId")
    "Global id of a `Service` on sale."
    link: Optional[str] = None
    "An http(s) address or the name of a page, such as `https://instagram.com/p/CA2`. Needed by all types but SUBSCRIPTIONS."
    quantity: Optional[int] = None
    "Units, within the service's bounds; of one run with `dripFeed`. Not needed where lines are counted (CUSTOM_COMMENTS, MENTIONS_CUSTOM_LIST), for packages and for SUBSCRIPTIONS."
    drip_feed: Optional["DripFeedInput"] = Field(alias="dripFeed", default=None)
    "Only for type DEFAULT, and only where the service has drip-feed."
    subscription: Optional["SubscriptionInput"] = None
    "Needed by SUBSCRIPTIONS."
    comments: Optional[str] = None
    "One a line. Needed by CUSTOM_COMMENTS and CUSTOM_COMMENTS_PACKAGE."
    usernames: Optional[str] = None
    "One a line. Needed by MENTIONS_WITH_HASHTAGS and MENTIONS_CUSTOM_LIST."
    username: Optional[str] = None
    "Needed by MENTIONS_USER_FOLLOWERS, COMMENT_LIKES and SUBSCRIPTIONS."
    hashtags: Optional[str] = None
    "One a line. Needed by MENTIONS_WITH_HASHTAGS."
    hashtag: Optional[str] = None
    "Needed by MENTIONS_HASHTAG."
    media_url: Optional[str] = Field(alias="mediaUrl", default=None)
    "An http(s) address. Needed by MENTIONS_MEDIA_LIKERS."


class DateTimeRange(BaseModel):
    """A span of time."""

    gte: Optional[datetime] = None
    "This moment or later."
    lte: Optional[datetime] = None
    "This moment or earlier."


class DripFeedInput(BaseModel):
    """Delivery in several runs, for services with drip-feed."""

    runs: int
    "How many runs, 1 to 10000; each delivers `quantity`."
    interval: int
    "Minutes between two runs, 1 to 10080."


class GiftOrder(BaseModel):
    """How won gifts are sorted."""

    field: GiftOrderField
    "The column."
    direction: Direction = Direction.DESC
    "Descending unless told otherwise."


class GiftWhere(BaseModel):
    """Which gifts; what is left out, or null, does not count."""

    used: Optional[bool] = None
    "Used or not."
    expires_at: Optional["DateTimeRange"] = Field(alias="expiresAt", default=None)
    "Usable up to this span."


class IdIn(BaseModel):
    """One of several records."""

    in_: list[str] = Field(alias="in")
    "Global ids; an empty list matches nothing."


class LedgerKindIn(BaseModel):
    """One of several kinds."""

    in_: list[LedgerKind] = Field(alias="in")
    "Kinds; an empty list matches nothing."


class LedgerOrder(BaseModel):
    """How ledger entries are sorted."""

    field: LedgerOrderField
    "The column."
    direction: Direction = Direction.DESC
    "Descending unless told otherwise."


class LedgerWhere(BaseModel):
    """Which entries; what is left out, or null, does not count."""

    kind: Optional["LedgerKindIn"] = None
    "Of one of these kinds."
    amount: Optional["TomanRange"] = None
    "In Toman; what was spent is below 0."
    created_at: Optional["DateTimeRange"] = Field(alias="createdAt", default=None)
    "Entered within this span."


class NotificationKindIn(BaseModel):
    """One of several kinds."""

    in_: list[NotificationKind] = Field(alias="in")
    "Kinds; an empty list matches nothing."


class NotificationOrder(BaseModel):
    """How notifications are sorted."""

    field: NotificationOrderField
    "The column."
    direction: Direction = Direction.DESC
    "Descending unless told otherwise."


class NotificationWhere(BaseModel):
    """Which notifications; what is left out, or null, does not count."""

    kind: Optional["NotificationKindIn"] = None
    "Of one of these kinds."
    created_at: Optional["DateTimeRange"] = Field(alias="createdAt", default=None)
    "Told within this span."


class OrderOrder(BaseModel):
    """How orders are sorted."""

    field: OrderOrderField
    "The column."
    direction: Direction = Direction.DESC
    "Descending unless told otherwise."


class OrderStatusIn(BaseModel):
    """One of several states."""

    in_: list[OrderStatus] = Field(alias="in")
    "States; an empty list matches nothing."


class OrderWhere(BaseModel):
    """Which orders; what is left out, or null, does not count."""

    status: Optional["OrderStatusIn"] = None
    "In one of these states."
    service: Optional["IdIn"] = None
    "Of one of these services."
    link: Optional["TextContains"] = None
    "By a part of the link."
    created_at: Optional["DateTimeRange"] = Field(alias="createdAt", default=None)
    "Placed in this span, ends included."


class PaymentOrder(BaseModel):
    """How payments are sorted."""

    field: PaymentOrderField
    "The column."
    direction: Direction = Direction.DESC
    "Descending unless told otherwise."


class PaymentStatusIn(BaseModel):
    """One of several states."""

    in_: list[PaymentStatus] = Field(alias="in")
    "States; an empty list matches nothing."


class PaymentWhere(BaseModel):
    """Which payments; what is left out, or null, does not count."""

    status: Optional["PaymentStatusIn"] = None
    "In one of these states."
    amount: Optional["TomanRange"] = None
    "In Toman."
    created_at: Optional["DateTimeRange"] = Field(alias="createdAt", default=None)
    "Started within this span."


class ProfileInput(BaseModel):
    """What to change; what is left out, or null, stays as it is."""

    first_name: Optional[str] = Field(alias="firstName", default=None)
    "At most 100 characters."
    last_name: Optional[str] = Field(alias="lastName", default=None)
    "At most 100 characters."
    email: Optional[str] = None
    "An address that no other user has."
    password: Optional[str] = None
    "1 to 128 characters, for the web panel."
    mobile: Optional[str] = None
    "Such as 09011235566 or +989011235566; stays unverified until the next login."


class ServiceOrder(BaseModel):
    """How services are sorted."""

    field: ServiceOrderField
    "The column."
    direction: Direction = Direction.DESC
    "Descending unless told otherwise."


class ServiceTypeIn(BaseModel):
    """One of several types."""

    in_: list[ServiceType] = Field(alias="in")
    "Types; an empty list matches nothing."


class ServiceWhere(BaseModel):
    """Which services; what is left out, or null, does not count."""

    category: Optional["IdIn"] = None
    "On one of these shelves."
    type_: Optional["ServiceTypeIn"] = Field(alias="type", default=None)
    "Of one of these types."
    drip_feed: Optional[bool] = Field(alias="dripFeed", default=None)
    "With or without drip-feed."
    refill: Optional[bool] = None
    "With or without refill."
    cancel: Optional[bool] = None
    "With or without cancel."
    name: Optional["TextContains"] = None
    "By a part of the name."
    price: Optional["TomanRange"] = None
    "In Toman, as `price` is."


class SubscriptionInput(BaseModel):
    """What an order of a service of type SUBSCRIPTIONS needs besides `username`."""

    posts: int
    "How many coming posts, 1 or more."
    min: int
    "The smallest quantity a post, in units."
    max: int
    "The largest quantity a post, in units."
    delay: int = 0
    "Minutes between a post and its delivery: 0, 5, 10, 15, 30, 60 or 90."
    expiry: Optional[str] = None
    "The last day as DD/MM/YYYY, such as 31/12/2026; today or later."


class TextContains(BaseModel):
    """A part of a text."""

    contains: str
    "The part, in whichever case."


class TicketOrder(BaseModel):
    """How tickets are sorted."""

    field: TicketOrderField
    "The column."
    direction: Direction = Direction.DESC
    "Descending unless told otherwise."


class TicketStatusIn(BaseModel):
    """One of several states."""

    in_: list[TicketStatus] = Field(alias="in")
    "States; an empty list matches nothing."


class TicketWhere(BaseModel):
    """Which tickets; what is left out, or null, does not count."""

    status: Optional["TicketStatusIn"] = None
    "In one of these states."
    subject: Optional["TextContains"] = None
    "By a part of the subject."
    created_at: Optional["DateTimeRange"] = Field(alias="createdAt", default=None)
    "Opened within this span."


class TomanRange(BaseModel):
    """A span of money."""

    gte: Optional[int] = None
    "So many Toman or more."
    lte: Optional[int] = None
    "So many Toman or fewer."


CreateOrderInput.model_rebuild()
GiftWhere.model_rebuild()
LedgerWhere.model_rebuild()
NotificationWhere.model_rebuild()
OrderWhere.model_rebuild()
PaymentWhere.model_rebuild()
ServiceWhere.model_rebuild()
TicketWhere.model_rebuild()
