"""What buyers may do with an order that is under way; the reference has no routes for it."""

from domain.order_life import Dispatch
from domain.order_status import OrderStatus
from models import Order, Service
from resolvers import cancellation, refills
from tests.both_doors.acts import PROBLEM
from tests.both_doors.world import Act, World, global_id
from tests.resolvers.provider_records import create_provider

CANCEL = f"mutation ($id: ID!) {{ act: cancelOrder(id: $id) {{ __typename {PROBLEM} }} }}"
REFILL = f"mutation ($orderId: ID!) {{ act: requestRefill(orderId: $orderId) {{ __typename {PROBLEM} }} }}"


async def queue_order(world: World) -> None:
    await Order.filter(id=world.order.id).update(dispatch=Dispatch.QUEUED)


async def deliver_order(world: World) -> None:
    provider = await create_provider()
    await Service.filter(id=world.catalogue.service.id).update(can_refill=True)
    await Order.filter(id=world.order.id).update(
        status=OrderStatus.COMPLETED, provider_id=provider.id, provider_order_id="1"
    )


def cancel_act() -> Act:
    return Act(
        cancellation.cancel_order,
        None,
        "",
        "",
        lambda _: {},
        CANCEL,
        lambda world: {"id": global_id("Order", world.order.id)},
        before=queue_order,
    )


def refill_act() -> Act:
    return Act(
        refills.request_refill,
        None,
        "",
        "",
        lambda _: {},
        REFILL,
        lambda world: {"orderId": global_id("Order", world.order.id)},
        before=deliver_order,
    )
