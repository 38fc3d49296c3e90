"""Legacy responses about notifications."""

from collections.abc import Sequence

from models import Notification
from rest_compat.serializers.timestamps import to_unix, to_unix_or_none
from web.responses import Body


def notification_list(rows: Sequence[Notification]) -> Body:
    """GET user/notifications."""
    return {
        "status": 200,
        "notifications": [{**_notification(row), "read_at": to_unix_or_none(row.read_at)} for row in rows],
    }


def unread_notification_list(rows: Sequence[Notification]) -> Body:
    """GET user/notifications/unread."""
    return {"status": 200, "notifications": [_notification(row) for row in rows]}


def notifications_marked_read() -> Body:
    """POST user/notifications."""
    return {"message": "اطلاع رسانی ها با موفقیت پاک شدند", "status": 200}


def _notification(notification: Notification) -> Body:
    return {
        "id": str(notification.id),
        "message": notification.message,
        "created_at": to_unix(notification.created_at),
    }
