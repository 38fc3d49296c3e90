"""Equal data compare equal, however servers spell them; other data do not."""

import copy
from typing import Any

import pytest

from benchmarks import response_normalization
from benchmarks.response_normalization import WrongAnswer
from benchmarks.workloads import Workload

OURS: dict[str, Any] = {
    "data": {
        "orders": {
            "edges": [
                {
                    "node": {
                        "id": "T3JkZXI6Nw==",
                        "status": "PENDING",
                        "charge": 25,
                        "link": "12",
                        "createdAt": "2023-11-14T22:13:21Z",
                        "service": {"id": "U2VydmljZTox", "name": "a", "price": 9},
                    }
                }
            ]
        }
    }
}
PEERS: list[Any] = [
    {
        "data": {
            "orders": [
                {
                    "id": 7,
                    "status": "pending",
                    "charge": 25,
                    "link": "12",
                    "createdAt": "2023-11-14T22:13:21.000Z",
                    "service": {"id": 1, "name": "a", "price": 9},
                }
            ]
        }
    },
    {
        "data": {
            "orders": [
                {
                    "id": 7,
                    "status": "pending",
                    "charge": "25",
                    "link": "12",
                    "createdAt": "2023-11-14T22:13:21+00:00",
                    "service": {"id": 1, "name": "a", "price": "9"},
                }
            ]
        }
    },
]


@pytest.mark.parametrize("peer", PEERS)
def test_the_same_orders_compare_equal_in_each_server_s_spelling(peer: dict[str, Any]) -> None:
    assert response_normalization.to_comparable(
        Workload.ORDERS, peer
    ) == response_normalization.to_comparable(Workload.ORDERS, OURS)


@pytest.mark.parametrize(
    ("field", "value"),
    [("id", 8), ("status", "partial"), ("charge", "26"), ("link", 12), ("createdAt", "2023-11-14T22:13:22Z")],
)
def test_another_value_compares_unequal(field: str, value: object) -> None:
    peer = copy.deepcopy(PEERS[1])
    peer["data"]["orders"][0][field] = value
    assert response_normalization.to_comparable(
        Workload.ORDERS, peer
    ) != response_normalization.to_comparable(Workload.ORDERS, OURS)


def test_a_missing_field_compares_unequal() -> None:
    peer = copy.deepcopy(PEERS[0])
    del peer["data"]["orders"][0]["service"]
    assert response_normalization.to_comparable(
        Workload.ORDERS, peer
    ) != response_normalization.to_comparable(Workload.ORDERS, OURS)


def test_two_new_orders_may_differ_in_id_and_timestamp_only() -> None:
    placed = [
        {"data": {"createOrder": {"id": "T3JkZXI6Nw==", "createdAt": "2026-01-01T00:00:00Z", "charge": 3}}},
        {"data": {"createOrder": {"result": {"id": 8, "createdAt": "2026-01-01T00:00:01Z", "charge": "3"}}}},
        {"id": 9, "createdAt": "2026-01-01T00:00:02Z", "charge": 3},
    ]
    assert [response_normalization.to_comparable(Workload.CREATE_ORDER, one) for one in placed] == [
        {"charge": 3}
    ] * 3


def test_legacy_orders_are_compared_as_they_are() -> None:
    answer = {"status": 200, "orders": [{"id": 1, "remains": "5"}]}
    assert response_normalization.to_comparable(Workload.LEGACY_ORDERS, answer) == answer


@pytest.mark.parametrize(
    "answer",
    [
        {"errors": [{"message": "no"}]},
        {"data": {"createOrder": {"code": "INSUFFICIENT_BALANCE", "message": "no"}}},
        {"data": {"createOrder": None}},
        {"detail": "Not Found"},
    ],
)
def test_refusals_are_no_data(answer: dict[str, Any]) -> None:
    with pytest.raises(WrongAnswer):
        response_normalization.to_comparable(Workload.CREATE_ORDER, answer)
