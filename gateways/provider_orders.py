"""The order form sent to a provider."""

from dataclasses import dataclass, field

from domain import calendar_days
from domain.order_details import REQUIRED_FIELDS, OrderContent
from domain.service_types import ServiceType


@dataclass(frozen=True, kw_only=True)
class ProviderOrder:
    """An order as sent to its provider. `service_id` is the provider's own.

    With a drip-feed, `quantity` is that of one run.
    """

    service_id: str
    type: ServiceType
    link: str
    quantity: int
    content: OrderContent = field(default_factory=OrderContent)

    def to_form(self) -> dict[str, str]:
        """The form fields of the panel API's `add`, besides `key` and `action`.

        Raises:
            ValueError: a field that the type needs is missing.
        """
        values = {"link": self.link, "quantity": str(self.quantity), **self.content.texts}
        required = {name: values[name] for name in REQUIRED_FIELDS[self.type]}
        missing = [name for name, value in required.items() if value is None]
        if missing:
            raise ValueError(f"an order of type {self.type} without {', '.join(missing)}")
        return {
            "service": self.service_id,
            **{name: value for name, value in required.items() if value is not None},
            **(self._build_drip_feed() if self.type is ServiceType.DEFAULT else {}),
            **(self._build_subscription() if self.type is ServiceType.SUBSCRIPTIONS else {}),
        }

    def _build_drip_feed(self) -> dict[str, str]:
        drip_feed = self.content.drip_feed
        return {"runs": str(drip_feed.runs), "interval": str(drip_feed.interval)} if drip_feed else {}

    def _build_subscription(self) -> dict[str, str]:
        subscription = self.content.subscription
        if subscription is None:
            raise ValueError("an order of type subscriptions without its subscription")
        return {
            "min": str(subscription.min),
            "max": str(subscription.max),
            "posts": str(subscription.posts),
            "delay": str(subscription.delay),
            **({"expiry": calendar_days.format_day(subscription.expiry)} if subscription.expiry else {}),
        }
