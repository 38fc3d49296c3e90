"""Strawberry and Tortoise as their tutorials have them: types over models, a DataLoader a relation.

CACHED=1 adds Strawberry's own caches of parsing and of validation.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

import strawberry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from strawberry.asgi import GraphQL
from strawberry.dataloader import DataLoader
from strawberry.extensions import ParserCache, ValidationCache
from tortoise import Tortoise, fields, timezone
from tortoise.expressions import F
from tortoise.models import Model
from tortoise.transactions import in_transaction


class CategoryRow(Model):
    id = fields.IntField(primary_key=True)
    name = fields.CharField(200)
    position = fields.IntField()

    class Meta:
        table = "categories"


class ServiceRow(Model):
    id = fields.IntField(primary_key=True)
    category_id = fields.IntField()
    name = fields.CharField(300)
    description = fields.TextField()
    price = fields.BigIntField()
    min = fields.BigIntField(source_field="min_quantity")
    max = fields.BigIntField(source_field="max_quantity")
    type = fields.CharField(32)
    drip_feed = fields.BooleanField()
    is_active = fields.BooleanField()
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "services"


class UserRow(Model):
    id = fields.IntField(primary_key=True)
    balance = fields.BigIntField()

    class Meta:
        table = "users"


class OrderRow(Model):
    id = fields.IntField(primary_key=True)
    source = fields.CharField(16)
    user_id = fields.IntField()
    category_id = fields.IntField()
    service_id = fields.IntField()
    type = fields.CharField(32, source_field="service_type")
    provider_order_id = fields.CharField(64, null=True)
    link = fields.TextField()
    quantity = fields.BigIntField()
    username = fields.TextField(null=True)
    comments = fields.TextField(null=True)
    charge = fields.BigIntField()
    refunded = fields.BigIntField(default=0)
    status = fields.CharField(16, default="pending")
    start_count = fields.BigIntField(default=0)
    remains = fields.BigIntField(default=0)
    is_drip_feed = fields.BooleanField(default=False)
    runs = fields.IntField(default=0)
    interval = fields.IntField(default=0)
    drip_feed_quantity = fields.BigIntField(default=0)
    note = fields.TextField(null=True)
    is_imported = fields.BooleanField(default=False)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "orders"


@strawberry.type
class Category:
    id: int
    name: str
    position: int


@strawberry.type
class Service:
    id: int
    category_id: strawberry.Private[int]
    name: str
    description: str
    price: int
    min: int
    max: int
    type: str
    drip_feed: bool
    is_active: bool
    created_at: datetime
    updated_at: datetime

    @strawberry.field
    async def category(self, info: strawberry.Info) -> Category:
        return await info.context["categories"].load(self.category_id)


@strawberry.type
class Order:
    id: int
    category_id: strawberry.Private[int]
    service_id: strawberry.Private[int]
    status: str
    type: str
    source: str
    link: str
    quantity: int
    charge: int
    refunded: int
    start_count: int
    remains: int
    comments: str | None
    username: str | None
    note: str | None
    created_at: datetime
    updated_at: datetime

    @strawberry.field
    async def service(self, info: strawberry.Info) -> Service:
        return await info.context["services"].load(self.service_id)

    @strawberry.field
    async def category(self, info: strawberry.Info) -> Category:
        return await info.context["categories"].load(self.category_id)


@strawberry.input
class CreateOrderInput:
    user_id: int
    service_id: int
    link: str
    quantity: int


@strawberry.type
class Query:
    @strawberry.field
    async def services(self, first: int) -> list[Service]:
        return await ServiceRow.filter(is_active=True).order_by("id").limit(first)

    @strawberry.field
    async def orders(self, user_id: int, first: int) -> list[Order]:
        return await OrderRow.filter(user_id=user_id).order_by("-id").limit(first)


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def create_order(self, input: CreateOrderInput) -> Order:  # noqa: A002 - GraphQL's custom
        async with in_transaction():
            service = await ServiceRow.get(id=input.service_id, is_active=True)
            charge = -(-service.price * input.quantity // 1_000)
            payer = UserRow.filter(id=input.user_id, balance__gte=charge)
            if not await payer.update(balance=F("balance") - charge):
                raise ValueError("insufficient balance")
            return await OrderRow.create(
                source="graphql",
                user_id=input.user_id,
                category_id=service.category_id,
                service_id=service.id,
                type=service.type,
                link=input.link,
                quantity=input.quantity,
                charge=charge,
                created_at=timezone.now(),
                updated_at=timezone.now(),
            )


async def _categories(ids: list[int]) -> list[CategoryRow]:
    rows = await CategoryRow.in_bulk(ids, "id")
    return [rows[key] for key in ids]


async def _services(ids: list[int]) -> list[ServiceRow]:
    rows = await ServiceRow.in_bulk(ids, "id")
    return [rows[key] for key in ids]


class View(GraphQL):
    async def get_context(self, request: Request, response: Response) -> dict[str, DataLoader]:
        return {"categories": DataLoader(_categories), "services": DataLoader(_services)}


@asynccontextmanager
async def _lifespan(_: Starlette) -> AsyncIterator[None]:
    variables = {name: os.environ[f"PG{name}"] for name in ("USER", "HOST", "PORT", "DATABASE")}
    url = "asyncpg://{USER}@{HOST}:{PORT}/{DATABASE}?minsize=10&maxsize=10".format(**variables)
    await Tortoise.init(db_url=url, modules={"models": [__name__]}, use_tz=True, _enable_global_fallback=True)
    yield
    await Tortoise.close_connections()


_extensions = [ParserCache(maxsize=128), ValidationCache(maxsize=128)] if os.environ.get("CACHED") else []
_schema = strawberry.Schema(Query, Mutation, extensions=_extensions)
app = Starlette(routes=[Route("/graphql", View(_schema))], lifespan=_lifespan)
