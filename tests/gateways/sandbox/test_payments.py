"""The stand-in of a payment gateway: it remembers what payers did, for all processes of the machine."""

import asyncio
from pathlib import Path

import pytest

from domain.money import MAX_AMOUNT, Toman
from gateways.payments.gateway import Verdict
from gateways.sandbox.payments import SandboxPayments
from tests.subtest_cases import for_each

CALLBACK = "https://shop.example/api/v1/user/payment/verify"
AMOUNT = Toman(25_000)
NOWHERE = "S" + "0" * 35


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """In a folder that does not exist yet."""
    return tmp_path / "data" / "sandbox.sqlite3"


@pytest.fixture
def sandbox(file: Path) -> SandboxPayments:
    return SandboxPayments(file, public_url="http://localhost:8000")


async def open_payment(sandbox: SandboxPayments, *, amount: Toman = AMOUNT) -> str:
    """The authority of a new payment."""
    page = await sandbox.open(
        payment_id=7, amount=amount, callback_url=CALLBACK, description="شارژ کیف پول", mobile="09121111111"
    )
    return page.authority


async def get_verdict(sandbox: SandboxPayments, authority: str, amount: Toman = AMOUNT) -> Verdict:
    return (await sandbox.verify(authority=authority, amount=amount)).verdict


async def test_open_answers_an_authority_of_36_characters_and_its_page(sandbox: SandboxPayments) -> None:
    page = await sandbox.open(
        payment_id=7, amount=AMOUNT, callback_url=CALLBACK, description="d", mobile=None
    )

    assert (len(page.authority), page.authority[0]) == (36, "S")
    assert page.authority.isascii()
    assert page.authority.isalnum()
    assert page.url == f"http://localhost:8000/sandbox/payment/{page.authority}"


async def test_each_payment_has_an_authority_of_its_own(sandbox: SandboxPayments) -> None:
    assert len({await open_payment(sandbox) for _ in range(20)}) == 20


async def test_a_new_payment_is_undecided(sandbox: SandboxPayments) -> None:
    authority = await open_payment(sandbox, amount=MAX_AMOUNT)

    payment = await sandbox.find(authority)

    assert payment is not None
    assert (payment.authority, payment.amount, payment.callback_url) == (authority, MAX_AMOUNT, CALLBACK)
    assert (payment.is_decided, payment.paid) == (False, None)
    assert payment.description == "شارژ کیف پول (7)"


@for_each("authority", ["", NOWHERE, "' OR '1'='1", "%"])
async def test_an_authority_of_no_payment_is_found_nowhere_and_unpaid(
    authority: str, sandbox: SandboxPayments
) -> None:
    await sandbox.decide(await open_payment(sandbox), paid=AMOUNT)

    assert await sandbox.find(authority) is None
    assert await get_verdict(sandbox, authority) is Verdict.UNPAID


async def test_a_decision_about_no_payment_makes_none(sandbox: SandboxPayments) -> None:
    await sandbox.decide(NOWHERE, paid=AMOUNT)

    assert await sandbox.find(NOWHERE) is None


async def test_a_payment_is_unpaid_until_its_payer_decides(sandbox: SandboxPayments) -> None:
    authority = await open_payment(sandbox)

    assert await get_verdict(sandbox, authority) is Verdict.UNPAID
    await sandbox.decide(authority, paid=AMOUNT)
    assert await get_verdict(sandbox, authority) is Verdict.PAID


async def test_a_paid_payment_has_a_constant_receipt(sandbox: SandboxPayments) -> None:
    authority = await open_payment(sandbox)
    await sandbox.decide(authority, paid=AMOUNT)

    first = await sandbox.verify(authority=authority, amount=AMOUNT)

    assert (first.reference, first.card_mask) == (authority[1:13], "603799******0000")
    assert await sandbox.verify(authority=authority, amount=AMOUNT) == first


@for_each(
    ("paid", "expected"),
    [
        (None, Verdict.UNPAID),
        (AMOUNT, Verdict.PAID),
        (AMOUNT - 1, Verdict.AMOUNT_DIFFERS),
        (AMOUNT * 10, Verdict.AMOUNT_DIFFERS),
    ],
)
async def test_the_verdict_compares_the_paid_amount(
    paid: Toman | None, expected: Verdict, sandbox: SandboxPayments
) -> None:
    authority = await open_payment(sandbox)

    await sandbox.decide(authority, paid=paid)

    assert await get_verdict(sandbox, authority) is expected


async def test_verification_compares_the_requested_amount(sandbox: SandboxPayments) -> None:
    authority = await open_payment(sandbox)
    await sandbox.decide(authority, paid=AMOUNT)

    assert await get_verdict(sandbox, authority, Toman(AMOUNT + 1)) is Verdict.AMOUNT_DIFFERS


@for_each(("first", "second"), [(AMOUNT, None), (None, AMOUNT), (AMOUNT, Toman(1))])
async def test_the_first_decision_is_final(
    first: Toman | None, second: Toman | None, sandbox: SandboxPayments
) -> None:
    authority = await open_payment(sandbox)

    await sandbox.decide(authority, paid=first)
    await sandbox.decide(authority, paid=second)

    payment = await sandbox.find(authority)
    assert payment is not None
    assert (payment.is_decided, payment.paid) == (True, first)


async def test_a_decision_is_about_one_payment(sandbox: SandboxPayments) -> None:
    authority, other = await open_payment(sandbox), await open_payment(sandbox)

    await sandbox.decide(authority, paid=AMOUNT)

    assert await get_verdict(sandbox, other) is Verdict.UNPAID


async def test_two_instances_on_one_file_agree(file: Path, sandbox: SandboxPayments) -> None:
    elsewhere = SandboxPayments(file, public_url="http://localhost:8001")
    authority = await open_payment(sandbox)

    await elsewhere.decide(authority, paid=AMOUNT)

    assert await sandbox.find(authority) == await elsewhere.find(authority)
    assert await get_verdict(sandbox, authority) is Verdict.PAID


async def test_concurrent_decisions_of_two_instances_end_in_one_that_both_report(
    file: Path, sandbox: SandboxPayments
) -> None:
    elsewhere = SandboxPayments(file, public_url="http://localhost:8001")
    authority = await open_payment(sandbox)

    await asyncio.gather(
        *(place.decide(authority, paid=Toman(n)) for n in range(1, 11) for place in (sandbox, elsewhere))
    )

    payment = await sandbox.find(authority)
    assert payment is not None
    assert payment.paid in range(1, 11)
    assert await elsewhere.find(authority) == payment


async def test_many_payments_opened_at_once_by_two_instances_are_all_kept(
    file: Path, sandbox: SandboxPayments
) -> None:
    elsewhere = SandboxPayments(file, public_url="http://localhost:8001")

    authorities = await asyncio.gather(
        *(open_payment(place) for _ in range(10) for place in (sandbox, elsewhere))
    )

    kept = [await sandbox.find(authority) for authority in authorities]
    assert [payment and payment.authority for payment in kept] == list(authorities)
