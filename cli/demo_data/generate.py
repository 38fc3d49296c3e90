"""Generates the demo data from the parsed reference: `python -m cli.demo_data.generate endpoints.json`."""

import sys
from pathlib import Path
from random import Random

from cli.demo_data import order_history, records, synthetic_records
from cli.demo_data.records import Record, get_integer
from cli.demo_data.reference_records import Reference

_SEED = 1399


def generate(reference: Reference) -> dict[str, list[Record]]:
    """All records by data file; deterministic for a given reference."""
    chance = Random(_SEED)
    services = sorted([*reference.services(), synthetic_records.build_service_1816()], key=_get_id)
    shown_users = reference.top_users()
    top_users = [synthetic_records.build_top_user(shown, chance) for shown in shown_users]
    named = [
        reference.user(),
        synthetic_records.build_owner(),
        synthetic_records.build_listed_buyer(),
        *top_users,
    ]
    others = synthetic_records.build_other_users({_get_id(user) for user in named}, chance)
    orders = order_history.generate_orders(
        [*top_users, *others], services, shown_users, reference.top_services(), chance
    )
    return {
        "users": sorted([*named, *others], key=_get_id),
        "categories": reference.categories(),
        "providers": synthetic_records.build_providers(),
        "services": services,
        "orders": sorted([*orders, *reference.orders()], key=_get_id),
        "gifts": reference.gifts(),
        "user_gifts": reference.user_gifts(),
        "tickets": reference.tickets(),
        "ticket_messages": reference.ticket_messages(),
        "notifications": reference.notifications(),
    }


def _get_id(record: Record) -> int:
    return get_integer(record, "id")


def main() -> None:
    """Write the files beside this module."""
    if len(sys.argv) != 2:
        sys.exit("usage: python -m cli.demo_data.generate <the parsed reference, endpoints.json>")
    for name, rows in generate(Reference(Path(sys.argv[1]))).items():
        records.write(Path(__file__).with_name(f"{name}.json"), rows)


if __name__ == "__main__":
    main()
