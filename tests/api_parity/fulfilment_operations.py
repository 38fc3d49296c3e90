"""What buyers may do with an order that is under way; the reference has no routes for it."""

from domain.order_state_machine import Dispatch
from domain.order_status import OrderStatus
from models import Order, Service
from resolvers import order_cancellation, refills
from tests.api_parity.operations import PROBLEM
from tests.api_parity.scenario import ApiOperation, Scenario, to_global_id
from tests.resolvers.provider_factories import create_provider

CANCEL = f"mutation ($id: ID!) {{ act: cancelOrder(id: $id) {{ __typename {PROBLEM} }} }}"
REFILL = f"mutation ($orderId: ID!) {{ act: requestRefill(orderId: $orderId) {{ __typename {PROBLEM} }} }}"


async def queue_order(scenario: Scenario) -> None:
    await Order.filter(id=scenario.order.id).update(dispatch=Dispatch.QUEUED)


async def deliver_order(scenario: Scenario) -> None:
    provider = await create_provider()
    await Service.filter(id=scenario.catalogue.service.id).update(can_refill=True)
    await Order.filter(id=scenario.order.id).update(
        status=OrderStatus.COMPLETED, provider_id=provider.id, provider_order_id="1"
    )


def cancel_operation() -> ApiOperation:
    return ApiOperation(
        order_cancellation.cancel_order,
        None,
        "",
        "",
        lambda _: {},
        CANCEL,
        lambda scenario: {"id": to_global_id("Order", scenario.order.id)},
        before=queue_order,
    )


def refill_operation() -> ApiOperation:
    return ApiOperation(
        refills.request_refill,
        None,
        "",
        "",
        lambda _: {},
        REFILL,
        lambda scenario: {"orderId": to_global_id("Order", scenario.order.id)},
        before=deliver_order,
    )
