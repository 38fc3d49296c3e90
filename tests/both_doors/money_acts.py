"""The operations that move money, with every problem that they declare, as each door is asked for them."""

from datetime import timedelta

import pytest

from domain.money import Toman
from domain.problems import (
    AmountOutOfRange,
    DuplicateOrder,
    FreeCreditsUsedUp,
    FreeCreditTooSoon,
    GiftNotFound,
    GiftSpent,
    IdempotencyKeyInProgress,
    IdempotencyKeyReused,
    InsufficientBalance,
    InvalidInput,
    InvalidLink,
    NoGiftToWin,
    PaymentGatewayUnavailable,
    QuantityOutOfRange,
    QuotaReached,
    ServiceUnavailable,
    WheelTooSoon,
    WheelUsedUp,
)
from domain.states import LedgerKind
from gateways.errors import GatewayUnavailable
from models import Category, Gift, Service, User, UserGift, database
from resolvers import free_credit, gifts, orders, payments, wallet, wheel
from tests.both_doors.acts import PROBLEM, use_up_quotas
from tests.both_doors.order_requests import LINK, PLAIN, SOUND, Fields, OrderRequest
from tests.both_doors.world import Act, Outcome, Preparation, World, global_id
from tests.resolvers.money_records import AccompaniedPayments, bank_of, with_bank
from tests.resolvers.records import win_gift

KEY = "a key"
TOO_LONG = "k" * 256
AMOUNT = 25_000
CREATE_ORDER = (
    "mutation ($input: CreateOrderInput!, $idempotencyKey: String) "
    f"{{ act: createOrder(input: $input, idempotencyKey: $idempotencyKey) {{ __typename {PROBLEM} }} }}"
)
START_PAYMENT = (
    "mutation ($amount: Toman!, $idempotencyKey: String) "
    f"{{ act: startPayment(amount: $amount, idempotencyKey: $idempotencyKey) {{ __typename {PROBLEM} }} }}"
)
CLAIM = (
    "mutation ($idempotencyKey: String) "
    f"{{ act: claimFreeCredit(idempotencyKey: $idempotencyKey) {{ __typename {PROBLEM} }} }}"
)
SPIN = (
    "mutation ($idempotencyKey: String) "
    f"{{ act: spinWheel(idempotencyKey: $idempotencyKey) {{ __typename {PROBLEM} }} }}"
)
USE_GIFT = (
    "mutation ($id: ID!, $link: String!, $idempotencyKey: String) "
    f"{{ act: useGift(id: $id, link: $link, idempotencyKey: $idempotencyKey) {{ __typename {PROBLEM} }} }}"
)


async def spend_the_key(world: World) -> None:
    """Use the key for something else: a payment of another amount."""
    await payments.start_payment(world.shop, world.user, amount=AMOUNT + 1, idempotency_key=KEY)


async def close_the_service(_: World) -> None:
    await Service.all().update(is_active=False)


async def close_the_category(_: World) -> None:
    await Category.all().update(is_active=False)


async def refuse_duplicates(_: World) -> None:
    await Service.all().update(refuses_duplicates=True)


def order_act(
    problem: Outcome,
    request: OrderRequest = PLAIN,
    *,
    change: Fields | None = None,
    before: Preparation | None = None,
    key: str | None = None,
) -> Act:
    return Act(
        orders.create_order,
        problem,
        "POST",
        "/v1/order",
        lambda world: request.for_rest(world, change or {}),
        CREATE_ORDER,
        lambda world: request.for_graphql(world, change or {}),
        before=before or request.put_on_sale,
        key=key,
    )


async def turn_the_gateway_away(world: World) -> None:
    bank_of(world.shop).fail_next = GatewayUnavailable("down", request_sent=False)


async def die_at_the_gateway(world: World) -> None:
    """Leave a payment whose opening is under way."""

    async def die() -> None:
        raise RuntimeError("struck")

    shop = with_bank(world.shop, AccompaniedPayments(die))
    with pytest.raises(RuntimeError, match="struck"):
        await payments.start_payment(shop, world.user, amount=AMOUNT, idempotency_key=KEY)


def payment_act(
    problem: Outcome, *, amount: int = AMOUNT, before: Preparation | None = None, key: str | None = None
) -> Act:
    def arguments(_: World) -> dict[str, object]:
        return {"amount": amount}

    return Act(
        payments.start_payment,
        problem,
        "POST",
        "/v1/user/payment",
        arguments,
        START_PAYMENT,
        arguments,
        before=before,
        key=key,
        http_status=302,
    )


async def claim_just_now(world: World) -> None:
    await User.filter(id=world.user.id).update(free_credit_at=await database.now())


