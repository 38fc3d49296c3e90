"""Refusing unauthorized requests and writing them to the security log."""

from typing import NoReturn

from domain.problems import Forbidden
from observability import security_log
from observability.security_log import SecurityEvent


def raise_forbidden(user_id: int, *, permission: str, owner_id: int | None = None) -> NoReturn:
    """Log that `user_id` lacks `permission`, and raise Forbidden.

    `owner_id` is the owner of the record or account, if it is another user.

    Raises:
        Forbidden: always.
    """
    concerned = user_id if owner_id is None else owner_id
    actor_id = None if concerned == user_id else user_id
    security_log.record(
        SecurityEvent.PERMISSION_REFUSED, user_id=concerned, actor_id=actor_id, permission=permission
    )
    raise Forbidden
