"""Who works on the pages, and what they may do."""

from starlette.requests import Request

from domain import permissions
from domain.permissions import Permission
from domain.roles import UserRole
from observation import security_log
from observation.security_log import SecurityEvent
from resolvers.sessions import SignedIn


def remember(request: Request, viewer: SignedIn, *, is_confirmed: bool) -> None:
    """Note who sent the request, and whether their session has a fresh proof."""
    request.state.viewer = viewer
    request.state.is_confirmed = is_confirmed


def viewer_of(request: Request) -> SignedIn | None:
    """The session of the request; None where nobody of staff is signed in."""
    viewer: SignedIn | None = getattr(request.state, "viewer", None)
    return viewer


def staff_of(request: Request) -> SignedIn:
    """The session of the member of staff who sent the request."""
    viewer = viewer_of(request)
    if viewer is None:
        raise LookupError("only pages for which one has to sign in ask who works on them")
    return viewer


def may(request: Request, permission: Permission) -> bool:
    """Whether the role of whoever sent the request has the permission; the operation asks once more."""
    viewer = viewer_of(request)
    if viewer is None or viewer.lacks_totp:
        return False
    return permissions.allows(viewer.user.role, permission)


def record_refusal(request: Request, *, permission: str) -> None:
    """Enter into the security log that who sent the request lacks a permission."""
    security_log.record(
        SecurityEvent.PERMISSION_REFUSED, user_id=staff_of(request).user.id, permission=permission
    )


def needs_code(request: Request, permission: Permission) -> bool:
    """Whether an act that needs the permission would ask for a fresh code now."""
    return permission in permissions.NEED_FRESH_PROOF and not request.state.is_confirmed


def is_staff(role: UserRole) -> bool:
    """Whether the pages are for users of this role at all."""
    return bool(permissions.GRANTED[role])
