"""FastAPI, Pydantic and SQLAlchemy as their tutorials have them, over REST."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel
from sqlalchemy import DateTime, ForeignKey, select, update
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, selectinload


class Row(DeclarativeBase):
    type_annotation_map = {datetime: DateTime(timezone=True)}


class CategoryRow(Row):
    __tablename__ = "categories"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    position: Mapped[int]


class ServiceRow(Row):
    __tablename__ = "services"

    id: Mapped[int] = mapped_column(primary_key=True)
    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id"))
    name: Mapped[str]
    description: Mapped[str]
    price: Mapped[int]
    min: Mapped[int] = mapped_column("min_quantity")
    max: Mapped[int] = mapped_column("max_quantity")
    type: Mapped[str]
    drip_feed: Mapped[bool]
    is_active: Mapped[bool]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    category: Mapped[CategoryRow] = relationship()


class UserRow(Row):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    balance: Mapped[int]


class OrderRow(Row):
    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    legacy_key: Mapped[str | None]
    source: Mapped[str]
    user_id: Mapped[int]
    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id"))
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"))
    type: Mapped[str] = mapped_column("service_type")
    provider_id: Mapped[int | None]
    provider_service_id: Mapped[str | None]
    provider_order_id: Mapped[str | None]
    link: Mapped[str]
    quantity: Mapped[int]
    usernames: Mapped[str | None]
    username: Mapped[str | None]
    hashtags: Mapped[str | None]
    hashtag: Mapped[str | None]
    media: Mapped[str | None]
    comments: Mapped[str | None]
    subscription_posts: Mapped[int | None]
    subscription_min: Mapped[int | None]
    subscription_max: Mapped[int | None]
    subscription_delay: Mapped[int | None]
    subscription_expiry: Mapped[str | None]
    subscription_response_orders: Mapped[str | None]
    subscription_response_posts: Mapped[int | None]
    subscription_status: Mapped[str | None]
    charge: Mapped[int]
    refunded: Mapped[int] = mapped_column(default=0)
    status: Mapped[str] = mapped_column(default="pending")
    start_count: Mapped[int] = mapped_column(default=0)
    remains: Mapped[int] = mapped_column(default=0)
    is_drip_feed: Mapped[bool] = mapped_column(default=False)
    runs: Mapped[int] = mapped_column(default=0)
    interval: Mapped[int] = mapped_column(default=0)
    drip_feed_quantity: Mapped[int] = mapped_column(default=0)
    note: Mapped[str | None]
    is_imported: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    service: Mapped[ServiceRow] = relationship()
    category: Mapped[CategoryRow] = relationship()


class ApiModel(BaseModel):
    model_config = ConfigDict(from_attributes=True, alias_generator=to_camel, populate_by_name=True)


class CategoryName(ApiModel):
    id: int
    name: str


class Category(CategoryName):
    position: int


class ServiceName(ApiModel):
    id: int
    name: str
    price: int


class Service(ServiceName):
    description: str
    min: int
    max: int
    type: str
    drip_feed: bool
    is_active: bool
    created_at: datetime
    updated_at: datetime
    category: Category


class PlacedOrder(ApiModel):
    id: int
    status: str
    type: str
    source: str
    link: str
    quantity: int
    charge: int
    remains: int
    created_at: datetime


class Order(PlacedOrder):
    refunded: int
    start_count: int
    comments: str | None
    username: str | None
    note: str | None
    updated_at: datetime
    service: ServiceName
    category: CategoryName


class CreateOrder(ApiModel):
    user_id: int
    service_id: int
    link: str
    quantity: int


UnixSeconds = Annotated[int, BeforeValidator(lambda timestamp: int(timestamp.timestamp()))]
Digits = Annotated[str, BeforeValidator(str)]
Source = Annotated[str, BeforeValidator(lambda source: source if source in ("direct", "api") else "")]


class LegacyOrder(BaseModel):
    """The legacy app's order: its own names, unix seconds, 0 and 1 for truth."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    ids: str | None = Field(validation_alias="legacy_key")
    type: Source = Field(validation_alias="source")
    cate_id: int = Field(validation_alias="category_id")
    service_id: int
    service_type: str = Field(validation_alias="type")
    api_provider_id: int | None = Field(validation_alias="provider_id")
    api_service_id: str | None = Field(validation_alias="provider_service_id")
    api_order_id: Annotated[int, BeforeValidator(lambda number: int(number or 0))] = Field(
        validation_alias="provider_order_id"
    )
    uid: int = Field(validation_alias="user_id")
    link: str
    quantity: int
    usernames: str | None
    username: str | None
    hashtags: str | None
    hashtag: str | None
    media: str | None
    comments: str | None
    sub_posts: int | None = Field(validation_alias="subscription_posts")
    sub_min: int | None = Field(validation_alias="subscription_min")
    sub_max: int | None = Field(validation_alias="subscription_max")
    sub_delay: int | None = Field(validation_alias="subscription_delay")
    sub_expiry: str | None = Field(validation_alias="subscription_expiry")
    sub_response_orders: str | None = Field(validation_alias="subscription_response_orders")
    sub_response_posts: int | None = Field(validation_alias="subscription_response_posts")
    sub_status: str | None = Field(validation_alias="subscription_status")
    charge: int
    status: str
    start_counter: int = Field(validation_alias="start_count")
    remains: Digits
    is_drip_feed: int
    runs: int
    interval: int
    dripfeed_quantity: int = Field(validation_alias="drip_feed_quantity")
    note: str | None
    changed: UnixSeconds = Field(validation_alias="updated_at")
    created: UnixSeconds = Field(validation_alias="created_at")


