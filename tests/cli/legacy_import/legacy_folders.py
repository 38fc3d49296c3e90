"""Small folders of an old panel's files, whose cells a test chooses."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from cli.legacy_import.source_folder import SourceFolder, inspect_folder
from tests.cli.legacy_import.generate import HEADERS

ZONE = ZoneInfo("Asia/Tehran")
TIMESTAMP = 1_591_431_859
DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "users": {"role": "user", "balance": 0, "custom_rate": 0, "mobile_verified": 1, "status": 1},
    "categories": {"name": "ویو", "status": 1, "sort": 1},
    "services": {
        "cate_id": 50, "name": "ویو پست", "price": 500, "min": 10, "max": 5000, "type": "default",
        "status": 1,
    },
    "orders": {
        "uid": 176, "cate_id": 50, "service_id": 1816, "link": "sara", "quantity": 100, "charge": 50,
        "status": "completed",
    },
    "tickets": {"uid": 176, "subject": "s", "description": "d", "status": "new"},
    "ticket_messages": {"uid": 176, "ticket_id": 19, "message": "m"},
    "transaction_logs": {"uid": 176, "type": "zarinpal", "transaction_id": "A", "amount": 12000, "status": 1},
}  # fmt: skip
SOUND: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "users": [{"id": 176, "mobile": "09011235566", "email": "Ehsan@example.com", "balance": 352}],
    "categories": [{"id": 50}],
    "services": [{"id": 1816}],
    "orders": [{"id": 1528}],
}


def write_folder(folder: Path, **rows: Sequence[Mapping[str, Any]]) -> Path:
    """CSV files of a valid panel, with the given rows for these tables."""
    for name, table in {**SOUND, **rows}.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as target:
            writer = csv.DictWriter(target, HEADERS[name])
            writer.writeheader()
            for row in table:
                cells = {"created": TIMESTAMP, "changed": TIMESTAMP, **DEFAULTS[name], **row}
                writer.writerow({column: cells.get(column) for column in HEADERS[name]})
    return folder


def open_source_folder(folder: Path) -> SourceFolder:
    return inspect_folder(folder, dialect=None, zone=ZONE)


class SilentListener:
    """A progress listener that ignores its calls."""

    def begin(self, table: str, *, rows: int, done: int) -> None: ...

    def advance(self, rows: int) -> None: ...
