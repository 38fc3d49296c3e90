"""Gifts that users won."""

from datetime import datetime
from typing import Self

import strawberry

from models import Gift as GiftRow
from models import UserGift as UserGiftRow
from resolvers import gifts
from schema.context import Info
from schema.fields import resolved
from schema.node import Node, global_id
from schema.scalars import Count
from schema.service import Service


@strawberry.type(description="A service that the wheel of fortune gives away.")
class Gift:
    """What may be won."""

    id: strawberry.ID = strawberry.field(description="Global id; opaque to clients.")
    min: Count = strawberry.field(description="The smallest quantity that may be won, in units.")
    max: Count = strawberry.field(description="The largest quantity that may be won, in units.")
    service: Service = strawberry.field(description="What is given.")

    @classmethod
    def from_model(cls, row: GiftRow) -> Self:
        return cls(
            id=global_id("Gift", row.id),
            min=Count(row.min_quantity),
            max=Count(row.max_quantity),
            service=Service.from_model(row.service),
        )


@strawberry.type(description="A gift that the viewer won; usable once, until it expires.")
class UserGift(Node):
    """A prize."""

    gift: Gift = strawberry.field(description="What it is drawn from.")
    quantity: Count = strawberry.field(description="Units won.")
    used: bool = strawberry.field(description="Whether it was used.")
    link: str | None = strawberry.field(description="What it was used for; null while unused.")
    created_at: datetime = strawberry.field(description="When it was won.")
    expires_at: datetime = strawberry.field(description="It cannot be used from then on.")

    @classmethod
    def from_model(cls, row: UserGiftRow) -> Self:
        return cls(
            id=global_id("UserGift", row.id),
            gift=Gift.from_model(row.gift),
            quantity=Count(row.quantity),
            used=row.is_used,
            link=row.link,
            created_at=row.created_at,
            expires_at=row.expires_at,
        )

    @classmethod
    async def find(cls, info: Info, key: int) -> Self | None:
        rows = await gifts.list_gifts(info.context.user)
        return next((cls.from_model(row) for row in rows if row.id == key), None)


@strawberry.type
class GiftQuery:
    """Reading one's own gifts."""

    @resolved(description="The viewer's gifts, oldest first; used and expired ones too. Needs a user.")
    async def gifts(self, info: Info) -> list[UserGift]:
        return [UserGift.from_model(row) for row in await gifts.list_gifts(info.context.user)]
