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
    """Sort order for entries."""

    field: AdminAuditOrderField
    "The field to sort by."
    direction: Direction = Direction.DESC
    "The direction; descending by default."


class AdminAuditEntryWhere(BaseModel):
    """Filter for entries. Omitted or null criteria are ignored."""

    actor: Optional["IdIn"] = None
    "Filter by the staff member who acted."
    act: Optional["StaffActIn"] = None
    "Filter by action."
    subject: Optional["StaffSubjectIn"] = None
    "Filter by the kind of record."
    subject_number: Optional["NumberIn"] = Field(alias="subjectNumber", default=None)
    "Filter by record number."
    created_at: Optional["DateTimeRange"] = Field(alias="createdAt", default=None)
    "Filter by creation time, bounds included."


class AdminCategoryOrder(BaseModel):
    """Sort order for categories."""

    field: AdminCategoryOrderField
    "The field to sort by."
    direction: Direction = Direction.DESC
    "The direction; descending by default."


class AdminCategoryWhere(BaseModel):
    """Filter for categories. Omitted or null criteria are ignored."""

    id: Optional["IdIn"] = None
    "Filter by category."
    is_active: Optional[bool] = Field(alias="isActive", default=None)
    "Filter by whether it is on sale."
    name: Optional["TextContains"] = None
    "Filter by part of the name."


class AdminGiftOrder(BaseModel):
    """Sort order for gifts."""

    field: AdminGiftOrderField
    "The field to sort by."
    direction: Direction = Direction.DESC
    "The direction; descending by default."


class AdminGiftWhere(BaseModel):
    """Filter for gifts. Omitted or null criteria are ignored."""

    id: Optional["IdIn"] = None
    "Filter by gift."
    service: Optional["IdIn"] = None
    "Filter by service."
    is_active: Optional[bool] = Field(alias="isActive", default=None)
    "Filter by whether it can be won."


class AdminLedgerEntryOrder(BaseModel):
    """Sort order for entries."""

    field: AdminLedgerOrderField
    "The field to sort by."
    direction: Direction = Direction.DESC
    "The direction; descending by default."


class AdminLedgerEntryWhere(BaseModel):
    """Filter for entries. Omitted or null criteria are ignored."""

    user: Optional["IdIn"] = None
    "Filter by user."
    order: Optional["IdIn"] = None
    "Filter by order."
    payment: Optional["IdIn"] = None
    "Filter by payment."
    kind: Optional["LedgerKindIn"] = None
    "Filter by kind."
    created_at: Optional["DateTimeRange"] = Field(alias="createdAt", default=None)
    "Filter by creation time, bounds included."


class AdminOrderOrder(BaseModel):
    """Sort order for orders."""

    field: OrderOrderField
    "The field to sort by."
    direction: Direction = Direction.DESC
    "The direction; descending by default."


class AdminOrderWhere(BaseModel):
    """Filter for orders. Omitted or null criteria are ignored."""

    id: Optional["IdIn"] = None
    "Filter by order."
    user: Optional["IdIn"] = None
    "Filter by user."
    service: Optional["IdIn"] = None
    "Filter by service."
    provider: Optional["IdIn"] = None
    "Filter by provider."
    status: Optional["OrderStatusIn"] = None
    "Filter by status."
    dispatch: Optional["OrderDispatchIn"] = None
    "Filter by the state of submission to the provider."
    link: Optional["TextContains"] = None
    "Filter by part of the link."
    created_at: Optional["DateTimeRange"] = Field(alias="createdAt", default=None)
    "Filter by creation time, bounds included."


class AdminPaymentOrder(BaseModel):
    """Sort order for payments."""

    field: AdminPaymentOrderField
    "The field to sort by."
    direction: Direction = Direction.DESC
    "The direction; descending by default."


class AdminPaymentWhere(BaseModel):
    """Filter for payments. Omitted or null criteria are ignored."""

    id: Optional["IdIn"] = None
    "Filter by payment."
    user: Optional["IdIn"] = None
    "Filter by user."
    status: Optional["PaymentStatusIn"] = None
    "Filter by status."
    amount: Optional["TomanRange"] = None
    "Filter by amount."
    created_at: Optional["DateTimeRange"] = Field(alias="createdAt", default=None)
    "Filter by creation time, bounds included."


