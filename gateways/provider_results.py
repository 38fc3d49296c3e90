"""What providers tell, once read.

Texts are trimmed. Refusals have at most 500 characters, amounts 40, currencies 8, ids and words for
types and states 64; names, categories and descriptions are as long as the provider has them.
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

    `type` is None for a kind of service that the shop does not know; `type_text` is the provider's word
    for it. `rate` is in the provider's own currency, per 1,000 units or, for packages, per order. `min`
    and `max` are units of an order, None where the provider does not say.
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
    """How far an order is at its provider; None is what the provider does not say.

    `status` is the provider's own, so PENDING has been sent; `status_text` is its word, also where
    `status` is None. Of a subscription `subscription_status` counts. Numbers are as told, also the
    impossible: `remains` may be negative, or above what was ordered. `charge` is what the provider took,
    in its currency. `posts` (of a subscription) and `runs` (of a drip-feed) are those done, and `orders`
    are the orders made for them.
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
    """States and refusals by order; orders that the answer says nothing readable about are in neither."""

    states: Mapping[str, ProviderOrderState]
    errors: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderRefill:
    """How far a refill is; `status` is None where the provider's word, `status_text`, is not known."""

    status: RefillStatus | None
    status_text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderCancellations:
    """Which orders the provider will try to cancel, and why it refuses others; the rest are in neither.

    Accepted is not yet canceled: the order's own status tells that later.
    """

    accepted: frozenset[str]
    rejected: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderBalance:
    """The shop's credit at a provider, as it words it."""

    amount: str
    currency: str | None