class LegacyOrders(BaseModel):
    status: int
    orders: list[LegacyOrder]


# asyncpg reads libpq's variables.
_engine = create_async_engine(URL.create("postgresql+asyncpg"), pool_size=10, max_overflow=0)
_sessions = async_sessionmaker(_engine, expire_on_commit=False)
app = FastAPI()


@app.get("/services", response_model=list[Service])
async def services(first: int) -> Sequence[ServiceRow]:
    on_sale = select(ServiceRow).where(ServiceRow.is_active).order_by(ServiceRow.id).limit(first)
    async with _sessions() as session:
        return (await session.scalars(on_sale.options(selectinload(ServiceRow.category)))).all()


@app.get("/orders", response_model=list[Order])
async def orders(user_id: int, first: int) -> Sequence[OrderRow]:
    latest = select(OrderRow).where(OrderRow.user_id == user_id).order_by(OrderRow.id.desc()).limit(first)
    related = (
        selectinload(OrderRow.service).load_only(ServiceRow.name, ServiceRow.price),
        selectinload(OrderRow.category).load_only(CategoryRow.name),
    )
    async with _sessions() as session:
        return (await session.scalars(latest.options(*related))).all()


@app.get("/order", response_model=LegacyOrders)
async def legacy_orders(user_id: int) -> dict[str, object]:
    latest = select(OrderRow).where(OrderRow.user_id == user_id).order_by(OrderRow.id.desc())
    async with _sessions() as session:
        return {"status": 200, "orders": (await session.scalars(latest)).all()}


@app.post("/orders", response_model=PlacedOrder)
async def create_order(order: CreateOrder) -> OrderRow:
    async with _sessions() as session, session.begin():
        on_sale = select(ServiceRow).where(ServiceRow.id == order.service_id, ServiceRow.is_active)
        service = (await session.scalars(on_sale)).one()
        charge = -(-service.price * order.quantity // 1_000)
        payer = update(UserRow).where(UserRow.id == order.user_id, UserRow.balance >= charge)
        spent = await session.execute(
            payer.values(balance=UserRow.balance - charge).execution_options(synchronize_session=False)
        )
        if not spent.rowcount:
            raise HTTPException(402, "insufficient balance")
        now = datetime.now(UTC)
        order = OrderRow(
            source="graphql",
            user_id=order.user_id,
            category_id=service.category_id,
            service_id=service.id,
            type=service.type,
            link=order.link,
            quantity=order.quantity,
            charge=charge,
            created_at=now,
            updated_at=now,
        )
        session.add(order)
        await session.flush()
    return order
