"""Pasted text through every API that accepts it: invisible characters have no effect."""

from collections.abc import Callable

import httpx
import pytest

from domain.service_types import ServiceType
from models import Order, Ticket, User
from resolvers import api_keys
from resolvers.app_context import AppContext
from tests.api_parity.scenario import to_global_id
from tests.fakes import RecordingSms, create_user
from tests.fixtures import create_authorization
from tests.resolvers.factories import create_service
from tests.resolvers.logins import request_code

NOTHING = "\u200b\u200c\u200d\u2060\ufeff\u061c\u00ad\u180e\u3164\u200e\u200f\u202a\u202e\u2066\u2069"
LINK = "https://www.instagram.com/p/CA2-Sn-n9YX/"
COMMENTS = f"می\u200cخواهم\n{NOTHING}\r\n \u2028عا\u200bلی 👩\u200d💻\n\u200b"
CLEANED = "می\u200cخواهم\nعالی 👩\u200d💻"
PROFILE = "mutation($i: ProfileInput!) { updateProfile(input: $i) { __typename } }"
ORDER = (
    "mutation($i: CreateOrderInput!) { createOrder(input: $i) { __typename ... on InvalidLink { message } } }"
)
VERIFY = "mutation($u: String!, $c: String!) { verifyLoginCode(username: $u, code: $c) { __typename } }"
MOBILES = (
    "+98 0935 000 0001",
    "0098 0935 000 0001",
    "+98(0)935.000–0001",
    "\u202a۰۹۳۵۰۰۰۰۰۰۱\u202c",
    "０９３５００００００１",
)


class Callers:
    """One user, who signs in to each API."""

    def __init__(self, client: httpx.AsyncClient, headers: dict[str, str], key: str) -> None:
        self.client, self.headers, self.key = client, headers, key

    async def rest(self, path: str, **fields: object) -> int:
        """The status of an answer to JSON."""
        answer = await self.client.post(f"/api{path}", headers=self.headers, json=fields)
        return int(answer.json()["status"])

    async def graphql(self, document: str, **variables: object) -> dict[str, str]:
        body = {"query": document, "variables": variables}
        (result,) = (
            (await self.client.post("/graphql", headers=self.headers, json=body)).json()["data"].values()
        )
        return dict(result)

    async def v2(self, **fields: object) -> dict[str, object]:
        answer = await self.client.post("/api/v2", data={"key": self.key, "action": "add", **fields})
        return dict(answer.json())


@pytest.fixture
async def buyer() -> User:
    return await create_user(balance=100_000)


@pytest.fixture
async def callers(client: httpx.AsyncClient, app: AppContext, buyer: User) -> Callers:
    return Callers(client, await create_authorization(app, buyer), await api_keys.rotate_api_key(buyer))


@pytest.mark.both_databases
async def test_invisible_lines_are_neither_counted_nor_charged(
    callers: Callers, buyer: User, subtests: pytest.Subtests
) -> None:
    service = await create_service(type=ServiceType.CUSTOM_COMMENTS, price=1_000_000, min_quantity=1)
    global_service = to_global_id("Service", service.id)
    rest = {"service_id": service.id, "category_id": service.category_id, "link": LINK}
    await callers.rest("/v1/order", **rest, comments=COMMENTS)
    await callers.graphql(ORDER, i={"serviceId": global_service, "link": LINK, "comments": COMMENTS})
    await callers.v2(service=service.id, link=LINK, comments=COMMENTS)

    orders = await Order.all()
    assert len(orders) == 3
    for order in orders:
        with subtests.test(source=order.source):
            assert (order.comments, order.quantity, order.charge) == (CLEANED, 2, 2_000)
    assert (await User.get(id=buyer.id)).balance == 94_000
    assert await callers.rest("/v1/order", **rest, comments=f"{NOTHING}\n\u200b") == 400
    assert await Order.all().count() == 3


async def test_invisible_characters_are_trimmed_from_a_link_and_refused_inside_it(
    callers: Callers, subtests: pytest.Subtests
) -> None:
    service = await create_service()
    global_service = to_global_id("Service", service.id)
    rest = {"service_id": service.id, "category_id": service.category_id}
    right, wrong = f"\u2066{LINK}\u2069\ufeff", f"{LINK}\u200bx"
    for link in (right, wrong, NOTHING, "instagram.com/p/x"):
        with subtests.test(link=ascii(link)):
            before = await Order.all().count()
            status = await callers.rest("/v1/order", **rest, link=link, quantity=100.0)
            answer = await callers.graphql(
                ORDER, i={"serviceId": global_service, "link": link, "quantity": 100}
            )
            reseller = await callers.v2(service=service.id, link=link, quantity="100.0")
            placed = await Order.all().count() - before
            if link == right:
                assert (status, answer["__typename"], placed) == (201, "Order", 3)
            else:
                assert (status, answer["__typename"], placed) == (400, "InvalidLink", 0)
                assert "http" in answer["message"]
                assert "error" in reseller
    assert {order.link for order in await Order.all()} == {LINK}
    assert {order.quantity for order in await Order.all()} == {100}


