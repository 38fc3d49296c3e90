"""The vocabulary of the panel API is complete, and is read back by the shop's own gateway."""

from domain import panel_api_vocabulary
from domain.enums import RefillStatus
from domain.order_status import OrderStatus
from domain.service_types import ServiceType
from gateways.http import JsonResponse
from gateways.provider_responses import parse_catalogue, parse_refill, parse_statuses
from tests.subtest_cases import for_each


def test_every_status_and_type_has_a_panel_api_name() -> None:
    assert panel_api_vocabulary.ORDER_STATUSES.keys() == set(OrderStatus)
    assert panel_api_vocabulary.REFILL_STATUSES.keys() == set(RefillStatus)
    assert panel_api_vocabulary.SERVICE_TYPES.keys() == set(ServiceType)


def test_statuses_have_the_panel_api_s_names() -> None:
    assert {status.value: term for status, term in panel_api_vocabulary.ORDER_STATUSES.items()} == {
        "pending": "Pending",
        "processing": "Processing",
        "inprogress": "In progress",
        "completed": "Completed",
        "partial": "Partial",
        "canceled": "Canceled",
        "refunded": "Refunded",
        "error": "Pending",
        "awaiting": "Pending",
    }


@for_each("status", OrderStatus)
def test_another_installation_reads_each_status_back(status: OrderStatus) -> None:
    term = panel_api_vocabulary.ORDER_STATUSES[status]
    read = parse_statuses(JsonResponse(200, {"7": {"status": term}}), ["7"]).states["7"].status
    waits = (OrderStatus.ERROR, OrderStatus.AWAITING)
    assert read is (OrderStatus.PENDING if status in waits else status)


@for_each("status", RefillStatus)
def test_another_installation_reads_each_refill_s_status_back(status: RefillStatus) -> None:
    answer = JsonResponse(200, {"status": panel_api_vocabulary.REFILL_STATUSES[status]})
    # Resellers see orders that await our staff as being processed.
    expected = RefillStatus.INPROGRESS if status is RefillStatus.AWAITING else status
    assert parse_refill(answer).status is expected


@for_each("kind", ServiceType)
def test_another_installation_reads_each_type_back(kind: ServiceType) -> None:
    row = {"service": 1, "name": "x", "rate": "1", "type": panel_api_vocabulary.SERVICE_TYPES[kind]}
    assert parse_catalogue(JsonResponse(200, [row])).services[0].type is kind
