import pytest

from domain.order_status import OrderStatus, SubscriptionStatus
from gateways import provider_responses
from gateways.errors import GatewayInvalidResponse
from gateways.http import JsonResponse
from gateways.provider_results import ProviderOrderState
from tests.subtest_cases import for_each


def parse_state(entry: dict[str, object]) -> ProviderOrderState:
    return provider_responses.parse_statuses(JsonResponse(200, {"7": entry}), ["7"]).states["7"]


@for_each(
    ("written", "status"),
    [
        ("Pending", OrderStatus.PENDING),
        ("Processing", OrderStatus.PROCESSING),
        ("In progress", OrderStatus.INPROGRESS),
        ("In Progress", OrderStatus.INPROGRESS),
        ("inprogress", OrderStatus.INPROGRESS),
        ("in_progress", OrderStatus.INPROGRESS),
        ("Active", OrderStatus.INPROGRESS),
        ("Completed", OrderStatus.COMPLETED),
        ("COMPLETED", OrderStatus.COMPLETED),
        ("Partial", OrderStatus.PARTIAL),
        ("Canceled", OrderStatus.CANCELED),
        ("Cancelled", OrderStatus.CANCELED),
        ("Fail", OrderStatus.CANCELED),
        ("Failed", OrderStatus.CANCELED),
        ("Error", OrderStatus.CANCELED),
        ("Refunded", OrderStatus.REFUNDED),
        ("Awaiting", None),
        ("Paused", None),
        ("Expired", None),
        ("success", OrderStatus.COMPLETED),
        ("Done", OrderStatus.COMPLETED),
        ("Unknown", None),
    ],
)
def test_an_order_s_status_is_parsed_in_any_spelling_and_its_text_is_kept(
    written: str, status: OrderStatus | None
) -> None:
    state = parse_state({"status": f" {written} "})

    assert (state.status, state.status_text) == (status, written)


@for_each("entry", [{}, {"status": None}, {"status": []}, {"status": True}])
def test_an_order_without_a_readable_status_has_none(entry: dict[str, object]) -> None:
    assert (parse_state(entry).status, parse_state(entry).status_text) == (None, "")


@for_each(
    ("written", "status"),
    [
        *((status.value, status) for status in SubscriptionStatus),
        ("Cancelled", SubscriptionStatus.CANCELED),
        ("Partial", None),
    ],
)
def test_a_subscription_s_status_is_known_beside_the_order_s(
    written: str, status: SubscriptionStatus | None
) -> None:
    assert parse_state({"status": written}).subscription_status is status


def test_a_state_is_parsed_as_documented_by_the_panel_api() -> None:
    state = parse_state(
        {"charge": "0.27819", "start_count": "3572", "status": "Partial", "remains": "157", "currency": "USD"}
    )

    assert state == ProviderOrderState(
        status=OrderStatus.PARTIAL,
        subscription_status=None,
        status_text="Partial",
        charge="0.27819",
        currency="USD",
        start_count=3572,
        remains=157,
        posts=None,
        runs=None,
        orders=(),
    )


def test_a_subscription_s_state_holds_its_posts_and_orders() -> None:
    state = parse_state(
        {"status": "Active", "expiry": None, "posts": "2", "orders": ["11", 12, "none", None]}
    )

    assert (state.subscription_status, state.posts, state.orders) == (
        SubscriptionStatus.ACTIVE,
        2,
        ("11", "12"),
    )


def test_a_drip_feed_s_state_holds_its_runs() -> None:
    assert parse_state({"status": "In progress", "runs": 3, "orders": []}).runs == 3


@for_each("written", ["Unknown", None, "", "+5", "1,234", [], {}, True])
def test_ambiguous_counts_are_none(written: object) -> None:
    state = parse_state({"status": "Partial", "start_count": written, "remains": written})

    assert (state.start_count, state.remains) == (None, None)


@for_each("written", [-5, "-5"])
def test_over_delivery_stays_a_negative_number(written: object) -> None:
    assert parse_state({"status": "Completed", "remains": written}).remains == -5


@for_each(
    ("written", "charge"),
    [("0.27819", "0.27819"), (0.27819, "0.27819"), (12, "12"), (None, None), ("", None), ("9" * 41, None)],
)
def test_a_charge_keeps_the_provider_s_text(written: object, charge: str | None) -> None:
    assert parse_state({"charge": written}).charge == charge


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(
            {
                "1": {"status": "Completed"},
                "10": {"error": "Incorrect order ID"},
                "99": {"status": "Partial"},
            },
            id="an object by number",
        ),
        pytest.param(
            {"1": {"order": 1, "status": "Completed"}, "10": "Incorrect order ID"},
            id="SmartPanel's bare text",
        ),
        pytest.param(
            [{"order": "1", "status": "Completed"}, {"order": 10, "error": "Incorrect order ID"}, None],
            id="a list of rows",
        ),
    ],
)
def test_statuses_separate_states_from_errors_and_omit_unrequested_orders(body: object) -> None:
    statuses = provider_responses.parse_statuses(JsonResponse(200, body), ["1", "10", "100"])

    assert {number: state.status for number, state in statuses.states.items()} == {"1": OrderStatus.COMPLETED}
    assert statuses.errors == {"10": "Incorrect order ID"}


@for_each(
    ("body", "requested", "known"),
    [
        ({"status": "Completed"}, ["1"], ["1"]),
        ({"order": 1, "status": "Completed"}, ["1"], ["1"]),
        ({"order": 1, "status": "Completed"}, ["1", "2"], ["1"]),
    ],
)
def test_the_state_of_one_order_alone_is_that_order_s(
    body: object, requested: list[str], known: list[str]
) -> None:
    assert list(provider_responses.parse_statuses(JsonResponse(200, body), requested).states) == known


@for_each(
    ("body", "requested"),
    [
        ({"status": "Completed"}, ["1", "2"]),
        ({"order": 3, "status": "Completed"}, ["1"]),
        ({"3": {"status": "Completed"}}, ["1"]),
        ({"1": None}, ["1"]),
        ({"1": []}, ["1"]),
        ({"1": ""}, ["1"]),
    ],
)
def test_statuses_without_the_requested_orders_are_invalid(body: object, requested: list[str]) -> None:
    with pytest.raises(GatewayInvalidResponse):
        provider_responses.parse_statuses(JsonResponse(200, body), requested)
