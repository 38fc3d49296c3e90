"""The session behind a page, and its permissions."""

from starlette.requests import Request

from domain import permissions
from domain.permissions import Permission
from domain.roles import UserRole
from observability import security_log
from observability.security_log import SecurityEvent
from resolvers.sessions import Session


def store_session(request: Request, viewer: Session, *, is_confirmed: bool) -> None:
    """Store the request's session, and whether it has a fresh proof."""
    request.state.viewer = viewer
    request.state.is_confirmed = is_confirmed


def get_session(request: Request) -> Session | None:
    """The request's session; None if no member of staff is signed in."""
    viewer: Session | None = getattr(request.state, "viewer", None)
    return viewer


def get_staff_session(request: Request) -> Session:
    """The session of the member of staff who sent the request."""
    viewer = get_session(request)
    if viewer is None:
        raise LookupError("only pages for which one has to sign in ask who works on them")
    return viewer


def has_permission(request: Request, permission: Permission) -> bool:
    """Whether the sender's role has the permission; the operation checks it again."""
    viewer = get_session(request)
    if viewer is None or viewer.lacks_totp:
        return False
    return permissions.has_permission(viewer.user.role, permission)


def record_refusal(request: Request, *, permission: str) -> None:
    """Write to the security log that the sender lacks a permission."""
    security_log.record(
        SecurityEvent.PERMISSION_REFUSED, user_id=get_staff_session(request).user.id, permission=permission
    )


def requires_code(request: Request, permission: Permission) -> bool:
    """Whether an action with this permission would require a fresh code now."""
    return permission in permissions.FRESH_PROOF_REQUIRED and not request.state.is_confirmed


def is_staff(role: UserRole) -> bool:
    """Whether users of this role may use the pages at all."""
    return bool(permissions.ROLE_PERMISSIONS[role])
