"""Every action and every format of the panel API v2."""

import httpx
import pytest

from domain.enums import RefillStatus
from domain.order_state_machine import Dispatch
from domain.order_status import OrderSource, OrderStatus
from domain.service_types import ServiceType
from models import Order, Refill, Service, User
from tests.fakes import TIMESTAMP
from tests.reseller_api.conftest import NewReseller
from tests.reseller_api.reseller_client import URL, Reseller
from tests.resolvers.factories import create_category, create_order, create_service
from tests.resolvers.provider_factories import create_provider, create_provider_service

UNKNOWN = {"error": "Incorrect order ID"}


async def deliver(order: Order, status: OrderStatus, **columns: object) -> None:
    await Order.filter(id=order.id).update(status=status, **columns)


async def create_refillable_order(reseller: Reseller) -> Order:
    provider = await create_provider()
    service = await create_provider_service(provider, can_refill=True)
    order = await create_order(reseller.user, service, status=OrderStatus.COMPLETED)
    await Order.filter(id=order.id).update(provider_id=provider.id, provider_order_id="7")
    return order


async def test_services_lists_what_can_be_ordered_at_the_reseller_s_price(reseller: Reseller) -> None:
    await User.filter(id=reseller.user.id).update(custom_rate=10)
    category, closed = await create_category(name="Likes"), await create_category(is_active=False)
    sold = await create_service(
        category=category, name="Likes", price=905, min_quantity=50, max_quantity=10_000
    )
    await Service.filter(id=sold.id).update(description="<p>fast</p>", drip_feed=True, can_refill=True)
    await create_service(category=closed)
    await create_service(category=category, is_active=False)

    assert await reseller.call("services") == [
        {
            "service": sold.id,
            "name": "Likes",
            "type": "Default",
            "category": "Likes",
            "rate": "814.5",
            "min": "50",
            "max": "10000",
            "dripfeed": True,
            "refill": True,
            "cancel": False,
            "desc": "<p>fast</p>",
        }
    ]


@pytest.mark.parametrize(
    ("price", "discount", "rate"),
    [
        (500, 0, "500"),
        (1_000, 10, "900"),
        (1, 33, "0.67"),
        (2**53 - 1, 1, "8917127262193581.09"),
        (7, 100, "0"),
    ],
)
async def test_a_rate_is_exact(price: int, discount: int, rate: str, reseller: Reseller) -> None:
    await User.filter(id=reseller.user.id).update(custom_rate=discount)
    await create_service(price=price)
    assert [row["rate"] for row in await reseller.call("services")] == [rate]


async def test_add_charges_the_wallet_and_leaves_an_order_of_the_api(reseller: Reseller) -> None:
    service = await create_service(price=1_000)

    answer = await reseller.call("add", service=service.id, link="https://example.com/p/1", quantity=100)

    order = await Order.get()
    assert answer == {"order": order.id}
    assert (order.source, order.user_id, order.charge) == (OrderSource.API, reseller.user.id, 100)
    assert await reseller.balance() == 99_900


@pytest.mark.parametrize("sent_as", ["query", "form", "json", "bearer", "multipart"])
async def test_parameters_come_in_any_form_and_the_body_wins(sent_as: str, reseller: Reseller) -> None:
    service = await create_service()
    fields = {"action": "add", "service": str(service.id), "link": "page", "quantity": "10"}
    mine, key, client = {"key": reseller.key, **fields}, reseller.key, reseller.client
    requests = {
        "query": client.build_request("GET", URL, params=mine),
        "form": client.build_request("POST", URL, params={**mine, "quantity": "99"}, data=mine),
        "json": client.build_request("POST", f"{URL}/", params={"action": "balance"}, json=mine),
        "bearer": client.build_request("POST", URL, data=fields, headers={"Authorization": f"Bearer {key}"}),
        "multipart": client.build_request(
            "POST", URL, files={name: (None, text) for name, text in mine.items()}
        ),
    }
    answer = await client.send(requests[sent_as])
    order = await Order.get()
    assert (answer.status_code, answer.json()) == (200, {"order": order.id})
    assert order.quantity == 10


async def test_the_same_idempotency_key_places_one_order(reseller: Reseller) -> None:
    service = await create_service()
    form = {"key": reseller.key, "action": "add", "service": service.id, "link": "page", "quantity": 10}
    headers = {"Idempotency-Key": "order 1"}
    first = await reseller.client.post(URL, data=form, headers=headers)
    again = await reseller.client.post(URL, data=form, headers=headers)
    other = await reseller.client.post(URL, data={**form, "quantity": 11}, headers=headers)
    assert first.json() == again.json()
    assert other.json() == {"error": "Idempotency-Key was used for another request"}
    assert await Order.all().count() == 1


