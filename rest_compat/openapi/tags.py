"""The sections of the documentation: OpenAPI's tags, in display order."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Group:
    """A section. A route belongs to the group with the longest matching prefix in `paths`."""

    name: str
    about: str
    paths: tuple[str, ...]


GROUPS = (
    Group(
        "Signing in",
        "A code by SMS is exchanged for a token, which goes into the Authorization header of other requests.",
        ("/v1/login",),
    ),
    Group("Profile", "The user whom the token identifies.", ("/v1/user",)),
    Group("Notifications", "Messages from the shop to the user.", ("/v1/user/notifications",)),
    Group("Tickets", "Conversations with the shop's staff.", ("/v1/user/tickets",)),
    Group("Payments", "Topping up the wallet through a payment gateway.", ("/v1/user/payment",)),
    Group(
        "Statistics", "The most active users and the most popular services. Needs no token.", ("/v1/stats",)
    ),
    Group("Catalogue", "What can be ordered. Needs no token.", ("/v1/services", "/v1/categories")),
    Group("Orders", "Paid from the wallet, delivered by the worker.", ("/v1/order",)),
    Group(
        "Gifts",
        "Free credit, the wheel of fortune and the gifts won on it.",
        ("/v1/user/freecredit", "/v1/user/wof", "/v1/user/gifts"),
    ),
    # Last: running all routes in order needs the token until here.
    Group("Signing out", "Revoking a token.", ("/v1/logout",)),
)


def get_group(path: str) -> Group:
    """The group of a path below /api."""
    return max(GROUPS, key=lambda group: _get_match_length(group, path))


def build_tags() -> list[Mapping[str, str]]:
    """The groups as OpenAPI's `tags`."""
    return [{"name": group.name, "description": group.about} for group in GROUPS]


def _get_match_length(group: Group, path: str) -> int:
    return max((len(start) for start in group.paths if path.startswith(start)), default=0)
