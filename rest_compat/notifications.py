"""user/notifications."""

from starlette.requests import Request
from starlette.responses import Response

from asgi.answers import Answer
from resolvers import notifications
from resolvers.sessions import SignedIn
from rest_compat import shapes
from rest_compat.lists import answer_list


async def list_all(_request: Request, viewer: SignedIn) -> Response:
    """GET user/notifications."""
    return answer_list(
        await notifications.list_notifications(viewer.user),
        shapes.notification_list,
        empty=[],
        following=lambda part: notifications.list_notifications(viewer.user, after=part[-1]),
    )


async def list_unread(_request: Request, viewer: SignedIn) -> Response:
    """GET user/notifications/unread."""
    return answer_list(
        await notifications.list_notifications(viewer.user, unread_only=True),
        shapes.unread_notification_list,
        empty=[],
        following=lambda part: notifications.list_notifications(
            viewer.user, unread_only=True, after=part[-1]
        ),
    )


async def mark_read(_request: Request, viewer: SignedIn) -> Answer:
    """POST user/notifications."""
    await notifications.mark_notifications_read(viewer.user)
    return Answer(shapes.notifications_marked_read())