async def test_status_reports_one_order(reseller: Reseller) -> None:
    order = await create_order(reseller.user, await create_service(), charge=1_000)
    await deliver(order, OrderStatus.PARTIAL, start_count=3_572, remains=4, refunded=400)
    assert await reseller.call("status", order=order.id) == {
        "charge": "600",
        "start_count": "3572",
        "status": "Partial",
        "remains": "4",
        "currency": "IRT",
    }


@pytest.mark.parametrize("action", ["status", "orders", "multi_status"])
async def test_status_reports_several_orders_by_their_numbers(
    action: str, reseller: Reseller, new_reseller: NewReseller
) -> None:
    service = await create_service()
    mine = await create_order(reseller.user, service)
    foreign = await create_order((await new_reseller(0)).user, service)

    reported = await reseller.call(action, orders=f"{foreign.id}, {mine.id},{mine.id},2000000000,x,,")

    assert list(reported) == [str(foreign.id), str(mine.id), "2000000000", "x"]
    assert reported.pop(str(mine.id))["status"] == "Pending"
    assert list(reported.values()) == [UNKNOWN] * 3


async def test_status_of_a_subscription_reports_its_posts(reseller: Reseller) -> None:
    order = await create_order(reseller.user, await create_service(type=ServiceType.SUBSCRIPTIONS))
    await deliver(
        order,
        OrderStatus.INPROGRESS,
        subscription_posts=5,
        subscription_max=2,
        subscription_response_posts=3,
        subscription_expiry="31/12/2030",
    )
    assert await reseller.call("status", order=order.id) == {
        "charge": "1000",
        "start_count": "0",
        "status": "Active",
        "remains": "0",
        "currency": "IRT",
        "expiry": "31/12/2030",
        "posts": "3",
        "orders": [],
    }


async def test_status_of_a_drip_feed_reports_its_runs(reseller: Reseller) -> None:
    order = await create_order(reseller.user, await create_service(drip_feed=True))
    await deliver(order, OrderStatus.INPROGRESS, is_drip_feed=True, runs=5, drip_feed_quantity=2, remains=5)
    reported = await reseller.call("status", order=order.id)
    assert (reported["status"], reported["remains"], reported["runs"], reported["orders"]) == (
        "In progress",
        "5",
        "2",
        [],
    )


async def test_refill_accepts_one_order_or_several(reseller: Reseller) -> None:
    first, second = await create_refillable_order(reseller), await create_refillable_order(reseller)
    bare = await create_order(reseller.user, await create_service())

    one = await reseller.call("refill", order=first.id)
    several = await reseller.call("refill", orders=f"{first.id},{second.id},{bare.id},2000000000")

    created = {refill.order_id: refill.id for refill in await Refill.all()}
    refused = {"error": "Refill is not available"}
    assert one == {"refill": str(created[first.id])}
    assert several == [
        {"order": first.id, "refill": refused},
        {"order": second.id, "refill": created[second.id]},
        {"order": bare.id, "refill": refused},
        {"order": 2_000_000_000, "refill": UNKNOWN},
    ]
    assert await reseller.call("refill", order=bare.id) == refused


async def test_refill_status_reports_one_refill_or_several(
    reseller: Reseller, new_reseller: NewReseller
) -> None:
    order, foreign = (
        await create_refillable_order(reseller),
        await create_refillable_order(await new_reseller(0)),
    )
    refills = [
        await Refill.create(order=order, status=status, created_at=TIMESTAMP, updated_at=TIMESTAMP)
        for status in (RefillStatus.REJECTED, RefillStatus.COMPLETED, RefillStatus.INPROGRESS)
    ]
    hidden = await Refill.create(order=foreign, created_at=TIMESTAMP, updated_at=TIMESTAMP)
    numbers = [refill.id for refill in refills]
    missing = {"error": "Refill not found"}

    assert await reseller.call("refill_status", refill=numbers[1]) == {"status": "Completed"}
    assert await reseller.call("refill_status", refill=hidden.id) == missing
    assert await reseller.call("refill_status", refills=",".join(map(str, [*numbers, hidden.id]))) == [
        {"refill": numbers[0], "status": "Rejected"},
        {"refill": numbers[1], "status": "Completed"},
        {"refill": numbers[2], "status": "In progress"},
        {"refill": hidden.id, "status": missing},
    ]


