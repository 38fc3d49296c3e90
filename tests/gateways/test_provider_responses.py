import contextlib
import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import digits
from domain.enums import RefillStatus
from gateways import provider_responses
from gateways.errors import GatewayError, GatewayInvalidResponse, GatewayRateLimited, GatewayRejected
from gateways.http import JsonResponse
from gateways.provider_results import (
    ProviderBalance,
    ProviderRefill,
)
from tests.subtest_cases import for_each

SUCCESS: dict[str, object] = {"order": 1, "status": "Pending", "cancel": 1, "refill": 1, "balance": "1"}

Read = Callable[[JsonResponse], object]

READERS: dict[str, Read] = {
    "order_id": provider_responses.parse_order_id,
    "catalogue": provider_responses.parse_catalogue,
    "statuses": lambda answer: provider_responses.parse_statuses(answer, ["1", "2"]),
    "status of one": lambda answer: provider_responses.parse_statuses(answer, ["1"]),
    "cancellations": lambda answer: provider_responses.parse_cancellations(answer, ["1", "2"]),
    "refill_id": provider_responses.parse_refill_id,
    "refill": provider_responses.parse_refill,
    "balance": provider_responses.parse_balance,
}
every_reader = pytest.mark.parametrize("read", READERS.values(), ids=READERS)
every_reader_of_objects = pytest.mark.parametrize(
    "read", [read for read in READERS.values() if read is not provider_responses.parse_catalogue]
)


@every_reader
@for_each("http_status", [200, 201, 400, 401, 403, 404, 422])
def test_a_textual_error_is_a_refusal_with_the_http_status_as_its_code(read: Read, http_status: int) -> None:
    with pytest.raises(GatewayRejected) as raised:
        read(JsonResponse(http_status, {"error": " Invalid API key\x00 "}))

    assert (raised.value.code, raised.value.text) == (http_status, "Invalid API key")


@every_reader
def test_a_refusal_keeps_no_more_than_500_characters(read: Read) -> None:
    with pytest.raises(GatewayRejected) as raised:
        read(JsonResponse(200, {"error": "x" * 1_000}))

    assert raised.value.text == "x" * 500


@every_reader
@for_each("http_status", [100, 301, 302, 307, 500, 502, 503, 599])
def test_a_textual_error_in_a_redirect_or_server_error_is_invalid(read: Read, http_status: int) -> None:
    with pytest.raises(GatewayInvalidResponse):
        read(JsonResponse(http_status, {"error": "Invalid API key"}))


@every_reader
@for_each("error", [True, 1, ["x"], {"message": "x"}, " ", "\x00"])
def test_an_error_without_text_is_never_a_success(read: Read, error: object) -> None:
    with pytest.raises((GatewayInvalidResponse, GatewayRejected)):
        read(JsonResponse(200, SUCCESS | {"error": error}))


@every_reader
@for_each("body", [None, True, 5, 5.5, "ok", {}, {"message": "Ok"}])
def test_a_body_without_data_is_invalid(read: Read, body: object) -> None:
    with pytest.raises(GatewayInvalidResponse):
        read(JsonResponse(200, body))


@every_reader_of_objects
@for_each("body", [[], [[]], [None], ["ok"], [{}]])
def test_a_list_without_data_is_invalid_unless_it_is_a_catalogue(read: Read, body: object) -> None:
    with pytest.raises(GatewayInvalidResponse):
        read(JsonResponse(200, body))


@every_reader
@for_each("http_status", [400, 404])
def test_success_with_a_failed_http_status_is_invalid(read: Read, http_status: int) -> None:
    with pytest.raises(GatewayInvalidResponse):
        read(JsonResponse(http_status, SUCCESS))


# A provider's numbers of orders and keys are few; the rest of its JSON may be anything.
KEYS = st.sampled_from(
    [
        "order",
        "order_id",
        "error",
        "status",
        "cancel",
        "refill",
        "balance",
        "service",
        "name",
        "rate",
        "1",
        "2",
    ]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(["1", "Completed", "0.90", "success", "error"])
)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(max_size=4), inner, max_size=6)
    ),
    max_leaves=12,
)
HTTP_STATUSES = st.sampled_from([200, 201, 204, 301, 400, 404, 429, 500, 502])


@every_reader
@given(body=JSON, http_status=HTTP_STATUSES)
def test_no_json_whatever_raises_anything_but_a_gateway_error(
    read: Read, body: object, http_status: int
) -> None:
    with contextlib.suppress(GatewayRejected, GatewayRateLimited, GatewayInvalidResponse):
        read(JsonResponse(http_status, body))


@given(
    body=JSON | st.fixed_dictionaries({"order": JSON}, optional={"error": JSON}), http_status=HTTP_STATUSES
)
def test_an_order_counts_as_accepted_only_with_a_positive_64_bit_number_and_no_failure(
    body: object, http_status: int
) -> None:
    try:
        number = provider_responses.parse_order_id(JsonResponse(http_status, body))
    except GatewayError:
        return

    assert 200 <= http_status < 300
    assert isinstance(body, dict)
    assert not isinstance(body["order"], bool | float)
    assert digits.to_ascii(str(body["order"])).strip() == number
    assert 1 <= len(number) <= 64
    assert re.search("[0-9]", number)
    assert not body.get("error")


