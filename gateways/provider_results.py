"""Parsed responses of providers.

Texts are trimmed. Refusals have at most 500 characters, amounts 40, currencies 8, ids and texts of types and
states 64; names, categories and descriptions are unlimited.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from domain.enums import RefillStatus
from domain.order_status import OrderStatus, SubscriptionStatus
from domain.service_types import ServiceType


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderService:
    """A service that a provider sells.

    `type` is None for a kind of service that the shop does not support; `type_text` is the provider's name of
    it. `rate` is in the provider's own currency, per 1,000 units or, for packages, per order. `min` and `max`
    are units of an order, None if the provider does not specify them.
    """

    id: str
    name: str
    category: str
    type: ServiceType | None
    type_text: str
    rate: Decimal
    min: int | None
    max: int | None
    drip_feed: bool
    refill: bool
    cancel: bool
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderCatalogue:
    """The services of a provider, in its own order; `skipped` counts the rows that could not be read."""

    services: tuple[ProviderService, ...]
    skipped: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderOrderState:
    """The state of an order at its provider; None is what the provider does not report.

    `status` is the provider's own, so PENDING has been sent; `status_text` is its original text, also if
    `status` is None. For a subscription `subscription_status` applies. Numbers are as reported, even if
    implausible: `remains` may be negative, or above the ordered quantity. `charge` is the provider's charge
    in its currency. `posts` (of a subscription) and `runs` (of a drip-feed) are those done, and `orders` are
    the orders created for them.
    """

    status: OrderStatus | None
    subscription_status: SubscriptionStatus | None
    status_text: str
    charge: str | None
    currency: str | None
    start_count: int | None
    remains: int | None
    posts: int | None
    runs: int | None
    orders: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderStatuses:
    """States and refusals by order; orders without a readable answer are in neither."""

    states: Mapping[str, ProviderOrderState]
    errors: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderRefill:
    """The state of a refill; `status` is None if the provider's text, `status_text`, is unknown."""

    status: RefillStatus | None
    status_text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderCancellations:
    """Orders that the provider will try to cancel, and refusals by order; the rest are in neither.

    Accepted does not mean canceled: the order's own status shows that later.
    """

    accepted: frozenset[str]
    rejected: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderBalance:
    """The shop's balance at a provider, as the provider formats it."""

    amount: str
    currency: str | None