class AdminProviderInput(BaseModel):
    """A provider. Omitted or null values stay unchanged, or get their default for a new provider."""

    name: Optional[str] = None
    "1 to 100 characters; required for a new provider."
    url: Optional[str] = None
    "For example, https://panel.example/api/v2; required for a new provider."
    api_key: Optional[str] = Field(alias="apiKey", default=None)
    "The shop's API key, at most 200 characters; required for a new provider."
    toman_per_unit: Optional[int] = Field(alias="tomanPerUnit", default=None)
    "The price of one unit of its currency in Toman, such as 90000; 1 by default."
    margin_percent: Optional[int] = Field(alias="marginPercent", default=None)
    "The margin added to its rates, in percent, 0 to 10000; 30 by default."
    rounding: Optional[int] = None
    "Prices are rounded up to a multiple of this many Toman; 1 by default."
    concurrency: Optional[int] = None
    "The maximum number of concurrent calls per worker, 1 to 100; 10 by default."


class AdminProviderOrder(BaseModel):
    """Sort order for providers."""

    field: AdminProviderOrderField
    "The field to sort by."
    direction: Direction = Direction.DESC
    "The direction; descending by default."


class AdminProviderWhere(BaseModel):
    """Filter for providers. Omitted or null criteria are ignored."""

    id: Optional["IdIn"] = None
    "Filter by provider."
    is_active: Optional[bool] = Field(alias="isActive", default=None)
    "Filter by whether it is enabled."
    name: Optional["TextContains"] = None
    "Filter by part of the name."


class AdminServiceInput(BaseModel):
    """A service. Omitted or null values stay unchanged, or get their default for a new service."""

    category_id: Optional[str] = Field(alias="categoryId", default=None)
    "Global id of an `AdminCategory`; required for a new service."
    name: Optional[str] = None
    "1 to 300 characters; required for a new service."
    description: Optional[str] = None
    "HTML, at most 20,000 characters."
    price: Optional[int] = None
    "Toman per 1,000 units, or per order for packages, such as 9000; required for a new service."
    min: Optional[int] = None
    "The smallest quantity, in units; required for a new service."
    max: Optional[int] = None
    "The largest quantity, in units; required for a new service."
    type_: Optional[ServiceType] = Field(alias="type", default=None)
    "The service type; DEFAULT by default."
    source: Optional[ServiceSource] = None
    "Who delivers the service; MANUAL by default. API requires a provider and the provider's service id."
    provider_id: Optional[str] = Field(alias="providerId", default=None)
    "Global id of an `AdminProvider`."
    provider_service_id: Optional[str] = Field(alias="providerServiceId", default=None)
    "The provider's id for the service, at most 64 characters."
    drip_feed: Optional[bool] = Field(alias="dripFeed", default=None)
    "Whether an order can be delivered in several runs."
    refill: Optional[bool] = None
    "Whether dropped units can be refilled."
    cancel: Optional[bool] = None
    "Whether an order can be canceled at the provider."
    refuses_duplicates: Optional[bool] = Field(alias="refusesDuplicates", default=None)
    "Whether a buyer must wait for an order to finish before ordering for the same link again."


class AdminServiceOrder(BaseModel):
    """Sort order for services."""

    field: AdminServiceOrderField
    "The field to sort by."
    direction: Direction = Direction.DESC
    "The direction; descending by default."


class AdminServiceTokenInput(BaseModel):
    """A new service token."""

    name: str
    "1 to 100 characters, such as `nightly report`."
    permissions: list[Permission]
    "At least one; never `CHANGE_ROLES` or `MANAGE_SERVICE_TOKENS`."
    days: int = 90
    "Days until it expires, 1 to 365."


class AdminServiceWhere(BaseModel):
    """Filter for services. Omitted or null criteria are ignored."""

    id: Optional["IdIn"] = None
    "Filter by service."
    category: Optional["IdIn"] = None
    "Filter by category."
    provider: Optional["IdIn"] = None
    "Filter by provider."
    type_: Optional["ServiceTypeIn"] = Field(alias="type", default=None)
    "Filter by type."
    flag: Optional["ServiceFlagIn"] = None
    "Filter by flag."
    is_active: Optional[bool] = Field(alias="isActive", default=None)
    "Filter by whether it is on sale."
    name: Optional["TextContains"] = None
    "Filter by part of the name."
    price: Optional["TomanRange"] = None
    "Filter by price, in Toman."


