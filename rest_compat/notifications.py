"""user/notifications."""

from starlette.requests import Request

from asgi.answers import Answer
from resolvers import notifications
from resolvers.sessions import SignedIn
from rest_compat import shapes


async def list_all(_request: Request, viewer: SignedIn) -> Answer:
    """GET user/notifications."""
    return Answer(shapes.notification_list(await notifications.list_notifications(viewer.user)))


async def list_unread(_request: Request, viewer: SignedIn) -> Answer:
    """GET user/notifications/unread."""
    unread = await notifications.list_notifications(viewer.user, unread_only=True)
    return Answer(shapes.unread_notification_list(unread))


async def mark_read(_request: Request, viewer: SignedIn) -> Answer:
    """POST user/notifications."""
    await notifications.mark_notifications_read(viewer.user)
    return Answer(shapes.notifications_marked_read())
