"""Gifts that users won."""

from datetime import datetime
from typing import Annotated, Self

import strawberry

from models import Gift as GiftRow
from models import UserGift as UserGiftRow
from resolvers import gifts, wheel
from schema.arguments import IdempotencyKey
from schema.context import Info
from schema.fields import resolved
from schema.node import Node, global_id, parse_id
from schema.order import Order
from schema.problems import mutation
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
            service=Service.show(row.service),
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


@strawberry.type
class GiftMutation:
    """Winning gifts and using them."""

    @mutation(
        wheel.spin_wheel,
        description="Turn the wheel of fortune and win a gift, usable for 24 hours. Needs a user.",
    )
    async def spin_wheel(self, info: Info, idempotency_key: IdempotencyKey = None) -> UserGift:
        row = await wheel.spin_wheel(info.context.shop, info.context.user, idempotency_key=idempotency_key)
        return UserGift.from_model(row)

    @mutation(
        gifts.use_gift, description="Order a won gift's service, for nothing, with the gift. Needs a user."
    )
    async def use_gift(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Global id of a `UserGift`.")],  # noqa: A002 - Relay's name
        link: Annotated[str, strawberry.argument(description="An http(s) address or the name of a page.")],
        idempotency_key: IdempotencyKey = None,
    ) -> Order:
        row = await gifts.use_gift(
            info.context.user,
            user_gift_id=parse_id(id, "UserGift", field="id"),
            link=link,
            idempotency_key=idempotency_key,
        )
        return Order.show(row)
