from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import (
    AdminAuditOrderField,
    AdminCategoryOrderField,
    AdminGiftOrderField,
    AdminLedgerOrderField,
    AdminPaymentOrderField,
    AdminProviderOrderField,
    AdminServiceOrderField,
    AdminTicketOrderField,
    AdminUserOrderField,
    CategoryOrderField,
    Direction,
    GiftOrderField,
    LedgerKind,
    LedgerOrderField,
    NotificationKind,
    NotificationOrderField,
    OrderDispatch,
    OrderOrderField,
    OrderStatus,
    PaymentOrderField,
    PaymentStatus,
    Permission,
    ServiceFlag,
    ServiceOrderField,
    ServiceSource,
    ServiceType,
    StaffAct,
    StaffSubject,
    TicketOrderField,
    TicketStatus,
    UserRole,
)


class AdminAuditEntryOrder(BaseModel):
    """How entries are sorted."""

    field: AdminAuditOrderField
    "The column."
    direction: Direction = Direction.DESC
    "Descending unless told otherwise."


class AdminAuditEntryWhere(BaseModel):
    """Which entries; what is left out, or null, does not count."""

    actor: Optional["IdIn"] = None
    "By one of these members of staff."
    act: Optional["StaffActIn"] = None
    "One of these acts."
    subject: Optional["StaffSubjectIn"] = None
    "Done to records of these kinds."
    subject_number: Optional["NumberIn"] = Field(alias="subjectNumber", default=None)
    "Done to records with these numbers."
    created_at: Optional["DateTimeRange"] = Field(alias="createdAt", default=None)
    "In this span, ends included."


class AdminCategoryOrder(BaseModel):
    """How categories are sorted."""

    field: AdminCategoryOrderField
    "The column."
    direction: Direction = Direction.DESC
    "Descending unless told otherwise."


class AdminCategoryWhere(BaseModel):
    """Which categories; what is left out, or null, does not count."""

    id: Optional["IdIn"] = None
    "One of these categories."
    is_active: Optional[bool] = Field(alias="isActive", default=None)
    "On sale or not."
    name: Optional["TextContains"] = None
    "By a part of the name."


class AdminGiftOrder(BaseModel):
    """How gifts are sorted."""

    field: AdminGiftOrderField
    "The column."
    direction: Direction = Direction.DESC
    "Descending unless told otherwise."


class AdminGiftWhere(BaseModel):
    """Which gifts; what is left out, or null, does not count."""

    id: Optional["IdIn"] = None
    "One of these gifts."
    service: Optional["IdIn"] = None
    "Of one of these services."
    is_active: Optional[bool] = Field(alias="isActive", default=None)
    "On the wheel or not."


class AdminLedgerEntryOrder(BaseModel):
    """How entries are sorted."""

    field: AdminLedgerOrderField
    "The column."
    direction: Direction = Direction.DESC
    "Descending unless told otherwise."


class AdminLedgerEntryWhere(BaseModel):
    """Which entries; what is left out, or null, does not count."""

    user: Optional["IdIn"] = None
    "Of one of these users."
    order: Optional["IdIn"] = None
    "Of one of these orders."
    payment: Optional["IdIn"] = None
    "Of one of these payments."
    kind: Optional["LedgerKindIn"] = None
    "Of one of these kinds."
    created_at: Optional["DateTimeRange"] = Field(alias="createdAt", default=None)
    "In this span, ends included."


class AdminOrderOrder(BaseModel):
    """How orders are sorted."""

    field: OrderOrderField
    "The column."
    direction: Direction = Direction.DESC
    "Descending unless told otherwise."


class AdminOrderWhere(BaseModel):
    """Which orders; what is left out, or null, does not count."""

    id: Optional["IdIn"] = None
    "One of these orders."
    user: Optional["IdIn"] = None
    "Of one of these users."
    service: Optional["IdIn"] = None
    "Of one of these services."
    provider: Optional["IdIn"] = None
    "Of one of these providers."
    status: Optional["OrderStatusIn"] = None
    "In one of these states."
    dispatch: Optional["OrderDispatchIn"] = None
    "So far with the provider."
    link: Optional["TextContains"] = None
    "By a part of the link."
    created_at: Optional["DateTimeRange"] = Field(alias="createdAt", default=None)
    "In this span, ends included."


class AdminPaymentOrder(BaseModel):
    """How payments are sorted."""

    field: AdminPaymentOrderField
    "The column."
    direction: Direction = Direction.DESC
    "Descending unless told otherwise."


class AdminPaymentWhere(BaseModel):
    """Which payments; what is left out, or null, does not count."""

    id: Optional["IdIn"] = None
    "One of these payments."
    user: Optional["IdIn"] = None
    "Of one of these users."
    status: Optional["PaymentStatusIn"] = None
    "In one of these states."
    amount: Optional["TomanRange"] = None
    "Of so many Toman."
    created_at: Optional["DateTimeRange"] = Field(alias="createdAt", default=None)
    "In this span, ends included."


