"""Gifts that users won."""

from models import User, UserGift


async def list_gifts(user: User) -> list[UserGift]:
    """The user's gifts, oldest first, with `gift` and `gift.service` loaded; used and expired ones too."""
    return await UserGift.filter(user_id=user.id).select_related("gift__service").order_by("id")
