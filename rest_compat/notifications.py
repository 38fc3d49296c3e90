"""user/notifications."""

from starlette.requests import Request
from starlette.responses import Response

from resolvers import notifications
from resolvers.sessions import Session
from rest_compat.lists import respond_with_list
from rest_compat.serializers import notifications as serializers
from web.responses import NoStoreJSONResponse


async def list_all(_request: Request, viewer: Session) -> Response:
    """GET user/notifications."""
    return respond_with_list(
        await notifications.list_notifications(viewer.user),
        serializers.notification_list,
        empty=[],
        read_next=lambda part: notifications.list_notifications(viewer.user, after=part[-1]),
    )


async def list_unread(_request: Request, viewer: Session) -> Response:
    """GET user/notifications/unread."""
    return respond_with_list(
        await notifications.list_notifications(viewer.user, unread_only=True),
        serializers.unread_notification_list,
        empty=[],
        read_next=lambda part: notifications.list_notifications(
            viewer.user, unread_only=True, after=part[-1]
        ),
    )


async def mark_read(_request: Request, viewer: Session) -> NoStoreJSONResponse:
    """POST user/notifications."""
    await notifications.mark_notifications_read(viewer.user)
    return NoStoreJSONResponse(serializers.notifications_marked_read())