@given(error=JSON, order=JSON, http_status=HTTP_STATUSES)
def test_a_refusal_names_no_order(error: object, order: object, http_status: int) -> None:
    body = {"error": error, "order": order}
    try:
        provider_responses.parse_order_id(JsonResponse(http_status, body))
    except GatewayRejected as refusal:
        # Some panels write "no order" as a text.
        says_why, names_no_order = bool(error and refusal.text), not order or order in ("0", "null")
        assert says_why
        assert names_no_order
        assert http_status < 300 or 400 <= http_status < 500
    except (GatewayRateLimited, GatewayInvalidResponse):
        pass


@for_each(
    "body",
    [
        [{"order": 9, "cancel": {"error": "Incorrect order ID"}}, {"order": 2, "cancel": 1}, {"order": 3}],
        [
            {"order": "9", "error": "Incorrect order ID"},
            {"order": "2", "cancel": "1"},
            {"order": 8, "cancel": 1},
        ],
        {"9": {"cancel": {"error": "Incorrect order ID"}}, "2": {"cancel": True}, "3": {"cancel": 0}},
    ],
)
def test_cancellations_separate_accepted_from_refused(body: object) -> None:
    cancellations = provider_responses.parse_cancellations(JsonResponse(200, body), ["9", "2", "3"])

    assert cancellations.accepted == {"2"}
    assert cancellations.rejected == {"9": "Incorrect order ID"}


def test_a_cancellation_of_a_single_order_needs_no_number() -> None:
    assert provider_responses.parse_cancellations(JsonResponse(200, {"cancel": 1}), ["2"]).accepted == {"2"}


@for_each("outcome", [0, False, "", "Ok", None, [], {}, {"error": ""}, -1, 1.0])
def test_a_cancellation_without_result_or_reason_is_invalid(outcome: object) -> None:
    with pytest.raises(GatewayInvalidResponse):
        provider_responses.parse_cancellations(JsonResponse(200, [{"order": 2, "cancel": outcome}]), ["2"])


@for_each(
    "body", [{"refill": "5"}, {"refill": 5}, {"refill": 5, "status": "success"}, [{"order": 1, "refill": 5}]]
)
def test_a_refill_s_number_is_read(body: object) -> None:
    assert provider_responses.parse_refill_id(JsonResponse(200, body)) == "5"


@for_each("refill", [None, 0, "0", "", "Ok", True, -1, 1.5, [], {}])
def test_a_refill_without_a_number_is_invalid(refill: object) -> None:
    with pytest.raises(GatewayInvalidResponse):
        provider_responses.parse_refill_id(JsonResponse(200, {"refill": refill}))


@for_each(
    ("read", "body"),
    [
        (provider_responses.parse_refill_id, {"refill": {"error": "Refill is disabled"}}),
        (provider_responses.parse_refill_id, [{"order": 1, "refill": {"error": "Refill is disabled"}}]),
        (provider_responses.parse_refill_id, [{"order": 1, "error": "Refill is disabled"}]),
        (provider_responses.parse_refill, {"status": {"error": "Refill is disabled"}}),
        (provider_responses.parse_refill, [{"refill": 3, "status": {"error": "Refill is disabled"}}]),
    ],
)
def test_a_refusal_inside_a_row_is_one(read: Read, body: object) -> None:
    with pytest.raises(GatewayRejected) as raised:
        read(JsonResponse(200, body))

    assert raised.value.text == "Refill is disabled"


@for_each(
    ("written", "status"),
    [
        ("Pending", RefillStatus.PENDING),
        ("In progress", RefillStatus.INPROGRESS),
        ("Completed", RefillStatus.COMPLETED),
        ("Rejected", RefillStatus.REJECTED),
        ("Awaiting", None),
    ],
)
@for_each("wrap", [lambda row: row, lambda row: [row | {"refill": 1}]])
def test_a_refill_s_status_is_parsed_and_its_text_is_kept(
    written: str, status: RefillStatus | None, wrap: Callable[[dict[str, str]], object]
) -> None:
    refill = provider_responses.parse_refill(JsonResponse(200, wrap({"status": written})))

    assert refill == ProviderRefill(status=status, status_text=written)


@for_each(
    ("body", "amount", "currency"),
    [
        ({"balance": "100.84292", "currency": "USD"}, "100.84292", "USD"),
        ({"balance": 100.84292, "currency": "USD"}, "100.84292", "USD"),
        ({"status": "success", "balance": "95,200", "currency": None}, "95,200", None),
        ({"balance": -3}, "-3", None),
        ({"balance": "0", "currency": "Iranian Toman"}, "0", "Iranian "),
    ],
)
def test_a_balance_keeps_the_provider_s_text(body: object, amount: str, currency: str | None) -> None:
    assert provider_responses.parse_balance(JsonResponse(200, body)) == ProviderBalance(
        amount=amount, currency=currency
    )


@for_each("balance", [None, "", [], True, "9" * 41])
def test_an_unreadable_balance_is_invalid(balance: object) -> None:
    with pytest.raises(GatewayInvalidResponse):
        provider_responses.parse_balance(JsonResponse(200, {"balance": balance}))