async def claim_all_month(world: World) -> None:
    for turn in range(world.shop.settings.free_credits_per_month):
        await wallet.credit(
            world.user.id,
            Toman(50),
            kind=LedgerKind.FREE_CREDIT,
            cause=f"free_credit:{world.user.id}:{turn}",
            now=await database.now() - timedelta(days=2),
        )


def claim_act(problem: Outcome, before: Preparation | None = None) -> Act:
    return Act(
        free_credit.claim_free_credit,
        problem,
        "GET",
        "/v1/user/freecredit",
        lambda _: {},
        CLAIM,
        lambda _: {},
        before=before,
    )


async def spin_just_now(world: World) -> None:
    await User.filter(id=world.user.id).update(wheel_spun_at=await database.now())


async def spin_all_month(world: World) -> None:
    for _ in range(world.shop.settings.wheel_gifts_per_month):
        await win_gift(world.user, world.catalogue.gift, now=await database.now() - timedelta(days=2))


async def empty_the_wheel(_: World) -> None:
    await Gift.all().update(is_active=False)


def spin_act(problem: Outcome, before: Preparation | None = None) -> Act:
    return Act(
        wheel.spin_wheel, problem, "GET", "/v1/user/wof", lambda _: {}, SPIN, lambda _: {}, before=before
    )


async def win(world: World) -> None:
    won = await win_gift(world.user, world.catalogue.gift, now=await database.now())
    world.won_id = won.id


async def win_and_use(world: World) -> None:
    await win(world)
    await UserGift.filter(id=world.won_id).update(is_used=True)


async def win_long_ago(world: World) -> None:
    await win(world)
    await UserGift.filter(id=world.won_id).update(expires_at=await database.now())


async def let_the_other_win(world: World) -> None:
    won = await win_gift(world.other, world.catalogue.gift, now=await database.now())
    world.won_id = won.id


async def win_what_is_off_sale(world: World) -> None:
    await win(world)
    await close_the_service(world)


async def win_and_spend_the_key(world: World) -> None:
    await win(world)
    await spend_the_key(world)


def gift_act(problem: Outcome, *, before: Preparation = win, link: str = LINK, key: str | None = None) -> Act:
    return Act(
        gifts.use_oldest_gift,
        problem,
        "POST",
        "/v1/user/gifts",
        lambda world: {"gift_id": world.catalogue.gift.id, "link": link},
        USE_GIFT,
        lambda world: {"id": global_id("UserGift", world.won_id), "link": link},
        before=before,
        twin=gifts.use_gift,
        key=key,
    )


MONEY_ACTS = [
    *(order_act(None, request) for request in SOUND.values()),
    order_act(None, key=KEY),
    order_act(InvalidInput, change={"quantity": None}),
    order_act(InvalidInput, key=TOO_LONG),
    order_act(ServiceUnavailable, before=close_the_service),
    order_act(ServiceUnavailable, before=close_the_category, key=KEY),
    order_act(InvalidLink, change={"link": "ftp://example.com/p/1"}),
    order_act(QuantityOutOfRange, change={"quantity": 100_001}, key=KEY),
    order_act(InsufficientBalance, change={"quantity": 50_000}),
    order_act(InsufficientBalance, change={"quantity": 50_000}, key=KEY),
    order_act(DuplicateOrder, before=refuse_duplicates),
    order_act(IdempotencyKeyReused, before=spend_the_key, key=KEY),
    payment_act(None),
    payment_act(None, key=KEY),
    payment_act(InvalidInput, key=TOO_LONG),
    payment_act(QuotaReached, before=use_up_quotas),
    payment_act(AmountOutOfRange, amount=999),
    payment_act(AmountOutOfRange, amount=-1),
    payment_act(PaymentGatewayUnavailable, before=turn_the_gateway_away),
    payment_act(IdempotencyKeyReused, before=spend_the_key, key=KEY),
    payment_act(IdempotencyKeyInProgress, before=die_at_the_gateway, key=KEY),
    claim_act(None),
    claim_act(FreeCreditTooSoon, claim_just_now),
    claim_act(FreeCreditsUsedUp, claim_all_month),
    spin_act(None),
    spin_act(WheelTooSoon, spin_just_now),
    spin_act(WheelUsedUp, spin_all_month),
    spin_act(NoGiftToWin, empty_the_wheel),
    gift_act(None),
    gift_act(InvalidInput, key=TOO_LONG),
    gift_act(InvalidLink, link="javascript:alert(1)"),
    gift_act(GiftNotFound, before=let_the_other_win),
    gift_act(GiftSpent, before=win_and_use),
    gift_act(GiftSpent, before=win_long_ago),
    gift_act(ServiceUnavailable, before=win_what_is_off_sale),
    gift_act(IdempotencyKeyReused, before=win_and_spend_the_key, key=KEY),
]
