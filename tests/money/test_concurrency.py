"""Money when everything happens at once, through four servers on one database."""

import random
import uuid
from typing import Any

import pytest

import database
from domain.enums import LedgerKind, NotificationKind, PaymentStatus
from models import LedgerEntry, Notification, Order, Payment, Service, User, UserGift
from resolvers.ledger_audit import audit_ledger
from tests.api_parity.scenario import to_global_id
from tests.fakes import create_user
from tests.money.server_fleet import Fleet
from tests.resolvers.factories import create_gift, create_service, win_gift

pytestmark = pytest.mark.processes

LINK = "https://example.com/p/1"
CREATE_ORDER = """
mutation ($input: CreateOrderInput!, $key: String) {
  createOrder(input: $input, idempotencyKey: $key) { ... on Order { id } ... on Problem { code } }
}
"""


def rest_order(service: Service, headers: dict[str, str], *, quantity: int = 100) -> dict[str, Any]:
    body = {
        "service_id": service.id,
        "category_id": service.category_id,
        "quantity": quantity,
        "link": LINK,
    }
    return {"path": "/api/v1/order", "json": body, "headers": headers}


def graphql_order(
    service: Service, headers: dict[str, str], *, quantity: int = 100, key: str | None = None
) -> dict[str, Any]:
    order = {"serviceId": to_global_id("Service", service.id), "link": LINK, "quantity": quantity}
    body = {"query": CREATE_ORDER, "variables": {"input": order, "key": key}}
    return {"path": "/graphql", "json": body, "headers": headers}


def is_accepted(answer: dict[str, Any]) -> bool:
    """Whether the order was placed, through any API."""
    if "data" in answer:
        return "id" in answer["data"]["createOrder"]
    return bool(answer["status"] == 201)


async def list_entries(user: User, kind: LedgerKind) -> list[int]:
    amounts = LedgerEntry.filter(user_id=user.id, kind=kind).values_list("amount", flat=True)
    return [int(str(amount)) for amount in await amounts]


async def get_balance(user: User) -> int:
    await user.refresh_from_db()
    return int(user.balance)


async def test_a_wallet_that_pays_for_fifty_of_two_hundred_orders_pays_for_exactly_fifty(
    fleet: Fleet,
) -> None:
    buyer, service = await create_user(balance=5_000), await create_service(price=1_000)
    headers = await fleet.create_token(buyer)
    through_both = [rest_order(service, headers), graphql_order(service, headers)] * 100

    answers = await fleet.send_all(through_both)

    assert sum(is_accepted(answer.json()) for answer in answers) == 50
    assert await Order.filter(user_id=buyer.id).count() == 50
    assert await list_entries(buyer, LedgerKind.ORDER_CHARGE) == [-100] * 50
    assert await get_balance(buyer) == 0
    assert await audit_ledger() == []


async def test_one_key_a_hundred_times_at_once_is_one_order_with_one_charge_and_one_id(fleet: Fleet) -> None:
    buyer, service = await create_user(balance=50_000), await create_service(price=1_000)
    headers = {**await fleet.create_token(buyer), "Idempotency-Key": uuid.uuid4().hex}

    answers = await fleet.send_all([rest_order(service, headers)] * 100)

    reported = {answer.json()["order"]["id"] for answer in answers if answer.status_code == 200}
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert sum(answer.status_code == 200 for answer in answers) > 50
    assert reported == {order.id for order in await Order.filter(user_id=buyer.id)}
    assert len(reported) == 1
    assert await list_entries(buyer, LedgerKind.ORDER_CHARGE) == [-100]
    assert await get_balance(buyer) == 49_900


