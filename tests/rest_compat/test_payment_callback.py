"""The gateway's callback: what it does, and the page that the payer sees."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import unescape
from html.parser import HTMLParser

import httpx
import pytest

from domain.enums import PaymentStatus
from domain.money import Toman
from gateways.errors import GatewayUnavailable
from models import Payment, User
from resolvers.app_context import AppContext
from tests.database_state import read_all_rows, read_stored_rows
from tests.fakes import FakePayments, create_user
from tests.resolvers.logins import with_settings
from tests.resolvers.money_steps import get_balance

VERIFY = "/api/v1/user/payment/verify"
APP_URL = 'vitrin://wallet?from=bank&note="<paid>"'
AUTHORITY = "A00000000000000000000000000000001"
AMOUNT = Toman(1_250_000)
# 2026-03-20, half past eight in the evening in London, is the first minute of 1405 in Tehran.
NEW_YEAR = datetime(2026, 3, 20, 20, 30, tzinfo=UTC)
NEW_YEAR_TEXT = "۱۴۰۵/۰۱/۰۱ ساعت ۰۰:۰۰"
HOSTILE = "<script>alert(1)</script>\"'&"
HEADINGS = {
    PaymentStatus.PAID: "پرداخت موفق بود",
    PaymentStatus.PENDING: "در انتظار تایید بانک",
    PaymentStatus.CANCELED: "پرداخت لغو شد",
    PaymentStatus.FAILED: "پرداخت انجام نشد",
    PaymentStatus.MISMATCHED: "پرداخت در دست بررسی است",
    PaymentStatus.UNVERIFIED: "پرداخت در دست بررسی است",
    PaymentStatus.REJECTED: "پرداخت پذیرفته نشد",
}
UNKNOWN = "پرداخت یافت نشد"
POLICY = (
    "default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


class Zibal(FakePayments):
    """The gateway in memory under another name."""

    name = "zibal"


@dataclass(frozen=True)
class Gateways:
    """Both kinds of gateway that return payers."""

    sandbox: FakePayments
    zibal: Zibal


@pytest.fixture
def gateways() -> Gateways:
    return Gateways(FakePayments(), Zibal())


@pytest.fixture
def app(app: AppContext, gateways: Gateways) -> AppContext:
    """The shop with both gateways, and an app that has a hostile address."""
    own = replace(app, payments={"sandbox": gateways.sandbox, "zibal": gateways.zibal})
    return with_settings(own, app_url=APP_URL)


class Page(HTMLParser):
    """A parsed page: its text, and every tag with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def attributes(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def parse_page(answer: httpx.Response) -> Page:
    """The page without its style sheet."""
    return Page(answer.text.split("</style>")[1])


async def create_payment(
    payer: User | None, status: PaymentStatus = PaymentStatus.PENDING, *, gateway: str = "sandbox"
) -> Payment:
    """A payment that its gateway has opened."""
    return await Payment.create(
        user=payer,
        gateway=gateway,
        authority=AUTHORITY,
        url="https://bank.example/page",
        amount=AMOUNT,
        status=status,
        reference=HOSTILE if status is PaymentStatus.PAID else None,
        card_mask=HOSTILE[:32] if status is PaymentStatus.PAID else None,
        created_at=NEW_YEAR,
        updated_at=NEW_YEAR,
        credited_at=NEW_YEAR if status is PaymentStatus.PAID else None,
    )


async def return_to_shop(client: httpx.AsyncClient, **query: str) -> httpx.Response:
    """The payer's browser at the callback."""
    return await client.get(VERIFY, params={"Authority": AUTHORITY, "Status": "OK", **query})


@pytest.fixture
async def receipts(client: httpx.AsyncClient, gateways: Gateways) -> dict[str, httpx.Response]:
    """The callback's answer for a payment of each state, and for none."""
    answers: dict[str, httpx.Response] = {"unknown": await return_to_shop(client)}
    for status in PaymentStatus:
        await Payment.all().delete()
        await create_payment(await create_user(), status)
        if status in (PaymentStatus.PENDING, PaymentStatus.UNVERIFIED):
            gateways.sandbox.fail_next = GatewayUnavailable("down", request_sent=True)
        answers[status] = await return_to_shop(client)
    return answers


async def test_every_state_has_its_own_page_text(receipts: dict[str, httpx.Response]) -> None:
    for name, answer in receipts.items():
        heading, status_code = (UNKNOWN, 404) if name == "unknown" else (HEADINGS[PaymentStatus(name)], 200)
        assert answer.status_code == status_code
        assert re.findall("<h1>(.*)</h1>\n<p>[^a-z<]+</p>", answer.text) == [heading]


async def test_a_receipt_shows_amount_number_and_time_in_persian(
    receipts: dict[str, httpx.Response],
) -> None:
    for status in PaymentStatus:
        answer = receipts[status]
        page = Page(answer.text)
        [root] = page.attributes("html")
        assert (root["lang"], root["dir"]) == ("fa", "rtl")
        assert "۱٬۲۵۰٬۰۰۰ تومان" in page.text
        assert NEW_YEAR_TEXT in page.text
        assert re.search("شماره پرداخت [۰-۹]+ ", page.text)
        assert not re.search("[0-9]", parse_page(answer).text.replace(HOSTILE, ""))


async def test_the_page_of_an_unknown_payment_shows_no_payment(receipts: dict[str, httpx.Response]) -> None:
    page = parse_page(receipts["unknown"])
    assert "تومان" not in page.text
    assert AUTHORITY not in page.text


async def test_every_page_leads_back_into_the_app_and_nowhere_else(
    receipts: dict[str, httpx.Response],
) -> None:
    for answer in receipts.values():
        page = Page(answer.text)
        assert [link["href"] for link in page.attributes("a")] == [APP_URL]
        asking = {"script", "link", "img", "iframe", "form", "object", "embed", "base"}
        assert asking.isdisjoint(tag for tag, _ in page.tags)
        assert re.findall(r"//[^\s\"']+|@import|url\(", unescape(answer.text)) == ["//wallet?from=bank&note="]


async def test_markup_in_a_receipt_is_shown_and_not_obeyed(receipts: dict[str, httpx.Response]) -> None:
    page = Page(receipts[PaymentStatus.PAID].text)
    assert HOSTILE in page.text
    assert HOSTILE not in receipts[PaymentStatus.PAID].text
    assert page.attributes("script") == []


async def test_every_page_allows_its_own_style_only_and_is_not_cached(
    receipts: dict[str, httpx.Response],
) -> None:
    nonces = set()
    for answer in receipts.values():
        [style] = Page(answer.text).attributes("style")
        assert answer.headers["Content-Security-Policy"] == POLICY.format(nonce=style["nonce"])
        assert " style=" not in answer.text
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        nonces.add(style["nonce"])
    assert len(nonces) == len(receipts)


@pytest.mark.parametrize(
    ("paid", "query", "status"),
    [
        (AMOUNT, {}, PaymentStatus.PAID),
        (AMOUNT, {"Status": "NOK"}, PaymentStatus.PAID),
        (Toman(AMOUNT - 1), {}, PaymentStatus.MISMATCHED),
        (None, {}, PaymentStatus.FAILED),
        (None, {"Status": "NOK"}, PaymentStatus.CANCELED),
        (None, {"Status": "ok"}, PaymentStatus.CANCELED),
        (None, {"Status": ""}, PaymentStatus.CANCELED),
    ],
)
async def test_the_gateway_s_verdict_counts_and_not_the_payer_s(
    paid: Toman | None,
    query: dict[str, str],
    status: PaymentStatus,
    client: httpx.AsyncClient,
    gateways: Gateways,
) -> None:
    payer = await create_user()
    await create_payment(payer)
    if paid is not None:
        gateways.sandbox.paid[AUTHORITY] = paid

    answer = await return_to_shop(client, **query)

    assert HEADINGS[status] in answer.text
    assert (await Payment.get()).status is status
    assert await get_balance(payer) == (AMOUNT if status is PaymentStatus.PAID else 0)


async def test_a_payer_who_cancels_goes_back_and_pays_is_credited_once(
    client: httpx.AsyncClient, gateways: Gateways
) -> None:
    payer = await create_user()
    await create_payment(payer)

    canceled = await return_to_shop(client, Status="NOK")
    gateways.sandbox.paid[AUTHORITY] = AMOUNT
    paid, again, late = (
        await return_to_shop(client),
        await return_to_shop(client),
        await return_to_shop(client, Status="NOK"),
    )

    assert HEADINGS[PaymentStatus.CANCELED] in canceled.text
    assert all(HEADINGS[PaymentStatus.PAID] in answer.text for answer in (paid, again, late))
    assert (await get_balance(payer), gateways.sandbox.verified) == (AMOUNT, 2)


@pytest.mark.parametrize(
    ("success", "status"),
    [("1", PaymentStatus.FAILED), ("0", PaymentStatus.CANCELED), ("", PaymentStatus.CANCELED)],
)
async def test_zibal_s_parameters_find_a_payment_at_zibal(
    success: str, status: PaymentStatus, client: httpx.AsyncClient
) -> None:
    await create_payment(await create_user(), gateway="zibal")

    answer = await client.get(VERIFY, params={"trackId": AUTHORITY, "success": success, "orderId": "1"})

    assert (answer.status_code, (await Payment.get()).status) == (200, status)


async def test_a_payment_at_zibal_that_was_paid_is_credited(
    client: httpx.AsyncClient, gateways: Gateways
) -> None:
    payer = await create_user()
    await create_payment(payer, gateway="zibal")
    gateways.zibal.paid[AUTHORITY] = AMOUNT

    answer = await client.get(VERIFY, params={"trackId": AUTHORITY, "success": "1", "status": "2"})

    assert HEADINGS[PaymentStatus.PAID] in answer.text
    assert await get_balance(payer) == AMOUNT


@pytest.mark.parametrize(
    ("gateway", "query"),
    [
        ("zibal", {"Authority": AUTHORITY, "Status": "OK"}),
        ("sandbox", {"trackId": AUTHORITY, "success": "1"}),
        ("sandbox", {"Authority": AUTHORITY.lower(), "Status": "OK"}),
        ("sandbox", {"Authority": f"{AUTHORITY} ", "Status": "OK"}),
        ("sandbox", {"Authority": f"{AUTHORITY}\0", "Status": "OK"}),
        ("sandbox", {"Authority": "\0", "Status": "NOK"}),
        ("sandbox", {"Authority": "x" * 65, "Status": "OK"}),
        ("sandbox", {"Authority": HOSTILE, "Status": HOSTILE}),
        ("sandbox", {"Authority": "%", "Status": "OK"}),
        ("sandbox", {"Authority": "' OR 1=1 --", "Status": "OK"}),
        ("sandbox", {"Authority": "\ufffd", "Status": "OK"}),
    ],
    ids=lambda value: ascii(value)[:50],
)
async def test_parameters_of_no_payment_at_their_gateway_are_answered_404_and_change_nothing(
    gateway: str, query: dict[str, str], client: httpx.AsyncClient
) -> None:
    await create_payment(await create_user(), gateway=gateway)
    before = await read_stored_rows()

    answer = await client.get(VERIFY, params=query)

    assert answer.status_code == 404
    assert UNKNOWN in answer.text
    assert HOSTILE not in answer.text
    assert await read_stored_rows() == before


@pytest.mark.parametrize("raw", ["Authority=%ff&Status=OK", "Authority=%ed%a0%80", "trackId=%00&success=1"])
async def test_bytes_that_are_no_text_are_of_no_payment(raw: str, client: httpx.AsyncClient) -> None:
    assert (await client.get(f"{VERIFY}?{raw}")).status_code == 404


async def test_a_test_payment_has_a_receipt_and_credits_no_wallet(
    client: httpx.AsyncClient, gateways: Gateways
) -> None:
    await create_payment(None)
    gateways.sandbox.paid[AUTHORITY] = AMOUNT

    assert HEADINGS[PaymentStatus.PAID] in (await return_to_shop(client)).text
    assert (await read_all_rows())["ledger_entries"] == []


async def test_a_redirection_to_the_gateway_comes_back_to_a_receipt(
    client: httpx.AsyncClient, gateways: Gateways
) -> None:
    started = await client.get("/api/v1/user/payment/test")
    [authority] = gateways.sandbox.opened
    gateways.sandbox.pay(authority)

    receipt = await return_to_shop(client, Authority=authority)

    assert (started.status_code, started.headers["location"]) == (302, f"https://bank.example/{authority}")
    assert HEADINGS[PaymentStatus.PAID] in receipt.text
    assert "502229******5995" in receipt.text