class AdminProviderInput(BaseModel):
    """A provider; what is left out, or null, stays as it is, or gets its default."""

    name: Optional[str] = None
    "1 to 100 characters; a new one needs it."
    url: Optional[str] = None
    "Such as https://panel.example/api/v2; a new one needs it."
    api_key: Optional[str] = Field(alias="apiKey", default=None)
    "The shop's key there, at most 200 characters; a new one needs it."
    toman_per_unit: Optional[int] = Field(alias="tomanPerUnit", default=None)
    "Toman for one unit of its currency, such as 90000; 1 by default."
    margin_percent: Optional[int] = Field(alias="marginPercent", default=None)
    "Percent on top of what it takes, 0 to 10000; 30 by default."
    rounding: Optional[int] = None
    "Prices are rounded up to a multiple of so many Toman; 1 by default."
    concurrency: Optional[int] = None
    "Calls at once from one worker, 1 to 100; 10 by default."


class AdminProviderOrder(BaseModel):
    """How providers are sorted."""

    field: AdminProviderOrderField
    "The column."
    direction: Direction = Direction.DESC
    "Descending unless told otherwise."


class AdminProviderWhere(BaseModel):
    """Which providers; what is left out, or null, does not count."""

    id: Optional["IdIn"] = None
    "One of these providers."
    is_active: Optional[bool] = Field(alias="isActive", default=None)
    "Switched on or off."
    name: Optional["TextContains"] = None
    "By a part of the name."


class AdminServiceInput(BaseModel):
    """A service; what is left out, or null, stays as it is, or gets its default."""

    category_id: Optional[str] = Field(alias="categoryId", default=None)
    "Global id of an `AdminCategory`; a new service needs it."
    name: Optional[str] = None
    "1 to 300 characters; a new service needs it."
    description: Optional[str] = None
    "HTML of at most 20,000 characters."
    price: Optional[int] = None
    "Toman per 1,000 units, or per order for packages, such as 9000; a new service needs it."
    min: Optional[int] = None
    "The smallest quantity, in units; a new service needs it."
    max: Optional[int] = None
    "The largest quantity, in units; a new service needs it."
    type_: Optional[ServiceType] = Field(alias="type", default=None)
    "What an order must name besides its link; DEFAULT by default."
    source: Optional[ServiceSource] = None
    "Who delivers; MANUAL by default. API needs a provider and its service."
    provider_id: Optional[str] = Field(alias="providerId", default=None)
    "Global id of an `AdminProvider`."
    provider_service_id: Optional[str] = Field(alias="providerServiceId", default=None)
    "The provider's own id of the service, at most 64 characters."
    drip_feed: Optional[bool] = Field(alias="dripFeed", default=None)
    "Whether an order may be delivered in several runs."
    refill: Optional[bool] = None
    "Whether what drops can be delivered again."
    cancel: Optional[bool] = None
    "Whether an order can be canceled at the provider."
    refuses_duplicates: Optional[bool] = Field(alias="refusesDuplicates", default=None)
    "Whether a buyer's orders for one link have to wait."


class AdminServiceOrder(BaseModel):
    """How services are sorted."""

    field: AdminServiceOrderField
    "The column."
    direction: Direction = Direction.DESC
    "Descending unless told otherwise."


class AdminServiceTokenInput(BaseModel):
    """A new service token."""

    name: str
    "1 to 100 characters, such as `nightly report`."
    permissions: list[Permission]
    "At least one; never `CHANGE_ROLES` or `MANAGE_SERVICE_TOKENS`."
    days: int = 90
    "1 to 365 days until it ends."


class AdminServiceWhere(BaseModel):
    """Which services; what is left out, or null, does not count."""

    id: Optional["IdIn"] = None
    "One of these services."
    category: Optional["IdIn"] = None
    "On one of these shelves."
    provider: Optional["IdIn"] = None
    "Of one of these providers."
    type_: Optional["ServiceTypeIn"] = Field(alias="type", default=None)
    "Of one of these types."
    flag: Optional["ServiceFlagIn"] = None
    "With one of these flags."
    is_active: Optional[bool] = Field(alias="isActive", default=None)
    "On sale or not."
    name: Optional["TextContains"] = None
    "By a part of the name."
    price: Optional["TomanRange"] = None
    "In Toman, as `price` is."