async def test_keys_of_two_users_are_two_keys_even_at_once(fleet: Fleet) -> None:
    service = await create_service(price=1_000)
    buyers = [await create_user(balance=1_000), await create_user(balance=1_000)]
    key = uuid.uuid4().hex
    requests = [
        graphql_order(service, await fleet.create_token(buyer), key=key)
        for buyer in buyers
        for _ in range(20)
    ]

    answers = await fleet.send_all(requests)

    assert len({answer.json()["data"]["createOrder"]["id"] for answer in answers}) == 2
    assert [await get_balance(buyer) for buyer in buyers] == [900, 900]


async def test_one_key_with_many_bodies_at_once_is_one_order_and_the_rest_are_refused(fleet: Fleet) -> None:
    buyer, service = await create_user(balance=50_000), await create_service(price=1_000)
    headers = {**await fleet.create_token(buyer), "Idempotency-Key": uuid.uuid4().hex}

    answers = await fleet.send_all([rest_order(service, headers, quantity=100 + n % 10) for n in range(100)])

    [order] = await Order.filter(user_id=buyer.id)
    accepted = [answer for answer in answers if answer.status_code == 200]
    assert {answer.json()["order"]["quantity"] for answer in accepted} == {order.quantity}
    assert len(accepted) == 10
    assert {answer.status_code for answer in answers} == {200, 422}


async def test_one_of_fifty_concurrent_duplicates_is_placed(fleet: Fleet) -> None:
    buyer, service = await create_user(balance=50_000), await create_service(price=1_000)
    await Service.filter(id=service.id).update(refuses_duplicates=True)

    answers = await fleet.send_all([graphql_order(service, await fleet.create_token(buyer))] * 50)

    assert sum(is_accepted(answer.json()) for answer in answers) == 1
    assert await get_balance(buyer) == 49_900


async def open_payment(fleet: Fleet, payer: User, amount: int) -> Payment:
    body = {"amount": amount}
    [answer] = await fleet.send_all(
        [{"path": "/api/v1/user/payment", "json": body, "headers": await fleet.create_token(payer)}]
    )
    assert answer.status_code == 302
    return await Payment.get(url=answer.headers["location"])


def callback(authority: str | None, *, status: str = "OK", **more: object) -> dict[str, Any]:
    parameters = {"Authority": authority, "Status": status, **more}
    return {"method": "GET", "path": "/api/v1/user/payment/verify", "params": parameters}


async def decide(fleet: Fleet, payment: Payment, decision: str) -> None:
    path = payment.url.removeprefix(fleet.servers[0].url) if payment.url else ""
    await fleet.send_all([{"path": path, "data": {"decision": decision}}])


async def test_a_callback_a_hundred_times_among_wrong_and_foreign_ones_credits_once(fleet: Fleet) -> None:
    payer, other = await create_user(balance=7), await create_user()
    paid = await open_payment(fleet, payer, 25_000)
    paid_less = await open_payment(fleet, payer, 30_000)
    canceled, foreign = await open_payment(fleet, payer, 1_000), await open_payment(fleet, other, 40_000)
    for payment, decision in ((paid, "pay"), (paid_less, "pay-less"), (canceled, "cancel"), (foreign, "pay")):
        await decide(fleet, payment, decision)
    requests = [
        *[callback(paid.authority)] * 60,
        *[callback(paid.authority, status="NOK")] * 20,
        *[callback(paid.authority, amount=1, Amount=250_000)] * 20,
        *[callback(paid_less.authority)] * 20,
        *[callback(canceled.authority)] * 20,
        *[callback(foreign.authority)] * 20,
        *[callback("S" + "0" * 35)] * 20,
    ]
    random.Random(1).shuffle(requests)

    answers = await fleet.send_all(requests)

    assert sum(answer.status_code == 404 for answer in answers) == 20
    assert await list_entries(payer, LedgerKind.PAYMENT) == [25_000]
    assert await list_entries(other, LedgerKind.PAYMENT) == [40_000]
    assert await get_balance(payer) == 25_007
    statuses = [(await Payment.get(id=row.id)).status for row in (paid, paid_less, foreign)]
    assert statuses == [PaymentStatus.PAID, PaymentStatus.MISMATCHED, PaymentStatus.PAID]
    reported = Notification.filter(user_id=payer.id, kind=NotificationKind.PAYMENT_CREDITED)
    assert await reported.count() == 1
    assert await audit_ledger() == []


