"""An upstream provider in memory, which does what the test says."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from domain.order_status import OrderStatus
from gateways.errors import GatewayError, GatewayRejected
from gateways.provider_orders import ProviderOrder
from gateways.provider_results import (
    ProviderBalance,
    ProviderCancellations,
    ProviderCatalogue,
    ProviderOrderState,
    ProviderRefill,
    ProviderService,
    ProviderStatuses,
)
from gateways.providers import ProviderAccount

SILENT = ProviderOrderState(
    status=None,
    subscription_status=None,
    status_text="",
    charge=None,
    currency=None,
    start_count=None,
    remains=None,
    posts=None,
    runs=None,
    orders=(),
)


@dataclass
class FakeProviders:
    """Remembers what was placed; numbers begin at 501. `fail_next` makes the next calls fail in turn."""

    placed: dict[str, ProviderOrder] = field(default_factory=dict)
    states: dict[str, ProviderOrderState] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    canceled: list[str] = field(default_factory=list)
    refuses_to_cancel: dict[str, str] = field(default_factory=dict)
    refilled: list[str] = field(default_factory=list)
    refill_state: ProviderRefill = field(default_factory=lambda: ProviderRefill(status=None, status_text=""))
    catalogue: tuple[ProviderService, ...] = ()
    fail_next: list[GatewayError] = field(default_factory=list)
    fail_always: dict[str, GatewayError] = field(default_factory=dict)
    balance_value: str = "100.84292"
    calls: list[str] = field(default_factory=list)
    polled_orders: list[str] = field(default_factory=list)

    def report(self, number: str, status: OrderStatus | None = None, **reported: object) -> None:
        """The provider's report on an order from now on."""
        self.states[number] = replace(SILENT, status=status, **reported)  # type: ignore[arg-type]  # of each field's own type

    async def add(self, account: ProviderAccount, order: ProviderOrder) -> str:
        self._record_call("add")
        number = str(501 + len(self.placed))
        self.placed[number] = order
        self.report(number, OrderStatus.PENDING)
        return number

    async def statuses(self, account: ProviderAccount, order_ids: Sequence[str]) -> ProviderStatuses:
        self._record_call("statuses")
        self.polled_orders += order_ids
        known = {number: self.states[number] for number in order_ids if number in self.states}
        return ProviderStatuses(states=known, errors=self.errors)

    async def status(self, account: ProviderAccount, order_id: str) -> ProviderOrderState:
        self._record_call("status")
        if order_id not in self.states:
            raise GatewayRejected(200, self.errors.get(order_id, "Incorrect order ID"))
        return self.states[order_id]

    async def cancel_one(self, account: ProviderAccount, order_id: str) -> None:
        self._record_call("cancel_one")
        self.canceled.append(order_id)
        if order_id in self.refuses_to_cancel:
            raise GatewayRejected(200, self.refuses_to_cancel[order_id])

    async def cancel(self, account: ProviderAccount, order_ids: Sequence[str]) -> ProviderCancellations:
        self._record_call("cancel")
        self.canceled += order_ids
        refused = {number: why for number, why in self.refuses_to_cancel.items() if number in order_ids}
        return ProviderCancellations(accepted=frozenset(order_ids) - refused.keys(), rejected=refused)

    async def refill(self, account: ProviderAccount, order_id: str) -> str:
        self._record_call("refill")
        self.refilled.append(order_id)
        return str(900 + len(self.refilled))

    async def services(self, account: ProviderAccount) -> ProviderCatalogue:
        self._record_call("services")
        return ProviderCatalogue(services=self.catalogue, skipped=0)

    async def balance(self, account: ProviderAccount) -> ProviderBalance:
        self._record_call("balance")
        return ProviderBalance(amount=self.balance_value, currency="USD")

    async def refill_status(self, account: ProviderAccount, refill_id: str) -> ProviderRefill:
        self._record_call("refill_status")
        return self.refill_state

    def _record_call(self, action: str) -> None:
        self.calls.append(action)
        if action in self.fail_always:
            raise self.fail_always[action]
        if self.fail_next:
            raise self.fail_next.pop(0)
