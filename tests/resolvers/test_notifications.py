"""A user's notifications."""

from datetime import timedelta
from uuid import uuid4

import pytest

from models import Notification
from resolvers import notifications
from resolvers.notifications import NotificationFilter
from resolvers.pagination import PageRequest
from tests.fakes import TIMESTAMP, create_user
from tests.resolvers.factories import create_notification

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("db")]
HOUR = timedelta(hours=1)


async def test_list_notifications_gives_the_users_own_newest_first() -> None:
    user = await create_user()
    middle = await create_notification(user, created_at=TIMESTAMP + HOUR)
    newest = await create_notification(user, created_at=TIMESTAMP + 2 * HOUR)
    oldest = await create_notification(user, created_at=TIMESTAMP, read_at=TIMESTAMP)
    await create_notification(await create_user())

    found = await notifications.list_notifications(user)

    assert [notification.id for notification in found] == [newest.id, middle.id, oldest.id]


async def test_unread_only_omits_read_notifications() -> None:
    user = await create_user()
    await create_notification(user, read_at=TIMESTAMP)
    unread = await create_notification(user)

    found = await notifications.list_notifications(user, unread_only=True)
    page = await notifications.get_notifications_page(
        user, page=PageRequest(), where=NotificationFilter(), unread_only=True
    )

    assert [notification.id for notification in found] == [unread.id]
    assert [notification.id for notification in page.nodes] == [unread.id]
    assert await page.total_count() == 1


async def test_marking_all_read_counts_the_unread_and_leaves_other_users_alone() -> None:
    user, other = await create_user(), await create_user()
    for _ in range(2):
        await create_notification(user)
    await create_notification(user, read_at=TIMESTAMP)
    await create_notification(other)

    assert await notifications.mark_notifications_read(user) == 2
    assert await notifications.mark_notifications_read(user) == 0

    assert await Notification.filter(user=user, read_at=None).count() == 0
    assert await Notification.filter(user=other, read_at=None).count() == 1
    assert await Notification.filter(user=user, read_at=TIMESTAMP).count() == 1


async def test_marking_some_read_leaves_the_others_unread() -> None:
    user = await create_user()
    reported, untold = await create_notification(user), await create_notification(user)

    assert await notifications.mark_notifications_read(user, ids=[reported.id, reported.id, uuid4()]) == 1

    read_at = (await Notification.get(id=reported.id)).read_at
    assert read_at is not None
    assert read_at.microsecond == 0
    assert (await Notification.get(id=untold.id)).read_at is None


async def test_marking_none_marks_none() -> None:
    user = await create_user()
    await create_notification(user)

    assert await notifications.mark_notifications_read(user, ids=[]) == 0


async def test_a_notification_of_another_user_cannot_be_marked() -> None:
    theirs = await create_notification(await create_user())

    assert await notifications.mark_notifications_read(await create_user(), ids=[theirs.id]) == 0

    assert (await Notification.get(id=theirs.id)).read_at is None
