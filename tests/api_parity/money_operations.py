"""The operations that move money, with every problem they declare, as requests to each API."""

from datetime import timedelta

import pytest

import database
from domain.enums import LedgerKind
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
from gateways.errors import GatewayUnavailable
from models import Category, Gift, Service, User, UserGift
from resolvers import free_credit, gifts, orders, payments, wallet, wheel
from tests.api_parity.operations import PROBLEM, use_up_quotas
from tests.api_parity.order_requests import LINK, PLAIN, SOUND, Fields, OrderRequest
from tests.api_parity.scenario import ApiOperation, ExpectedProblem, Preparation, Scenario, to_global_id
from tests.resolvers.factories import win_gift
from tests.resolvers.money_steps import InterleavedPayments, get_gateway, set_gateway

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


async def use_the_key_elsewhere(scenario: Scenario) -> None:
    """Use the key for something else: a payment of another amount."""
    await payments.start_payment(scenario.app, scenario.user, amount=AMOUNT + 1, idempotency_key=KEY)


async def disable_the_service(_: Scenario) -> None:
    await Service.all().update(is_active=False)


async def disable_the_category(_: Scenario) -> None:
    await Category.all().update(is_active=False)


async def refuse_duplicates(_: Scenario) -> None:
    await Service.all().update(refuses_duplicates=True)


def order_operation(
    problem: ExpectedProblem,
    request: OrderRequest = PLAIN,
    *,
    change: Fields | None = None,
    before: Preparation | None = None,
    key: str | None = None,
) -> ApiOperation:
    return ApiOperation(
        orders.create_order,
        problem,
        "POST",
        "/v1/order",
        lambda scenario: request.for_rest(scenario, change or {}),
        CREATE_ORDER,
        lambda scenario: request.for_graphql(scenario, change or {}),
        before=before or request.put_on_sale,
        key=key,
    )


async def fail_the_gateway(scenario: Scenario) -> None:
    get_gateway(scenario.app).fail_next = GatewayUnavailable("down", request_sent=False)


async def crash_at_the_gateway(scenario: Scenario) -> None:
    """Leave a payment whose opening is under way."""

    async def die() -> None:
        raise RuntimeError("struck")

    app = set_gateway(scenario.app, InterleavedPayments(die))
    with pytest.raises(RuntimeError, match="struck"):
        await payments.start_payment(app, scenario.user, amount=AMOUNT, idempotency_key=KEY)


