"""Each constraint refuses what it is there to refuse, and no more."""

from datetime import datetime
from typing import TypedDict

import pytest
from tortoise.exceptions import IntegrityError

from domain.enums import LedgerKind, RefillStatus
from domain.order_status import OrderStatus
from domain.service_types import ServiceSource
from models import (
    AccessToken,
    Gift,
    IdempotencyKey,
    LedgerEntry,
    LoginCode,
    Order,
    Payment,
    Refill,
    Service,
    User,
    UserGift,
)
from tests.fakes import TIMESTAMP, create_user
from tests.resolvers.factories import create_category, create_order, create_service

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("db")]


class Times(TypedDict):
    created_at: datetime
    updated_at: datetime


TIMES: Times = {"created_at": TIMESTAMP, "updated_at": TIMESTAMP}


async def write_ledger(
    user: User, *, cause: str, kind: LedgerKind = LedgerKind.PAYMENT, amount: int = 10, balance: int = 10
) -> None:
    await LedgerEntry.create(
        user=user, kind=kind, cause=cause, amount=amount, balance_after=balance, created_at=TIMESTAMP
    )


async def write_code(*, subject: str = "09121111111", is_live: bool = True, attempts: int = 0) -> None:
    await LoginCode.create(
        subject=subject,
        network="192.0.2.1",
        code_hash="0" * 64,
        is_sent=True,
        is_live=is_live,
        attempts=attempts,
        created_at=TIMESTAMP,
        expires_at=TIMESTAMP,
    )


async def write_payment(*, gateway: str = "zarinpal", authority: str | None, amount: int = 10_000) -> None:
    await Payment.create(gateway=gateway, authority=authority, amount=amount, **TIMES)


async def write_key(user: User, *, key: str) -> None:
    await IdempotencyKey.create(
        user=user, key=key, operation="o", fingerprint="f", created_at=TIMESTAMP, expires_at=TIMESTAMP
    )


async def create_some_order() -> Order:
    return await create_order(await create_user(), await create_service())


@pytest.mark.parametrize(
    "change", [{"balance": -1}, {"custom_rate": 101}, {"custom_rate": -1}], ids=lambda change: str(change)
)
async def test_a_user_is_refused_a_number_out_of_bounds(change: dict[str, int]) -> None:
    user = await create_user()

    with pytest.raises(IntegrityError):
        await User.filter(id=user.id).update(**change)


@pytest.mark.parametrize("change", [{"balance": 0}, {"custom_rate": 100}, {"custom_rate": 0}], ids=str)
async def test_a_user_may_have_the_smallest_and_largest_values(change: dict[str, int]) -> None:
    user = await create_user()

    assert await User.filter(id=user.id).update(**change) == 1


async def test_two_users_cannot_both_have_verified_one_mobile() -> None:
    await create_user(mobile="09121111111")

    with pytest.raises(IntegrityError):
        await create_user(mobile="09121111111")


async def test_a_claimant_of_a_verified_mobile_cannot_become_verified_too() -> None:
    await create_user(mobile="09121111111")
    claimant = await create_user(mobile="09121111111", is_verified=False)

    with pytest.raises(IntegrityError):
        await User.filter(id=claimant.id).update(mobile_verified=True)


@pytest.mark.parametrize("column", ["email", "api_key_hash"])
async def test_two_users_cannot_share_an_identifier(column: str) -> None:
    first, second = await create_user(), await create_user()
    await User.filter(id=first.id).update(**{column: "same@example.com"})

    with pytest.raises(IntegrityError):
        await User.filter(id=second.id).update(**{column: "same@example.com"})


async def test_a_subject_has_at_most_one_live_login_code() -> None:
    await write_code(is_live=True)
    await write_code(is_live=False)
    await write_code(is_live=False)
    await write_code(subject="09122222222", is_live=True)

    with pytest.raises(IntegrityError):
        await write_code(is_live=True)


async def test_a_login_code_cannot_have_fewer_than_no_attempts() -> None:
    with pytest.raises(IntegrityError):
        await write_code(attempts=-1)


async def test_the_ledger_accepts_a_cause_once_per_kind() -> None:
    user = await create_user()
    await write_ledger(user, kind=LedgerKind.ORDER_CHARGE, cause="order:1")
    await write_ledger(user, kind=LedgerKind.REFUND, cause="order:1")

    with pytest.raises(IntegrityError):
        await write_ledger(await create_user(), kind=LedgerKind.REFUND, cause="order:1")


async def test_the_ledger_refuses_a_negative_balance() -> None:
    with pytest.raises(IntegrityError):
        await write_ledger(await create_user(), cause="order:1", balance=-1)


