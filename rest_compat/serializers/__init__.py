"""Every legacy response, key by key, in the reference's order.

Money is whole Toman, times are Unix seconds, flags are 0 or 1.
"""

from rest_compat.serializers.catalogue import category_list, service_list
from rest_compat.serializers.gifts import gift_list, gift_won
from rest_compat.serializers.notifications import (
    notification_list,
    notifications_marked_read,
    unread_notification_list,
)
from rest_compat.serializers.orders import (
    ORDER_LIST_COLUMNS,
    gift_order_created,
    order_created,
    order_detail,
    order_list,
)
from rest_compat.serializers.payments import free_credit_claimed, payment_started
from rest_compat.serializers.stats import top_services, top_users
from rest_compat.serializers.tickets import (
    ticket_created,
    ticket_list,
    ticket_message_created,
    ticket_with_messages,
)
from rest_compat.serializers.users import login_code_sent, profile, signed_in, signed_out

__all__ = [
    "ORDER_LIST_COLUMNS",
    "category_list",
    "free_credit_claimed",
    "gift_list",
    "gift_order_created",
    "gift_won",
    "login_code_sent",
    "notification_list",
    "notifications_marked_read",
    "order_created",
    "order_detail",
    "order_list",
    "payment_started",
    "profile",
    "service_list",
    "signed_in",
    "signed_out",
    "ticket_created",
    "ticket_list",
    "ticket_message_created",
    "ticket_with_messages",
    "top_services",
    "top_users",
    "unread_notification_list",
]
