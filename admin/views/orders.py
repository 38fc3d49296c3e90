"""What was bought, and how far its delivery is."""

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette_admin.fields import BaseField
from starlette_admin.i18n import lazy_gettext as _

from admin import fields, labels, language
from admin.access import staff_of
from admin.acts import Ask, Given, act
from admin.views.base import StaffView
from domain.order_life import Dispatch
from domain.order_status import OrderSource, OrderStatus
from domain.permissions import Permission
from models import Order, OrderEvent
from resolvers.staff import orders

_NOTE = Ask(name="note", label=_("Remark, which the buyer sees too"), rows=2)
_HELD = (OrderStatus.ERROR, OrderStatus.AWAITING)
_OVER = (OrderStatus.CANCELED, OrderStatus.REFUNDED)
_BY_HAND = (
    OrderStatus.PROCESSING,
    OrderStatus.INPROGRESS,
    OrderStatus.COMPLETED,
    OrderStatus.AWAITING,
    OrderStatus.ERROR,
)


class OrderView(StaffView):
    """Everybody's orders."""

    of = Order
    key = "orders"
    icon = "fa-solid fa-cart-shopping"
    menu_label = _("Orders")
    display_name = _("Order")
    reads = Permission.READ_ORDERS
    texts = ("link",)
    sortable_fields = ("id", "charge", "quantity", "created_at", "updated_at")

    def columns(self) -> Sequence[BaseField]:
        return [
            fields.number(),
            fields.relation("user", _("Buyer"), "users"),
            fields.relation("service", _("Service"), "services"),
            fields.choice("status", _("State"), OrderStatus),
            fields.count("quantity", _("Quantity")),
            fields.amount("charge", _("Charge")),
            fields.text("link", _("Link")),
            fields.amount("refunded", _("Given back"), exclude_from_list=True),
            fields.choice("dispatch", _("Delivery"), Dispatch, exclude_from_list=True),
            fields.count("start_count", _("Count at the start"), exclude_from_list=True),
            fields.count("remains", _("Remains"), exclude_from_list=True),
            fields.relation("provider", _("Provider"), "providers", exclude_from_list=True),
            fields.text("provider_order_id", _("Number at the provider"), exclude_from_list=True),
            fields.choice("source", _("Came through"), OrderSource, exclude_from_list=True),
            fields.long_text("comments", _("Comments")),
            fields.long_text("note", _("Remark")),
            fields.long_text("staff_note", _("For staff")),
            fields.moment("created_at", _("Placed at")),
            fields.moment("updated_at", _("Changed at"), exclude_from_list=True),
            fields.block("history", _("History"), "table", _history),
        ]

    @act(
        "status",
        _("Set the state"),
        needs=Permission.CHANGE_ORDERS,
        icon="fa-solid fa-flag",
        question=_("Moves no money. A queued order is not sent any more."),
        asks=[
            Ask(
                name="status",
                label=_("State"),
                choices=[(status.value, labels.label(status)) for status in _BY_HAND],
                value=lambda order: order.status.value,
            ),
            _NOTE,
        ],
        when=lambda order: order.status not in _OVER,
    )
    async def set_status(self, request: Request, pk: int, given: Given) -> None:
        status = given.choice("status", OrderStatus)
        await orders.set_order_status(staff_of(request), order_id=pk, status=status, note=given.text("note"))

    @act(
        "resend",
        _("Send again"),
        needs=Permission.RESEND_ORDERS,
        icon="fa-solid fa-paper-plane",
        asks=[
            Ask(
                name="looked",
                label=_("I looked into the provider's panel: the order is not there"),
                kind="checkbox",
            )
        ],
        when=lambda order: order.status in _HELD,
    )
    async def resend(self, request: Request, pk: int, given: Given) -> None:
        await orders.resend_order(
            staff_of(request), order_id=pk, is_not_at_provider=given.is_checked("looked")
        )

    @act(
        "partial",
        _("Delivered in part"),
        needs=Permission.REFUND_ORDERS,
        icon="fa-solid fa-chart-pie",
        question=_("The share of what was not delivered is given back."),
        asks=[
            Ask(
                name="remains",
                label=_("Not delivered"),
                kind="number",
                value=lambda order: order.remains or "",
            ),
            _NOTE,
        ],
        when=lambda order: order.status not in _OVER,
    )
    async def set_partial(self, request: Request, pk: int, given: Given) -> None:
        await orders.set_order_partial(
            staff_of(request), order_id=pk, remains=given.integer("remains"), note=given.text("note")
        )

    @act(
        "cancel",
        _("Cancel the order"),
        needs=Permission.REFUND_ORDERS,
        icon="fa-solid fa-xmark",
        question=_("All that is left of the charge is given back. The provider is not told."),
        asks=[_NOTE],
        when=lambda order: order.status not in _OVER,
    )
    async def cancel(self, request: Request, pk: int, given: Given) -> None:
        await orders.cancel_order(staff_of(request), order_id=pk, note=given.text("note"))

    @act(
        "refund",
        _("Refund"),
        needs=Permission.REFUND_ORDERS,
        icon="fa-solid fa-rotate-left",
        question=_("All that is left of the charge is given back."),
        asks=[_NOTE],
        when=lambda order: order.status not in _OVER,
    )
    async def refund(self, request: Request, pk: int, given: Given) -> None:
        await orders.refund_order(staff_of(request), order_id=pk, note=given.text("note"))

    @act("note", _("Remark"), needs=Permission.NOTE_ORDERS, icon="fa-solid fa-note-sticky", asks=[_NOTE])
    async def note(self, request: Request, pk: int, given: Given) -> None:
        await orders.note_order(staff_of(request), order_id=pk, note=given.text("note"))


async def _history(_request: Request, order: Order) -> dict[str, Any]:
    events = await OrderEvent.filter(order_id=order.id).order_by("id")
    return {
        "columns": [_("At"), _("By"), _("State"), _("Remark"), _("For staff")],
        "rows": [
            [
                language.moment(event.created_at),
                labels.label(event.actor),
                labels.label(event.to_status),
                event.note or "",
                event.staff_note or "",
            ]
            for event in events
        ],
    }