async def test_a_payment_that_is_opened_a_hundred_times_with_one_key_is_one_payment(fleet: Fleet) -> None:
    payer = await create_user()
    headers = {**await fleet.create_token(payer), "Idempotency-Key": uuid.uuid4().hex}

    answers = await fleet.send_all(
        [{"path": "/api/v1/user/payment", "json": {"amount": 5_000}, "headers": headers}] * 100
    )

    assert {answer.status_code for answer in answers} <= {302, 409}
    opened = {answer.headers["location"] for answer in answers if answer.status_code == 302}
    assert opened == {payment.url for payment in await Payment.filter(user_id=payer.id)}
    assert len(opened) == 1


@pytest.mark.parametrize("path", ["/api/v1/user/freecredit", "/api/v1/user/wof"])
async def test_a_hundred_concurrent_free_credits_or_spins_are_granted_once(path: str, fleet: Fleet) -> None:
    user = await create_user()
    await create_gift(await create_service())
    headers = await fleet.create_token(user)

    answers = await fleet.send_all([{"method": "GET", "path": path, "headers": headers}] * 100)

    statuses = sorted(answer.json()["status"] for answer in answers)
    assert statuses in ([201] + [429] * 99, [200] + [429] * 99)
    provided, gifts = await list_entries(user, LedgerKind.FREE_CREDIT), await UserGift.filter(user_id=user.id)
    assert (len(provided), len(gifts)) == ((1, 0) if path.endswith("freecredit") else (0, 1))
    assert await get_balance(user) == sum(provided)


async def test_a_gift_that_is_used_a_hundred_times_at_once_is_one_order(fleet: Fleet) -> None:
    user = await create_user()
    gift = await create_gift(await create_service())
    won = await win_gift(user, gift, now=await database.now())
    headers = await fleet.create_token(user)
    body = {"gift_id": gift.id, "link": LINK}

    answers = await fleet.send_all([{"path": "/api/v1/user/gifts", "json": body, "headers": headers}] * 100)

    assert sorted(answer.json()["status"] for answer in answers) == [201] + [400] * 99
    [order] = await Order.filter(user_id=user.id)
    assert (order.charge, order.quantity) == (0, won.quantity)
    assert (await UserGift.get(id=won.id)).order_id == order.id


async def test_two_gifts_of_a_kind_used_at_once_are_two_orders(fleet: Fleet) -> None:
    user = await create_user()
    gift = await create_gift(await create_service())
    for _ in range(2):
        await win_gift(user, gift, now=await database.now())
    headers = await fleet.create_token(user)
    body = {"gift_id": gift.id, "link": LINK}

    answers = await fleet.send_all([{"path": "/api/v1/user/gifts", "json": body, "headers": headers}] * 20)

    assert sorted(answer.json()["status"] for answer in answers) == [201] * 2 + [400] * 18
    assert await Order.filter(user_id=user.id).count() == 2


async def test_the_monthly_limits_hold_when_turns_come_at_once(fleet: Fleet) -> None:
    user = await create_user()
    gift = await create_gift(await create_service())
    now = await database.now()
    for _ in range(fleet.app.settings.wheel_gifts_per_month - 1):
        await win_gift(user, gift, now=now)
    requests = [{"method": "GET", "path": "/api/v1/user/wof", "headers": await fleet.create_token(user)}] * 30

    await fleet.send_all(requests)
    await User.filter(id=user.id).update(wheel_spun_at=None)
    answers = await fleet.send_all(requests)

    assert {answer.json()["message"] for answer in answers} == {"شما به حداکثر تعداد جایزه، در ماه رسیده اید"}
    assert await UserGift.filter(user_id=user.id).count() == fleet.app.settings.wheel_gifts_per_month