def payment_operation(
    problem: ExpectedProblem,
    *,
    amount: int = AMOUNT,
    before: Preparation | None = None,
    key: str | None = None,
) -> ApiOperation:
    def arguments(_: Scenario) -> dict[str, object]:
        return {"amount": amount}

    return ApiOperation(
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


async def claim_just_now(scenario: Scenario) -> None:
    await User.filter(id=scenario.user.id).update(free_credit_at=await database.now())


async def claim_all_month(scenario: Scenario) -> None:
    for turn in range(scenario.app.settings.free_credits_per_month):
        await wallet.credit(
            scenario.user.id,
            Toman(50),
            kind=LedgerKind.FREE_CREDIT,
            cause=f"free_credit:{scenario.user.id}:{turn}",
            now=await database.now() - timedelta(days=2),
        )


def claim_operation(problem: ExpectedProblem, before: Preparation | None = None) -> ApiOperation:
    return ApiOperation(
        free_credit.claim_free_credit,
        problem,
        "GET",
        "/v1/user/freecredit",
        lambda _: {},
        CLAIM,
        lambda _: {},
        before=before,
    )


async def spin_just_now(scenario: Scenario) -> None:
    await User.filter(id=scenario.user.id).update(wheel_spun_at=await database.now())


async def spin_all_month(scenario: Scenario) -> None:
    for _ in range(scenario.app.settings.wheel_gifts_per_month):
        await win_gift(scenario.user, scenario.catalogue.gift, now=await database.now() - timedelta(days=2))


async def empty_the_wheel(_: Scenario) -> None:
    await Gift.all().update(is_active=False)


def spin_operation(problem: ExpectedProblem, before: Preparation | None = None) -> ApiOperation:
    return ApiOperation(
        wheel.spin_wheel, problem, "GET", "/v1/user/wof", lambda _: {}, SPIN, lambda _: {}, before=before
    )


async def win(scenario: Scenario) -> None:
    won = await win_gift(scenario.user, scenario.catalogue.gift, now=await database.now())
    scenario.won_id = won.id


async def win_and_use(scenario: Scenario) -> None:
    await win(scenario)
    await UserGift.filter(id=scenario.won_id).update(is_used=True)


async def win_long_ago(scenario: Scenario) -> None:
    await win(scenario)
    await UserGift.filter(id=scenario.won_id).update(expires_at=await database.now())


async def win_for_the_other_user(scenario: Scenario) -> None:
    won = await win_gift(scenario.other, scenario.catalogue.gift, now=await database.now())
    scenario.won_id = won.id


async def win_what_is_off_sale(scenario: Scenario) -> None:
    await win(scenario)
    await disable_the_service(scenario)


async def win_and_use_the_key_elsewhere(scenario: Scenario) -> None:
    await win(scenario)
    await use_the_key_elsewhere(scenario)


def gift_operation(
    problem: ExpectedProblem, *, before: Preparation = win, link: str = LINK, key: str | None = None
) -> ApiOperation:
    return ApiOperation(
        gifts.use_oldest_gift,
        problem,
        "POST",
        "/v1/user/gifts",
        lambda scenario: {"gift_id": scenario.catalogue.gift.id, "link": link},
        USE_GIFT,
        lambda scenario: {"id": to_global_id("UserGift", scenario.won_id), "link": link},
        before=before,
        graphql_operation=gifts.use_gift,
        key=key,
    )


MONEY_OPERATIONS = [
    *(order_operation(None, request) for request in SOUND.values()),
    order_operation(None, key=KEY),
    order_operation(InvalidInput, change={"quantity": None}),
    order_operation(InvalidInput, key=TOO_LONG),
    order_operation(ServiceUnavailable, before=disable_the_service),
    order_operation(ServiceUnavailable, before=disable_the_category, key=KEY),
    order_operation(InvalidLink, change={"link": "ftp://example.com/p/1"}),
    order_operation(QuantityOutOfRange, change={"quantity": 100_001}, key=KEY),
    order_operation(InsufficientBalance, change={"quantity": 50_000}),
    order_operation(InsufficientBalance, change={"quantity": 50_000}, key=KEY),
    order_operation(DuplicateOrder, before=refuse_duplicates),
    order_operation(IdempotencyKeyReused, before=use_the_key_elsewhere, key=KEY),
    payment_operation(None),
    payment_operation(None, key=KEY),
    payment_operation(InvalidInput, key=TOO_LONG),
    payment_operation(QuotaReached, before=use_up_quotas),
    payment_operation(AmountOutOfRange, amount=999),
    payment_operation(AmountOutOfRange, amount=-1),
    payment_operation(PaymentGatewayUnavailable, before=fail_the_gateway),
    payment_operation(IdempotencyKeyReused, before=use_the_key_elsewhere, key=KEY),
    payment_operation(IdempotencyKeyInProgress, before=crash_at_the_gateway, key=KEY),
    claim_operation(None),
    claim_operation(FreeCreditTooSoon, claim_just_now),
    claim_operation(FreeCreditsUsedUp, claim_all_month),
    spin_operation(None),
    spin_operation(WheelTooSoon, spin_just_now),
    spin_operation(WheelUsedUp, spin_all_month),
    spin_operation(NoGiftToWin, empty_the_wheel),
    gift_operation(None),
    gift_operation(InvalidInput, key=TOO_LONG),
    gift_operation(InvalidLink, link="javascript:alert(1)"),
    gift_operation(GiftNotFound, before=win_for_the_other_user),
    gift_operation(GiftSpent, before=win_and_use),
    gift_operation(GiftSpent, before=win_long_ago),
    gift_operation(ServiceUnavailable, before=win_what_is_off_sale),
    gift_operation(IdempotencyKeyReused, before=win_and_use_the_key_elsewhere, key=KEY),
]
