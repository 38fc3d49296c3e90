"""Shared by the tests of money: a stopped clock, ledgers, and steps of orders and payments."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tortoise.models import Model

import database
from domain.enums import LedgerKind, PaymentStatus
from domain.money import Toman
from domain.order_details import OrderDetails
from domain.order_status import OrderSource
from gateways.payments.gateway import PaymentPage, Verification
from models import LedgerEntry, Order, Payment, Service, User
from resolvers import orders, payments
from resolvers.app_context import AppContext
from tests.fakes import TIMESTAMP, FakePayments

LINK = "https://example.com/p/1"
AMOUNT = 25_000
SECOND = timedelta(seconds=1)


class Clock:
    """The database's clock, standing still until a test moves it."""

    def __init__(self, timestamp: datetime) -> None:
        self.current = timestamp

    async def now(self) -> datetime:
        return self.current

    def move(self, time: timedelta) -> None:
        self.current += time


def stop_clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of all operations; the real one could tick between a test's reading and the operation's."""
    clock = Clock(TIMESTAMP)
    monkeypatch.setattr(database, "now", clock.now)
    monkeypatch.setattr(database, "now_sql", lambda: str(int(clock.current.timestamp())))
    return clock


class InterleavedPayments(FakePayments):
    """A gateway that runs `meanwhile` during each call."""

    def __init__(self, meanwhile: Callable[[], Awaitable[object]]) -> None:
        super().__init__()
        self.meanwhile = meanwhile

    async def open(
        self, *, payment_id: int, amount: Toman, callback_url: str, description: str, mobile: str | None
    ) -> PaymentPage:
        await self.meanwhile()
        return await super().open(
            payment_id=payment_id,
            amount=amount,
            callback_url=callback_url,
            description=description,
            mobile=mobile,
        )

    async def verify(self, *, authority: str, amount: Toman) -> Verification:
        await self.meanwhile()
        return await super().verify(authority=authority, amount=amount)


def set_gateway(app: AppContext, gateway: FakePayments) -> AppContext:
    """The same installation with another gateway."""
    return replace(app, payments={gateway.name: gateway})


def get_columns(row: Model) -> dict[str, object]:
    """The values of a row's columns."""
    return {name: getattr(row, name) for name in row._meta.db_fields}


async def get_balance(user: User) -> int:
    return int((await User.get(id=user.id)).balance)


async def get_ledger(user: User) -> list[tuple[LedgerKind, int, int]]:
    """Kind, amount and balance after, of each entry from the oldest on."""
    entries = await LedgerEntry.filter(user_id=user.id).order_by("id")
    return [(entry.kind, entry.amount, entry.balance_after) for entry in entries]


async def place_order_for(
    app: AppContext,
    buyer: User,
    service: Service,
    *,
    quantity: int | None = 100,
    link: str | None = LINK,
    details: OrderDetails | None = None,
    key: str | None = None,
) -> Order:
    """Order `quantity` of the service, or `details` where they are given."""
    return await orders.create_order(
        app,
        buyer,
        service_id=service.id,
        link=link,
        details=details or OrderDetails(quantity=quantity),
        source=OrderSource.GRAPHQL,
        idempotency_key=key,
    )


def get_gateway(app: AppContext) -> FakePayments:
    """The gateway of a shop that tests made."""
    gateway = app.payment_gateway
    assert isinstance(gateway, FakePayments)
    return gateway


async def start_payment(
    app: AppContext, payer: User, *, amount: int = AMOUNT, key: str | None = None
) -> Payment:
    return await payments.start_payment(app, payer, amount=amount, idempotency_key=key)


async def confirm_payment(app: AppContext, payment: Payment, *, is_canceled: bool = False) -> PaymentStatus:
    """What the payment is after its payer came back."""
    confirmed = await payments.confirm_payment(
        app, gateways=["sandbox"], authority=payment.authority or "", is_canceled=is_canceled
    )
    assert get_columns(confirmed) == get_columns(await Payment.get(id=payment.id))
    return confirmed.status


async def create_paid_payment(app: AppContext, payer: User, *, amount: int = AMOUNT) -> Payment:
    """A payment that was paid and not confirmed yet."""
    payment = await start_payment(app, payer, amount=amount)
    get_gateway(app).pay(payment.authority or "")
    return payment
