from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette_admin.fields import BaseField
from starlette_admin.i18n import lazy_gettext as _

from admin import fields, labels, language
from admin.actions import FormData, FormField, record_action
from admin.authorization import get_staff_session
from admin.views.base import StaffView
from domain.order_state_machine import Dispatch
from domain.order_status import OrderSource, OrderStatus
from domain.permissions import Permission
from models import Order
from resolvers.orders import get_events_by_order
from resolvers.staff import orders

_NOTE_FIELD = FormField(name="note", label=_("Note, visible to the buyer"), rows=2)
_HELD = (OrderStatus.ERROR, OrderStatus.AWAITING)
_OVER = (OrderStatus.CANCELED, OrderStatus.REFUNDED)
_SETTABLE_STATUSES = (
    OrderStatus.PROCESSING,
    OrderStatus.INPROGRESS,
    OrderStatus.COMPLETED,
    OrderStatus.AWAITING,
    OrderStatus.ERROR,
)


class OrderView(StaffView):
    """All users' orders."""

    of = Order
    key = "orders"
    icon = "fa-solid fa-cart-shopping"
    menu_label = _("Orders")
    display_name = _("Order")
    read_permission = Permission.READ_ORDERS
    searched_columns = ("link",)
    sortable_fields = ("id", "charge", "quantity", "created_at", "updated_at")

    def columns(self) -> Sequence[BaseField]:
        return [
            fields.number_field(),
            fields.relation_field("user", _("Buyer"), "users"),
            fields.relation_field("service", _("Service"), "services"),
            fields.choice_field("status", _("State"), OrderStatus),
            fields.count_field("quantity", _("Quantity")),
            fields.amount_field("charge", _("Charge")),
            fields.text_field("link", _("Link")),
            fields.amount_field("refunded", _("Amount refunded"), exclude_from_list=True),
            fields.choice_field("dispatch", _("Delivery"), Dispatch, exclude_from_list=True),
            fields.count_field("start_count", _("Start count"), exclude_from_list=True),
            fields.count_field("remains", _("Remains"), exclude_from_list=True),
            fields.relation_field("provider", _("Provider"), "providers", exclude_from_list=True),
            fields.text_field("provider_order_id", _("Number at the provider"), exclude_from_list=True),
            fields.choice_field("source", _("Channel"), OrderSource, exclude_from_list=True),
            fields.long_text_field("comments", _("Comments")),
            fields.long_text_field("note", _("Note")),
            fields.long_text_field("staff_note", _("For staff")),
            fields.datetime_field("created_at", _("Placed at")),
            fields.datetime_field("updated_at", _("Changed at"), exclude_from_list=True),
            fields.block_field("history", _("History"), "table", _serialize_history),
        ]

    @record_action(
        "status",
        _("Set the status"),
        permission=Permission.CHANGE_ORDERS,
        icon="fa-solid fa-flag",
        confirmation=_("Does not move money. A queued order is taken out of the queue."),
        form_fields=[
            FormField(
                name="status",
                label=_("State"),
                choices=[(status.value, labels.to_label(status)) for status in _SETTABLE_STATUSES],
                value=lambda order: order.status.value,
            ),
            _NOTE_FIELD,
        ],
        is_available=lambda order: order.status not in _OVER,
    )
    async def set_status(self, request: Request, pk: int, form: FormData) -> None:
        status = form.get_choice("status", OrderStatus)
        await orders.set_order_status(
            get_staff_session(request), order_id=pk, status=status, note=form.get_text("note")
        )

    @record_action(
        "resend",
        _("Send again"),
        permission=Permission.RESEND_ORDERS,
        icon="fa-solid fa-paper-plane",
        form_fields=[
            FormField(
                name="looked",
                label=_("I checked the provider's panel: the order is not there"),
                kind="checkbox",
            )
        ],
        is_available=lambda order: order.status in _HELD,
    )
    async def resend(self, request: Request, pk: int, form: FormData) -> None:
        await orders.resend_order(
            get_staff_session(request), order_id=pk, is_not_at_provider=form.is_checked("looked")
        )

    @record_action(
        "partial",
        _("Partially delivered"),
        permission=Permission.REFUND_ORDERS,
        icon="fa-solid fa-chart-pie",
        confirmation=_("The charge for the undelivered part is refunded."),
        form_fields=[
            FormField(
                name="remains",
                label=_("Not delivered"),
                kind="number",
                value=lambda order: order.remains or "",
            ),
            _NOTE_FIELD,
        ],
        is_available=lambda order: order.status not in _OVER,
    )
    async def set_partial(self, request: Request, pk: int, form: FormData) -> None:
        await orders.set_order_partial(
            get_staff_session(request),
            order_id=pk,
            remains=form.get_integer("remains"),
            note=form.get_text("note"),
        )

    @record_action(
        "cancel",
        _("Cancel the order"),
        permission=Permission.REFUND_ORDERS,
        icon="fa-solid fa-xmark",
        confirmation=_("The remaining charge is refunded. The provider is not notified."),
        form_fields=[_NOTE_FIELD],
        is_available=lambda order: order.status not in _OVER,
    )
    async def cancel(self, request: Request, pk: int, form: FormData) -> None:
        await orders.cancel_order(get_staff_session(request), order_id=pk, note=form.get_text("note"))

    @record_action(
        "refund",
        _("Refund"),
        permission=Permission.REFUND_ORDERS,
        icon="fa-solid fa-rotate-left",
        confirmation=_("The remaining charge is refunded."),
        form_fields=[_NOTE_FIELD],
        is_available=lambda order: order.status not in _OVER,
    )
    async def refund(self, request: Request, pk: int, form: FormData) -> None:
        await orders.refund_order(get_staff_session(request), order_id=pk, note=form.get_text("note"))

    @record_action(
        "note",
        _("Note"),
        permission=Permission.NOTE_ORDERS,
        icon="fa-solid fa-note-sticky",
        form_fields=[_NOTE_FIELD],
    )
    async def note(self, request: Request, pk: int, form: FormData) -> None:
        await orders.note_order(get_staff_session(request), order_id=pk, note=form.get_text("note"))


async def _serialize_history(_request: Request, order: Order) -> dict[str, Any]:
    events = (await get_events_by_order([order.id]))[order.id]
    return {
        "columns": [_("At"), _("By"), _("State"), _("Note"), _("For staff")],
        "rows": [
            [
                language.format_datetime(event.created_at),
                labels.to_label(event.actor),
                labels.to_label(event.to_status),
                event.note or "",
                event.staff_note or "",
            ]
            for event in events
        ],
    }
