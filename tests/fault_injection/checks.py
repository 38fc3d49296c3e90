"""What must hold after a run, read from the rows and from the provider's own truth."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.fault_injection.databases import Row
from tests.fault_injection.faulty_provider import ACCEPTING_FAULTS, outcome_of

SETTLED = ("completed", "partial", "canceled")
MIN_ORDERS, MIN_DEATHS = 20, 3


class ProviderTruth:
    """What the provider accepted and refused, by link."""

    def __init__(self, file: Path) -> None:
        lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        self.accepted: dict[str, list[Row]] = defaultdict(list)
        for line in lines:
            if "accepted" in line:
                self.accepted[line["accepted"]].append(line)
        self.refused = Counter(line["refused"] for line in lines if "refused" in line)
        self.faults = {line.get("fault", "refuse") for line in lines}


def violations(
    tables: Mapping[str, Sequence[Row]], truth: ProviderTruth, acknowledged: Mapping[str, int], *, seed: int
) -> Iterator[str]:
    """Every broken promise, in words."""
    orders = {row["id"]: row for row in tables["orders"]}
    yield from _money(tables)
    yield from _charges(tables, orders)
    yield from _deliveries(orders, truth)
    yield from _acknowledgements(orders, acknowledged)
    yield from _refunds(tables, orders, seed)


def emptiness(tables: Mapping[str, Sequence[Row]], truth: ProviderTruth, deaths: int) -> Iterator[str]:
    """The reason why a run proves nothing: too little happened."""
    if len(tables["orders"]) < MIN_ORDERS:
        yield f"only {len(tables['orders'])} orders"
    if deaths < MIN_DEATHS:
        yield f"only {deaths} deaths"
    if missing := ACCEPTING_FAULTS - truth.faults:
        yield f"faults that never came up: {sorted(missing)}"
    if not any(row["status"] in ("partial", "canceled") for row in tables["orders"]):
        yield "nothing was given back"


def _money(tables: Mapping[str, Sequence[Row]]) -> Iterator[str]:
    sums: Counter[int] = Counter()
    for entry in tables["ledger_entries"]:
        sums[entry["user_id"]] += entry["amount"]
        if entry["balance_after"] < 0:
            yield f"ledger entry {entry['id']} leaves {entry['balance_after']}"
    for user in tables["users"]:
        if user["balance"] != sums[user["id"]]:
            yield f"user {user['id']} has {user['balance']}, the ledger says {sums[user['id']]}"
        if user["balance"] < 0:
            yield f"user {user['id']} has {user['balance']}"


def _charges(tables: Mapping[str, Sequence[Row]], orders: Mapping[int, Row]) -> Iterator[str]:
    charged = Counter(
        entry["order_id"] for entry in tables["ledger_entries"] if entry["kind"] == "order_charge"
    )
    for number, row in orders.items():
        if charged[number] != 1:
            yield f"order {number} was charged {charged[number]} times"
        if row["refunded"] > row["charge"]:
            yield f"order {number} gave back {row['refunded']} of {row['charge']}"
    for number in charged.keys() - orders.keys():
        yield f"a charge without its order {number}"


def _deliveries(orders: Mapping[int, Row], truth: ProviderTruth) -> Iterator[str]:
    links = {row["link"]: row for row in orders.values()}
    for link, accepted in truth.accepted.items():
        if len(accepted) > 1:
            yield f"{link} was sent {len(accepted)} times"
        if link not in links:
            yield f"the provider has {link}, which is no order"
    for row in orders.values():
        accepted = truth.accepted.get(row["link"], [])
        if row["status"] == "error" and accepted:
            yield f"order {row['id']} is an error, and the provider has it"
        if row["status"] in (*SETTLED, "processing", "inprogress") and not accepted:
            yield f"order {row['id']} is {row['status']}, and the provider does not have it"
        if row["dispatch"] in ("queued", "sending", "sent"):
            yield f"order {row['id']} is stuck: {row['status']}, {row['dispatch']}"


def _acknowledgements(orders: Mapping[int, Row], acknowledged: Mapping[str, int]) -> Iterator[str]:
    by_link: dict[str, list[int]] = defaultdict(list)
    for number, row in orders.items():
        by_link[row["link"]].append(number)
    for link, numbers in by_link.items():
        if len(numbers) > 1:
            yield f"{link} is {len(numbers)} orders"
    for link, number in acknowledged.items():
        if by_link.get(link) != [number]:
            yield f"{link} was acknowledged as {number}, and is {by_link.get(link)}"


def _refunds(tables: Mapping[str, Sequence[Row]], orders: Mapping[int, Row], seed: int) -> Iterator[str]:
    refunded: Counter[int] = Counter()
    for entry in tables["ledger_entries"]:
        if entry["kind"] == "refund":
            refunded[entry["order_id"]] += entry["amount"]
    for number, row in orders.items():
        due = _compute_refund_due(row, seed)
        if due is not None and (row["refunded"], refunded[number]) != (due, due):
            yield f"order {number} is {row['status']} and gave back {refunded[number]} instead of {due}"


def _compute_refund_due(row: Row, seed: int) -> int | None:
    """What an order has to give back by the provider's truth; None while it is held for staff."""
    if row["status"] in ("awaiting", "error"):
        return 0
    if row["status"] not in SETTLED:
        return None
    kind, remains = outcome_of(seed, int(row["provider_order_id"]), row["quantity"])
    dues: dict[str, int] = {
        "Completed": 0,
        "Canceled": row["charge"],
        "Partial": row["charge"] * remains // row["quantity"],
    }
    return dues[kind]


def summary(tables: Mapping[str, Sequence[Any]]) -> str:
    """Orders by status."""
    counted = Counter(row["status"] for row in tables["orders"])
    return ", ".join(f"{count} {status}" for status, count in sorted(counted.items()))
