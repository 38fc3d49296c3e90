"""A shop with a record of each kind that staff change, and a member of each role."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

import database
from domain.enums import PaymentStatus, RefillStatus
from domain.order_state_machine import Dispatch
from domain.order_status import OrderStatus
from domain.roles import UserRole
from domain.sessions import SessionKind
from models import AccessToken, Category, Gift, Order, Payment, Provider, Refill, Service, Ticket, User
from resolvers.app_context import AppContext
from resolvers.sessions import Session
from tests.fakes import TIMESTAMP, create_user
from tests.resolvers.factories import create_gift, create_ticket
from tests.resolvers.money_steps import start_payment
from tests.resolvers.provider_factories import create_provider, create_provider_service, place_order

BALANCE = 1_000_000
QUANTITY = 100
CHARGE = 100


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """The records; `order` was charged 100 Toman and refused by its provider, `payment` is mismatched."""

    app: AppContext
    staff: dict[UserRole, Session]
    buyer: User
    category: Category
    service: Service
    provider: Provider
    order: Order
    refill: Refill
    ticket: Ticket
    gift: Gift
    payment: Payment

    @property
    def owner(self) -> Session:
        return self.staff[UserRole.OWNER]

    @property
    def manager(self) -> Session:
        return self.staff[UserRole.MANAGER]


async def create_member(role: UserRole) -> User:
    """A user of this role who is not signed in."""
    user = await create_user()
    user.role = role
    await user.save(update_fields=["role"])
    return user


async def create_session(user: User, *, proof_age: timedelta = timedelta(0)) -> Session:
    """A staff session of `user`, confirmed so long ago."""
    now = await database.now()
    row = await AccessToken.create(
        id=secrets.token_hex(40),
        user=user,
        issued_at=now,
        expires_at=now + timedelta(days=7),
        kind=SessionKind.STAFF,
        last_seen_at=now,
        confirmed_at=now - proof_age,
    )
    return Session(user=user, token_id=row.id, expires_at=row.expires_at, kind=row.kind)


async def create_staff_member(role: UserRole) -> Session:
    """A user of this role, by a staff session that was just opened."""
    return await create_session(await create_member(role))


async def create_mismatched_payment(app: AppContext, payer: User) -> Payment:
    """A payment of which another amount was paid."""
    payment = await start_payment(app, payer)
    await Payment.filter(id=payment.id).update(status=PaymentStatus.MISMATCHED, check_after=None)
    return await Payment.get(id=payment.id)


async def set_order_status(order: Order, status: OrderStatus, dispatch: Dispatch, **columns: object) -> Order:
    """The order as if its life had brought it there."""
    await Order.filter(id=order.id).update(status=status, dispatch=dispatch, **columns)
    return await Order.get(id=order.id)


async def create_refused_order(app: AppContext, service: Service, buyer: User) -> Order:
    """An order that its provider turned down."""
    order = await place_order(app, service, buyer=buyer, quantity=QUANTITY)
    return await set_order_status(order, OrderStatus.ERROR, Dispatch.REFUSED, due_at=None)


async def create_held_refill(order: Order) -> Refill:
    """A refill whose provider's reports are unreadable."""
    return await Refill.create(
        order_id=order.id,
        status=RefillStatus.AWAITING,
        staff_note="the provider's word for it is unknown: 'Later'",
        created_at=TIMESTAMP,
        updated_at=TIMESTAMP,
    )


async def create_scenario(app: AppContext) -> Scenario:
    buyer = await create_user(balance=BALANCE)
    provider = await create_provider()
    service = await create_provider_service(provider)
    order = await create_refused_order(app, service, buyer)
    return Scenario(
        app=app,
        staff={role: await create_staff_member(role) for role in UserRole},
        buyer=buyer,
        category=await Category.get(id=service.category_id),
        service=service,
        provider=provider,
        order=order,
        refill=await create_held_refill(order),
        ticket=await create_ticket(buyer),
        gift=await create_gift(service),
        payment=await create_mismatched_payment(app, buyer),
    )