class AdminSettingsInput(BaseModel):
    """The values to change. Omitted or null values stay unchanged."""

    free_credit_min: Optional[int] = Field(alias="freeCreditMin", default=None)
    "The smallest free credit, in Toman, such as 10."
    free_credit_max: Optional[int] = Field(alias="freeCreditMax", default=None)
    "The largest free credit, in Toman, such as 100."
    free_credits_per_month: Optional[int] = Field(
        alias="freeCreditsPerMonth", default=None
    )
    "The number of free credits a user can claim in 30 days."
    wheel_interval_days: Optional[int] = Field(alias="wheelIntervalDays", default=None)
    "The number of days a user waits between spins."
    wheel_gifts_per_month: Optional[int] = Field(
        alias="wheelGiftsPerMonth", default=None
    )
    "The number of gifts a user can win in 30 days."
    payment_min: Optional[int] = Field(alias="paymentMin", default=None)
    "The smallest payment, in Toman."
    payment_max: Optional[int] = Field(alias="paymentMax", default=None)
    "The largest payment, in Toman."
    refuse_duplicate_orders: Optional[bool] = Field(
        alias="refuseDuplicateOrders", default=None
    )
    "Whether to reject an order while the buyer has an unfinished one for the same service and link."


class AdminTicketOrder(BaseModel):
    """Sort order for tickets."""

    field: AdminTicketOrderField
    "The field to sort by."
    direction: Direction = Direction.DESC
    "The direction; descending by default."


class AdminTicketWhere(BaseModel):
    """Filter for tickets. Omitted or null criteria are ignored."""

    id: Optional["IdIn"] = None
    "Filter by ticket."
    user: Optional["IdIn"] = None
    "Filter by user."
    assignee: Optional["IdIn"] = None
    "Filter by assignee."
    is_assigned: Optional[bool] = Field(alias="isAssigned", default=None)
    "Filter by whether it is assigned."
    status: Optional["TicketStatusIn"] = None
    "Filter by status."
    subject: Optional["TextContains"] = None
    "Filter by part of the subject."
    created_at: Optional["DateTimeRange"] = Field(alias="createdAt", default=None)
    "Filter by creation time, bounds included."


class AdminUserOrder(BaseModel):
    """Sort order for users."""

    field: AdminUserOrderField
    "The field to sort by."
    direction: Direction = Direction.DESC
    "The direction; descending by default."


class AdminUserWhere(BaseModel):
    """Filter for users. Omitted or null criteria are ignored."""

    id: Optional["IdIn"] = None
    "Filter by user."
    role: Optional["UserRoleIn"] = None
    "Filter by role."
    is_active: Optional[bool] = Field(alias="isActive", default=None)
    "Filter by whether the user is active."
    mobile: Optional["TextContains"] = None
    "Filter by part of the mobile number, such as 0912."
    email: Optional["TextContains"] = None
    "Filter by part of the email address."
    balance: Optional["TomanRange"] = None
    "Filter by balance."
    created_at: Optional["DateTimeRange"] = Field(alias="createdAt", default=None)
    "Filter by creation time, bounds included."


class CategoryOrder(BaseModel):
    """Sort order for categories."""

    field: CategoryOrderField
    "The field to sort by."
    direction: Direction = Direction.DESC
    "The direction; descending by default."


class CreateOrderInput(BaseModel):
    """An order. The type of the service determines which fields are required."""

    service_id: str = Field(alias="serviceId")
    "Global id of a `Service` on sale."
    link: Optional[str] = None
    "An http(s) URL or a username, such as `https://instagram.com/p/CA2`. Required for all types except SUBSCRIPTIONS."
    quantity: Optional[int] = None
    "The number of units, within the service's limits; with `dripFeed`, the units per run. Not required for packages, for SUBSCRIPTIONS, and for types that count lines (CUSTOM_COMMENTS, MENTIONS_CUSTOM_LIST)."
    drip_feed: Optional["DripFeedInput"] = Field(alias="dripFeed", default=None)
    "Only for type DEFAULT, and only if the service supports drip-feed."
    subscription: Optional["SubscriptionInput"] = None
    "Required for SUBSCRIPTIONS."
    comments: Optional[str] = None
    "One per line. Required for CUSTOM_COMMENTS and CUSTOM_COMMENTS_PACKAGE."
    usernames: Optional[str] = None
    "One per line. Required for MENTIONS_WITH_HASHTAGS and MENTIONS_CUSTOM_LIST."
    username: Optional[str] = None
    "Required for MENTIONS_USER_FOLLOWERS, COMMENT_LIKES and SUBSCRIPTIONS."
    hashtags: Optional[str] = None
    "One per line. Required for MENTIONS_WITH_HASHTAGS."
    hashtag: Optional[str] = None
    "Required for MENTIONS_HASHTAG."
    media_url: Optional[str] = Field(alias="mediaUrl", default=None)
    "An http(s) URL. Required for MENTIONS_MEDIA_LIKERS."