class AdminSettingsInput(BaseModel):
    """What to change; what is left out, or null, stays as it is."""

    free_credit_min: Optional[int] = Field(alias="freeCreditMin", default=None)
    "The smallest free credit, in Toman, such as 10."
    free_credit_max: Optional[int] = Field(alias="freeCreditMax", default=None)
    "The largest free credit, in Toman, such as 100."
    free_credits_per_month: Optional[int] = Field(
        alias="freeCreditsPerMonth", default=None
    )
    "Free credits of a user in 30 days."
    wheel_interval_days: Optional[int] = Field(alias="wheelIntervalDays", default=None)
    "Days between two turns of a user's wheel."
    wheel_gifts_per_month: Optional[int] = Field(
        alias="wheelGiftsPerMonth", default=None
    )
    "Gifts that a user may win in 30 days."
    payment_min: Optional[int] = Field(alias="paymentMin", default=None)
    "The smallest payment, in Toman."
    payment_max: Optional[int] = Field(alias="paymentMax", default=None)
    "The largest payment, in Toman."
    refuse_duplicate_orders: Optional[bool] = Field(
        alias="refuseDuplicateOrders", default=None
    )
    "Refuse an order while the buyer's last one for the same service and link runs."


class AdminTicketOrder(BaseModel):
    """How tickets are sorted."""

    field: AdminTicketOrderField
    "The column."
    direction: Direction = Direction.DESC
    "Descending unless told otherwise."


class AdminTicketWhere(BaseModel):
    """Which tickets; what is left out, or null, does not count."""

    id: Optional["IdIn"] = None
    "One of these tickets."
    user: Optional["IdIn"] = None
    "Of one of these users."
    assignee: Optional["IdIn"] = None
    "Left to one of these members of staff."
    is_assigned: Optional[bool] = Field(alias="isAssigned", default=None)
    "Left to anybody, or to nobody."
    status: Optional["TicketStatusIn"] = None
    "In one of these states."
    subject: Optional["TextContains"] = None
    "By a part of the subject."
    created_at: Optional["DateTimeRange"] = Field(alias="createdAt", default=None)
    "In this span, ends included."


class AdminUserOrder(BaseModel):
    """How users are sorted."""

    field: AdminUserOrderField
    "The column."
    direction: Direction = Direction.DESC
    "Descending unless told otherwise."


class AdminUserWhere(BaseModel):
    """Which users; what is left out, or null, does not count."""

    id: Optional["IdIn"] = None
    "One of these users."
    role: Optional["UserRoleIn"] = None
    "Of one of these roles."
    is_active: Optional[bool] = Field(alias="isActive", default=None)
    "Blocked or not."
    mobile: Optional["TextContains"] = None
    "By a part of the mobile, such as 0912."
    email: Optional["TextContains"] = None
    "By a part of the e-mail address."
    balance: Optional["TomanRange"] = None
    "With so much in the wallet."
    created_at: Optional["DateTimeRange"] = Field(alias="createdAt", default=None)
    "In this span, ends included."


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


class NumberIn(BaseModel):
    """One of several numbers."""

    in_: list[int] = Field(alias="in")
    "Numbers; an empty list matches nothing."


class OrderDispatchIn(BaseModel):
    """One of several states of the dealing with the provider."""

    in_: list[OrderDispatch] = Field(alias="in")
    "States; an empty list matches nothing."


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
    "Such as 09011235566 or +989011235566; stays unverified until the next login with it, or `confirmMobile`. Staff need a staff session that was confirmed lately."


class ServiceFlagIn(BaseModel):
    """One of several flags."""

    in_: list[ServiceFlag] = Field(alias="in")
    "Flags; an empty list matches nothing."


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


class StaffActIn(BaseModel):
    """One of several acts."""

    in_: list[StaffAct] = Field(alias="in")
    "Acts; an empty list matches nothing."


class StaffSubjectIn(BaseModel):
    """One of several kinds of record."""

    in_: list[StaffSubject] = Field(alias="in")
    "Kinds; an empty list matches nothing."


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
    "The part, in whichever case and spelling."


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


class UserRoleIn(BaseModel):
    """One of several roles."""

    in_: list[UserRole] = Field(alias="in")
    "Roles; an empty list matches nothing."


AdminAuditEntryWhere.model_rebuild()
AdminCategoryWhere.model_rebuild()
AdminGiftWhere.model_rebuild()
AdminLedgerEntryWhere.model_rebuild()
AdminOrderWhere.model_rebuild()
AdminPaymentWhere.model_rebuild()
AdminProviderWhere.model_rebuild()
AdminServiceWhere.model_rebuild()
AdminTicketWhere.model_rebuild()
AdminUserWhere.model_rebuild()
CreateOrderInput.model_rebuild()
GiftWhere.model_rebuild()
LedgerWhere.model_rebuild()
NotificationWhere.model_rebuild()
OrderWhere.model_rebuild()
PaymentWhere.model_rebuild()
ServiceWhere.model_rebuild()
TicketWhere.model_rebuild()
