"""Who works on the pages, and what they may do."""

from starlette.requests import Request

from domain import permissions
from domain.permissions import Permission
from domain.roles import UserRole
from models import User
from resolvers.sessions import SignedIn


def remember(request: Request, viewer: SignedIn) -> None:
    """Note who sent the request."""
    request.state.viewer = viewer


def viewer_of(request: Request) -> SignedIn | None:
    """The session of the request; None where nobody of staff is signed in."""
    viewer: SignedIn | None = getattr(request.state, "viewer", None)
    return viewer


def staff_of(request: Request) -> User:
    """The member of staff who sent the request."""
    viewer = viewer_of(request)
    if viewer is None:
        raise LookupError("only pages for which one has to sign in ask who works on them")
    return viewer.user


def may(request: Request, permission: Permission) -> bool:
    """Whether the role of whoever sent the request has the permission; the operation asks once more."""
    viewer = viewer_of(request)
    return viewer is not None and permissions.allows(viewer.user.role, permission)


def is_staff(role: UserRole) -> bool:
    """Whether the pages are for users of this role at all."""
    return bool(permissions.GRANTED[role])