async def test_the_ledger_refuses_an_entry_of_nothing() -> None:
    with pytest.raises(IntegrityError):
        await write_ledger(await create_user(), cause="order:1", amount=0)


async def test_a_gateway_names_one_payment_by_an_authority() -> None:
    await write_payment(gateway="zarinpal", authority="A1")
    await write_payment(gateway="payir", authority="A1")

    with pytest.raises(IntegrityError):
        await write_payment(gateway="zarinpal", authority="A1")


async def test_many_payments_may_wait_for_their_authority() -> None:
    await write_payment(authority=None)
    await write_payment(authority=None)

    assert await Payment.all().count() == 2


async def test_a_payment_of_nothing_is_refused() -> None:
    with pytest.raises(IntegrityError):
        await write_payment(authority="A1", amount=0)


@pytest.mark.parametrize("open_status", [RefillStatus.PENDING, RefillStatus.INPROGRESS])
async def test_an_order_has_at_most_one_open_refill(open_status: RefillStatus) -> None:
    order = await create_some_order()
    await Refill.create(order=order, status=RefillStatus.COMPLETED, **TIMES)
    await Refill.create(order=order, status=RefillStatus.REJECTED, **TIMES)
    await Refill.create(order=order, status=RefillStatus.PENDING, **TIMES)

    with pytest.raises(IntegrityError):
        await Refill.create(order=order, status=open_status, **TIMES)


async def test_a_user_has_an_idempotency_key_once() -> None:
    user, other = await create_user(), await create_user()
    await write_key(user, key="k")
    await write_key(other, key="k")

    with pytest.raises(IntegrityError):
        await write_key(user, key="k")


@pytest.mark.parametrize(
    "change", [{"refunded": 1_001}, {"refunded": -1}, {"charge": -1}, {"quantity": 0}], ids=str
)
async def test_an_order_is_refused_a_number_out_of_bounds(change: dict[str, int]) -> None:
    order = await create_some_order()

    with pytest.raises(IntegrityError):
        await Order.filter(id=order.id).update(**change)


async def test_an_order_may_be_refunded_its_whole_charge() -> None:
    order = await create_some_order()

    assert await Order.filter(id=order.id).update(refunded=order.charge, status=OrderStatus.REFUNDED) == 1


@pytest.mark.parametrize(
    "change", [{"price": -1}, {"min_quantity": -1}, {"min_quantity": 11, "max_quantity": 10}], ids=str
)
async def test_a_service_with_a_number_out_of_bounds_is_refused(change: dict[str, int]) -> None:
    service = await create_service()

    with pytest.raises(IntegrityError):
        await Service.filter(id=service.id).update(**change)


@pytest.mark.parametrize(("smallest", "largest"), [(0, 5), (6, 5)])
async def test_a_gift_needs_a_range_of_quantities(smallest: int, largest: int) -> None:
    service = await create_service()

    with pytest.raises(IntegrityError):
        await Gift.create(service=service, min_quantity=smallest, max_quantity=largest, **TIMES)


async def test_a_user_gift_needs_a_quantity_and_an_order_of_its_own() -> None:
    order = await create_some_order()
    gift = await Gift.create(service_id=order.service_id, min_quantity=1, max_quantity=5, **TIMES)

    async def win(*, quantity: int, used_for: Order | None) -> None:
        await UserGift.create(
            user_id=order.user_id, gift=gift, quantity=quantity, order=used_for, expires_at=TIMESTAMP, **TIMES
        )

    await win(quantity=1, used_for=order)
    await win(quantity=1, used_for=None)
    await win(quantity=1, used_for=None)

    with pytest.raises(IntegrityError):
        await win(quantity=0, used_for=None)
    with pytest.raises(IntegrityError):
        await win(quantity=1, used_for=order)


async def test_a_user_with_orders_cannot_be_deleted() -> None:
    order = await create_some_order()

    with pytest.raises(IntegrityError):
        await User.filter(id=order.user_id).delete()

    assert await Order.filter(id=order.id).exists()


async def test_tokens_go_with_their_user() -> None:
    user = await create_user()
    await AccessToken.create(id="a" * 80, user=user, issued_at=TIMESTAMP, expires_at=TIMESTAMP)

    await User.filter(id=user.id).delete()

    assert not await AccessToken.exists()


async def test_a_service_of_no_category_is_refused() -> None:
    category = await create_category()

    with pytest.raises(IntegrityError):
        await Service.create(
            category_id=category.id + 1,
            name="Likes",
            price=1,
            min_quantity=1,
            max_quantity=1,
            source=ServiceSource.MANUAL,
            **TIMES,
        )
