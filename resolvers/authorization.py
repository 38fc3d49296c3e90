"""Refusing what somebody has no right to, with a line in the security log."""

from typing import NoReturn

from domain.problems import Forbidden
from observability import security_log
from observability.security_log import SecurityEvent


def raise_forbidden(user_id: int, *, permission: str, owner_id: int | None = None) -> NoReturn:
    """Record that `user_id` lacks `permission`, and refuse.

    `owner_id` is whose record or account was tried, where that is not their own.

    Raises:
        Forbidden: always.
    """
    concerned = user_id if owner_id is None else owner_id
    actor_id = None if concerned == user_id else user_id
    security_log.record(
        SecurityEvent.PERMISSION_REFUSED, user_id=concerned, actor_id=actor_id, permission=permission
    )
    raise Forbidden