async def test_cancel_stops_what_was_not_sent_and_gives_its_charge_back(
    reseller: Reseller, new_reseller: NewReseller
) -> None:
    service = await create_provider_service(await create_provider())
    placed = [
        (await reseller.call("add", service=service.id, link=f"page{index}", quantity=100))["order"]
        for index in range(2)
    ]
    await Order.filter(id=placed[1]).update(status=OrderStatus.COMPLETED, dispatch=Dispatch.CLOSED)
    foreign = await create_order((await new_reseller(0)).user, service)

    answer = await reseller.call("cancel", orders=f"{placed[0]},{placed[1]},{foreign.id}")

    assert answer == [
        {"order": placed[0], "cancel": 1},
        {"order": placed[1], "cancel": {"error": "Order cannot be canceled"}},
        {"order": foreign.id, "cancel": UNKNOWN},
    ]
    assert (await reseller.call("status", order=placed[0]))["status"] == "Canceled"
    assert (await reseller.call("status", order=placed[0]))["charge"] == "0"
    assert await reseller.balance() == 100_000 - 100
    assert await reseller.call("cancel", order=foreign.id) == [{"order": foreign.id, "cancel": UNKNOWN}]


async def test_balance_returns_whole_toman(reseller: Reseller) -> None:
    assert await reseller.call("balance") == {"balance": "100000", "currency": "IRT"}


async def test_ids_may_come_as_a_list_of_json(reseller: Reseller) -> None:
    order = await create_order(reseller.user, await create_service())
    body = {"key": reseller.key, "action": "status", "orders": [order.id, str(order.id), "x"]}
    answer = await reseller.client.post(URL, json=body)
    assert list(answer.json()) == [str(order.id), "x"]


async def test_whole_numbers_of_json_may_have_a_fraction_of_zero(reseller: Reseller) -> None:
    service = await create_service()
    order = {"service": float(service.id), "quantity": 100.0, "link": "https://example.com/p/1"}
    body = {"key": reseller.key, "action": "add", **order}
    placed = (await reseller.client.post(URL, json=body)).json()["order"]
    requested = {"key": reseller.key, "action": "status", "orders": [float(placed)]}

    answer = await reseller.client.post(URL, json=requested)

    assert (await Order.get(id=placed)).quantity == 100
    assert list(answer.json()) == [str(placed)]


async def test_a_hundred_ids_fit_and_one_more_does_not(reseller: Reseller) -> None:
    hundred = ",".join(str(number) for number in range(1, 101))
    assert len(await reseller.call("status", orders=hundred)) == 100
    refused = {"error": "Too many IDs in one request, at most 100"}
    lists = {"status": "orders", "refill": "orders", "cancel": "orders", "refill_status": "refills"}
    for action, name in lists.items():
        assert await reseller.call(action, **{name: f"{hundred},101"}) == refused


@pytest.mark.parametrize(
    ("action", "sentence"),
    [
        ("status", "Incorrect order ID"),
        ("refill", "Incorrect order ID"),
        ("refill_status", "Refill not found"),
        ("add", "Incorrect service ID"),
        ("fly", "Incorrect request"),
        ("", "Incorrect request"),
    ],
)
async def test_an_action_without_its_parameters_is_refused(
    action: str, sentence: str, reseller: Reseller
) -> None:
    assert await reseller.call(action) == {"error": sentence}


async def test_an_order_that_cannot_be_paid_is_refused(new_reseller: NewReseller) -> None:
    reseller, service = await new_reseller(99), await create_service(price=1_000)
    form = {"service": service.id, "link": "page"}
    poor = await reseller.call("add", **form, quantity=100)
    assert poor == {"error": "Not enough funds on balance"}
    few = await reseller.call("add", **form, quantity=1_001)
    assert few == {"error": "Incorrect quantity, must be between 1 and 1000"}
    assert await Order.all().count() == 0


@pytest.mark.parametrize("method", ["HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_other_methods_do_nothing(method: str, reseller: Reseller) -> None:
    service = await create_service()
    query = f"key={reseller.key}&action=add&service={service.id}&link=page&quantity=1"
    answer = await reseller.client.request(method, f"{URL}?{query}")
    assert answer.status_code == 200
    assert method == "HEAD" or answer.json() == {"error": "Incorrect request method, use POST or GET"}
    assert await Order.all().count() == 0


async def test_no_response_may_be_cached(reseller: Reseller) -> None:
    answer: httpx.Response = await reseller.send("balance")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "application/json"