class DateTimeRange(BaseModel):
    """A range of time."""

    gte: Optional[datetime] = None
    "At or after this time."
    lte: Optional[datetime] = None
    "At or before this time."


class DripFeedInput(BaseModel):
    """Delivery in several runs, for services that support drip-feed."""

    runs: int
    "The number of runs, 1 to 10000; each delivers `quantity`."
    interval: int
    "Minutes between runs, 1 to 10080."


class GiftOrder(BaseModel):
    """Sort order for won gifts."""

    field: GiftOrderField
    "The field to sort by."
    direction: Direction = Direction.DESC
    "The direction; descending by default."


class GiftWhere(BaseModel):
    """Filter for gifts. Omitted or null criteria are ignored."""

    used: Optional[bool] = None
    "Filter by whether it was used."
    expires_at: Optional["DateTimeRange"] = Field(alias="expiresAt", default=None)
    "Filter by expiry time, bounds included."


class IdIn(BaseModel):
    """Matches any of several records."""

    in_: list[str] = Field(alias="in")
    "Global ids to match; an empty list matches nothing."


class LedgerKindIn(BaseModel):
    """Matches any of several kinds."""

    in_: list[LedgerKind] = Field(alias="in")
    "Kinds to match; an empty list matches nothing."


class LedgerOrder(BaseModel):
    """Sort order for ledger entries."""

    field: LedgerOrderField
    "The field to sort by."
    direction: Direction = Direction.DESC
    "The direction; descending by default."


class LedgerWhere(BaseModel):
    """Filter for entries. Omitted or null criteria are ignored."""

    kind: Optional["LedgerKindIn"] = None
    "Filter by kind."
    amount: Optional["TomanRange"] = None
    "Filter by amount in Toman; spending is negative."
    created_at: Optional["DateTimeRange"] = Field(alias="createdAt", default=None)
    "Filter by the time of the entry, bounds included."


class NotificationKindIn(BaseModel):
    """Matches any of several kinds."""

    in_: list[NotificationKind] = Field(alias="in")
    "Kinds to match; an empty list matches nothing."


class NotificationOrder(BaseModel):
    """Sort order for notifications."""

    field: NotificationOrderField
    "The field to sort by."
    direction: Direction = Direction.DESC
    "The direction; descending by default."


class NotificationWhere(BaseModel):
    """Filter for notifications. Omitted or null criteria are ignored."""

    kind: Optional["NotificationKindIn"] = None
    "Filter by kind."
    created_at: Optional["DateTimeRange"] = Field(alias="createdAt", default=None)
    "Filter by the time it was sent, bounds included."


class NumberIn(BaseModel):
    """Matches any of several numbers."""

    in_: list[int] = Field(alias="in")
    "Numbers to match; an empty list matches nothing."


class OrderDispatchIn(BaseModel):
    """Matches any of several submission states."""

    in_: list[OrderDispatch] = Field(alias="in")
    "States to match; an empty list matches nothing."


class OrderOrder(BaseModel):
    """Sort order for orders."""

    field: OrderOrderField
    "The field to sort by."
    direction: Direction = Direction.DESC
    "The direction; descending by default."


class OrderStatusIn(BaseModel):
    """Matches any of several states."""

    in_: list[OrderStatus] = Field(alias="in")
    "States to match; an empty list matches nothing."


class OrderWhere(BaseModel):
    """Filter for orders. Omitted or null criteria are ignored."""

    status: Optional["OrderStatusIn"] = None
    "Filter by status."
    service: Optional["IdIn"] = None
    "Filter by service."
    link: Optional["TextContains"] = None
    "Filter by part of the link."
    created_at: Optional["DateTimeRange"] = Field(alias="createdAt", default=None)
    "Filter by the time of the order, bounds included."


class PaymentOrder(BaseModel):
    """Sort order for payments."""

    field: PaymentOrderField
    "The field to sort by."
    direction: Direction = Direction.DESC
    "The direction; descending by default."


class PaymentStatusIn(BaseModel):
    """Matches any of several states."""

    in_: list[PaymentStatus] = Field(alias="in")
    "States to match; an empty list matches nothing."


