"""Global ids."""

import base64
from uuid import UUID

import pytest

from domain.problems import InvalidInput
from schema.node import global_id, parse_id, parse_uuid


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_a_global_id_is_read_back() -> None:
    assert parse_id(global_id("Order", 1528), "Order", field="id") == 1528


def test_a_global_id_with_a_uuid_is_read_back() -> None:
    key = UUID("dc0ecfbd-1405-4f4e-9d4f-6bf9fd86cfbc")
    assert parse_uuid(global_id("Notification", key), "Notification", field="ids") == key


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1528",
        "سلام",
        "\ud800",
        "====",
        encoded("Ticket:1"),
        encoded("Order"),
        encoded("Order:"),
        encoded("Order:-1"),
        encoded("Order:1_0"),
        encoded("Order: 1"),
        encoded("Order:۱"),
        encoded("Order:1:2"),
        encoded("Order:1\0"),
        encoded("Order:" + "1" * 5_000),
        base64.b64encode(b"Order:\xff").decode(),
    ],
)
def test_a_wrong_global_id_is_invalid_input_of_its_argument(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_id(text, "Order", field="ticketId")
    assert refused.value.field == "ticketId"
    with pytest.raises(InvalidInput):
        parse_uuid(text, "Notification", field="ids")
