"""Gifts that users won."""

from datetime import datetime
from typing import Annotated, Self

import strawberry

from engine.executor.hints import FieldHints
from models import Gift as GiftRow
from models import UserGift as UserGiftRow
from resolvers import gifts, wheel
from resolvers.gifts import GiftFilter
from schema.arguments import IdempotencyKey
from schema.context import Info
from schema.enums import Direction, GiftOrderField
from schema.fields import View, column
from schema.filters import DateTimeRange, Sorting, Where
from schema.node import Node, id_field, parse_id
from schema.order import Order
from schema.problem_unions import MONEY_MUTATION_COST, mutation_field
from schema.scalars import Count
from schema.service import Service


@strawberry.type(description="A prize on the wheel of fortune.")
class Gift(Node, View[GiftRow]):
    """What may be won."""

    id: strawberry.ID = id_field("Gift")
    min: Count = column("min_quantity", description="The smallest quantity that can be won, in units.")
    max: Count = column("max_quantity", description="The largest quantity that can be won, in units.")
    is_active: bool = column("is_active", description="Whether it can still be won.")
    created_at: datetime = column("created_at", description="When it was added.")
    updated_at: datetime = column("updated_at", description="When it was last updated.")
    service: Service = strawberry.field(
        resolver=lambda self: Service.from_model(self.row.service),
        description="The service that is given away.",
        metadata=FieldHints(is_pure=True).metadata,
    )

    @classmethod
    async def find(cls, info: Info, key: int) -> Self | None:
        found = await gifts.get_gift(info.context.user, gift_id=key)
        return cls.from_model(found) if found else None


@strawberry.type(description="A gift that the viewer won, which can be used once before it expires.")
class UserGift(Node, View[UserGiftRow]):
    """A prize."""

    id: strawberry.ID = id_field("UserGift")
    gift: Gift = strawberry.field(
        resolver=lambda self: Gift.from_model(self.row.gift),
        description="The prize it was drawn from.",
        metadata=FieldHints(is_pure=True).metadata,
    )
    quantity: Count = column("quantity", description="The number of units won.")
    used: bool = column("is_used", description="Whether it was used.")
    link: str | None = column("link", description="The link it was used for; null while unused.")
    created_at: datetime = column("created_at", description="When it was won.")
    updated_at: datetime = column("updated_at", description="When it was last updated.")
    expires_at: datetime = column("expires_at", description="When it expires.")

    @strawberry.field(description="The order that was placed with it; null while unused.")
    async def order(self, info: Info) -> Order | None:
        if self.row.order_id is None:
            return None
        return Order.from_model(await info.context.loaders.order.load(self.row.order_id))

    @classmethod
    async def find(cls, info: Info, key: int) -> Self | None:
        found = await gifts.get_user_gift(info.context.user, user_gift_id=key)
        return cls.from_model(found) if found else None


@strawberry.input(description="Filter for gifts. Omitted or null criteria are ignored.")
class GiftWhere(Where[GiftFilter]):
    used: bool | None = strawberry.field(default=None, description="Filter by whether it was used.")
    expires_at: DateTimeRange | None = strawberry.field(
        default=None, description="Filter by expiry time, bounds included."
    )


@strawberry.input(description="Sort order for won gifts.")
class GiftOrder(Sorting[GiftOrderField]):
    pass


@strawberry.type
class GiftQuery:
    @strawberry.field(
        description="The viewer's gifts, including used and expired ones, oldest first by default. Requires "
        "authentication."
    )
    async def gifts(
        self,
        info: Info,
        where: Annotated[
            GiftWhere | None, strawberry.argument(description="For example, `{used: false}`.")
        ] = None,
        order_by: Annotated[
            GiftOrder | None,
            strawberry.argument(description="For example, `{field: EXPIRES_AT, direction: ASC}`."),
        ] = None,
    ) -> list[UserGift]:
        order = order_by or GiftOrder(field=GiftOrderField.ID, direction=Direction.ASC)
        rows = await gifts.list_gifts(
            info.context.user,
            where=(where or GiftWhere()).to_filter(),
            order_by=order.field,
            direction=order.direction,
        )
        return [UserGift.from_model(row) for row in rows]


@strawberry.type
class GiftMutation:
    @mutation_field(
        wheel.spin_wheel,
        cost=MONEY_MUTATION_COST,
        description="Spin the wheel of fortune and win a gift, usable for 24 hours. Requires authentication.",
    )
    async def spin_wheel(self, info: Info, idempotency_key: IdempotencyKey = None) -> UserGift:
        row = await wheel.spin_wheel(info.context.app, info.context.user, idempotency_key=idempotency_key)
        return UserGift.from_model(row)

    @mutation_field(
        gifts.use_gift,
        cost=MONEY_MUTATION_COST,
        description="Redeem a gift by placing a free order for its service. Requires authentication.",
    )
    async def use_gift(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Global id of a `UserGift`.")],  # noqa: A002 - Relay's name
        link: Annotated[str, strawberry.argument(description="An http(s) URL or a username.")],
        idempotency_key: IdempotencyKey = None,
    ) -> Order:
        row = await gifts.use_gift(
            info.context.user,
            user_gift_id=parse_id(id, "UserGift", field="id"),
            link=link,
            idempotency_key=idempotency_key,
        )
        return Order.from_model(row)