class PaymentWhere(BaseModel):
    """Filter for payments. Omitted or null criteria are ignored."""

    status: Optional["PaymentStatusIn"] = None
    "Filter by status."
    amount: Optional["TomanRange"] = None
    "Filter by amount, in Toman."
    created_at: Optional["DateTimeRange"] = Field(alias="createdAt", default=None)
    "Filter by the time it was started, bounds included."


class ProfileInput(BaseModel):
    """The values to change. Omitted or null values stay unchanged."""

    first_name: Optional[str] = Field(alias="firstName", default=None)
    "At most 100 characters."
    last_name: Optional[str] = Field(alias="lastName", default=None)
    "At most 100 characters."
    email: Optional[str] = None
    "An email address that no other user has."
    password: Optional[str] = None
    "1 to 128 characters, for the web panel."
    mobile: Optional[str] = None
    "For example, 09011235566 or +989011235566. Unverified until the next login with it or `confirmMobile`. Staff need a recently confirmed staff session."


class ServiceFlagIn(BaseModel):
    """Matches any of several flags."""

    in_: list[ServiceFlag] = Field(alias="in")
    "Flags to match; an empty list matches nothing."


class ServiceOrder(BaseModel):
    """Sort order for services."""

    field: ServiceOrderField
    "The field to sort by."
    direction: Direction = Direction.DESC
    "The direction; descending by default."


class ServiceTypeIn(BaseModel):
    """Matches any of several types."""

    in_: list[ServiceType] = Field(alias="in")
    "Types to match; an empty list matches nothing."


class ServiceWhere(BaseModel):
    """Filter for services. Omitted or null criteria are ignored."""

    category: Optional["IdIn"] = None
    "Filter by category."
    type_: Optional["ServiceTypeIn"] = Field(alias="type", default=None)
    "Filter by type."
    drip_feed: Optional[bool] = Field(alias="dripFeed", default=None)
    "Filter by drip-feed support."
    refill: Optional[bool] = None
    "Filter by refill support."
    cancel: Optional[bool] = None
    "Filter by cancellation support."
    name: Optional["TextContains"] = None
    "Filter by part of the name."
    price: Optional["TomanRange"] = None
    "Filter by price, in Toman."


class StaffActIn(BaseModel):
    """Matches any of several actions."""

    in_: list[StaffAct] = Field(alias="in")
    "Acts to match; an empty list matches nothing."


class StaffSubjectIn(BaseModel):
    """Matches any of several kinds of record."""

    in_: list[StaffSubject] = Field(alias="in")
    "Kinds to match; an empty list matches nothing."


class SubscriptionInput(BaseModel):
    """The settings of an order of type SUBSCRIPTIONS, in addition to `username`."""

    posts: int
    "The number of future posts, at least 1."
    min: int
    "The smallest quantity per post, in units."
    max: int
    "The largest quantity per post, in units."
    delay: int = 0
    "Delay between a post and its delivery, in minutes: 0, 5, 10, 15, 30, 60 or 90."
    expiry: Optional[str] = None
    "The last day as DD/MM/YYYY, such as 31/12/2026; today or later."


class TextContains(BaseModel):
    """Matches part of a text."""

    contains: str
    "The text to find, ignoring case and spelling variants."


class TicketOrder(BaseModel):
    """Sort order for tickets."""

    field: TicketOrderField
    "The field to sort by."
    direction: Direction = Direction.DESC
    "The direction; descending by default."


class TicketStatusIn(BaseModel):
    """Matches any of several states."""

    in_: list[TicketStatus] = Field(alias="in")
    "States to match; an empty list matches nothing."


class TicketWhere(BaseModel):
    """Filter for tickets. Omitted or null criteria are ignored."""

    status: Optional["TicketStatusIn"] = None
    "Filter by status."
    subject: Optional["TextContains"] = None
    "Filter by part of the subject."
    created_at: Optional["DateTimeRange"] = Field(alias="createdAt", default=None)
    "Filter by the time it was opened, bounds included."


class TomanRange(BaseModel):
    """A range of amounts."""

    gte: Optional[int] = None
    "At least this many Toman."
    lte: Optional[int] = None
    "At most this many Toman."


class UserRoleIn(BaseModel):
    """Matches any of several roles."""

    in_: list[UserRole] = Field(alias="in")
    "Roles to match; an empty list matches nothing."


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