async def test_names_and_subjects_hold_something_to_see(callers: Callers, buyer: User) -> None:
    assert await callers.rest("/v1/user", first_name="\u200bسا\u200bرا\u202e") == 200
    assert (await User.get(id=buyer.id)).first_name == "سارا"
    assert (await callers.graphql(PROFILE, i={"firstName": NOTHING}))["__typename"] == "InvalidInput"
    assert await callers.rest("/v1/user/tickets", subject=NOTHING, description="x") == 400
    assert (
        await callers.rest("/v1/user/tickets", subject="\ufeffکجاست؟", description=f"a\u202eb\n{NOTHING}")
        == 201
    )
    ticket = await Ticket.get()
    assert (ticket.subject, ticket.description) == ("کجاست؟", "ab")
    assert (await User.get(id=buyer.id)).first_name == "سارا"


async def test_every_spelling_of_a_mobile_or_email_address_is_equal(
    callers: Callers, buyer: User, subtests: pytest.Subtests
) -> None:
    other = await create_user(email="josé@example.com")
    for mobile in MOBILES:
        with subtests.test(mobile=ascii(mobile)):
            await User.filter(id=buyer.id).update(mobile=None)
            assert await callers.rest("/v1/user", mobile=mobile) == 200
            assert (await User.get(id=buyer.id)).mobile == "09350000001"
            assert (await callers.graphql(PROFILE, i={"mobile": mobile}))["__typename"] != "InvalidInput"
    for email in ("jose\u0301@EXAMPLE.com", "\u200bjosé@exa\u00admple.com"):
        with subtests.test(email=ascii(email)):
            assert (await callers.graphql(PROFILE, i={"email": email}))["__typename"] == "EmailTaken"
            assert await callers.rest("/v1/user", email=email) == 400
    for email in ("a@b..co", ".a@b.co", "a@-b.co"):
        with subtests.test(email=email):
            assert (await callers.graphql(PROFILE, i={"email": email}))["__typename"] == "InvalidInput"
    assert (await User.get(id=other.id)).email == "josé@example.com"


async def test_a_login_code_is_read_in_groups_in_every_script_and_as_a_number(
    client: httpx.AsyncClient, app: AppContext, sms: RecordingSms, subtests: pytest.Subtests
) -> None:
    persian = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
    spellings: dict[str, Callable[[str], str | int]] = {
        "groups": lambda code: f"{code[:3]} {code[3:]}",
        "Persian": lambda code: f"\u202b{code.translate(persian)}\u202c",
        "number": int,
    }
    for number, (name, spell) in enumerate(spellings.items()):
        with subtests.test(spelling=name):
            mobile = f"0935000001{number}"
            await request_code(app, mobile)
            body = {"username": mobile, "code": spell(sms.sent[-1][1])}
            answer = await client.post("/api/v1/login/verify", json=body)
            assert answer.json()["status"] == 200, answer.text


async def test_a_code_that_begins_with_zeros_may_arrive_as_a_number(client: httpx.AsyncClient) -> None:
    sent = {"username": "09350000009", "code": 59_655}
    # Wrong, not malformed.
    assert (await client.post("/api/v1/login/verify", json=sent)).json()["status"] == 401
    assert (await client.post("/api/v1/login/verify", json={**sent, "code": 1_059_655})).json()[
        "status"
    ] == 400


async def test_a_pasted_api_key_and_a_form_s_array_are_understood(callers: Callers, buyer: User) -> None:
    callers.key = f"\u200b{callers.key[:10]}\u200d{callers.key[10:]}\n"
    assert (await callers.v2(action="balance"))["balance"] == "100000"
    for content_type, body in (
        ("application/x-www-form-urlencoded", b"first_name[]=a"),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="first_name[0]"\r\n\r\na\r\n--b--\r\n',
        ),
    ):
        headers = {**callers.headers, "content-type": content_type}
        answer = await callers.client.post("/api/v1/user", headers=headers, content=body)
        assert answer.json()["status"] == 400
    assert (await User.get(id=buyer.id)).first_name == "Sara"


async def test_an_amount_above_the_maximum_is_not_called_too_small(callers: Callers) -> None:
    answers = [
        (
            await callers.client.post(
                "/api/v1/user/payment", headers=callers.headers, json={"amount": amount}
            )
        ).json()
        for amount in (1, 10**15)
    ]
    assert [answer["status"] for answer in answers] == [400, 400]
    assert "حداقل" in answers[0]["message"]
    assert "حداکثر" in answers[1]["message"]
