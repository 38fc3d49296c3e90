"""Writes the demo's data files from the parsed reference: `python -m demo.generate endpoints.json`."""

import sys
from pathlib import Path
from random import Random

from demo import history, invented, records
from demo.documented import Reference
from demo.records import Record, integer

_SEED = 1399


def generate(reference: Reference) -> dict[str, list[Record]]:
    """All records by data file; the same for the same reference."""
    chance = Random(_SEED)
    services = sorted([*reference.services(), invented.service_1816()], key=_id)
    shown_users = reference.top_users()
    top_users = [invented.top_user(shown, chance) for shown in shown_users]
    named = [reference.user(), invented.owner(), invented.listed_buyer(), *top_users]
    others = invented.other_users({_id(user) for user in named}, chance)
    orders = history.invent([*top_users, *others], services, shown_users, reference.top_services(), chance)
    return {
        "users": sorted([*named, *others], key=_id),
        "categories": reference.categories(),
        "providers": invented.providers(),
        "services": services,
        "orders": sorted([*orders, *reference.orders()], key=_id),
        "gifts": reference.gifts(),
        "user_gifts": reference.user_gifts(),
        "tickets": reference.tickets(),
        "ticket_messages": reference.ticket_messages(),
        "notifications": reference.notifications(),
    }


def _id(record: Record) -> int:
    return integer(record, "id")


def main() -> None:
    """Generate beside this file."""
    if len(sys.argv) != 2:
        sys.exit("usage: python -m demo.generate <the parsed reference, endpoints.json>")
    for name, rows in generate(Reference(Path(sys.argv[1]))).items():
        records.write(Path(__file__).with_name(f"{name}.json"), rows)


if __name__ == "__main__":
    main()
