"""Writes an old panel's tables: `python -m tests.cli.legacy_import.generate FOLDER --users 100000 --orders
1000000`.

The same numbers give the same files. `--mysql` writes what `mysqldump --tab` does.
"""

import argparse
import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import TextIO

Cell = str | int | None

HEADERS: Mapping[str, Sequence[str]] = {
    name: columns.split()
    for name, columns in {
        "users": "id ids role login_type first_name last_name email mobile mobile_verified password timezone "
        "more_information settings desc balance custom_rate api_key spent activation_key reset_key "
        "history_ip status changed created",
        "categories": "id ids uid name desc image sort status created changed",
        "services": "id ids uid cate_id name desc price original_price min max add_type type api_service_id "
        "api_provider_id dripfeed status changed created",
        "orders": "id ids type cate_id service_id service_type api_provider_id api_service_id api_order_id "
        "uid link quantity usernames username hashtags hashtag media comments sub_posts sub_min sub_max "
        "sub_delay sub_expiry sub_response_orders sub_response_posts sub_status charge status start_counter "
        "remains is_drip_feed runs interval dripfeed_quantity note changed created",
        "tickets": "id ids uid subject description status created changed",
        "ticket_messages": "id ids uid ticket_id message is_read changed created",
        "transaction_logs": "id ids uid type transaction_id txn_fee amount status created",
    }.items()
}
_CATEGORIES, _SERVICES, _FIRST = 20, 200, 1_500_000_000
_STATUSES = "completed completed completed partial canceled refunded pending inprogress active fail".split()


def generate_tables(*, users: int, orders: int) -> Iterator[tuple[str, Iterable[Sequence[Cell]]]]:
    """Each table's name with its rows."""
    chance = Random(orders)
    yield "users", (_user(number, chance) for number in range(1, users + 1))
    yield "categories", (_category(number) for number in range(1, _CATEGORIES + 1))
    yield "services", (_service(number) for number in range(1, _SERVICES + 1))
    yield "orders", (_order(number, users, chance) for number in range(1, orders + 1))
    tickets = users // 10
    yield "tickets", (_ticket(number, users) for number in range(1, tickets + 1))
    yield "ticket_messages", (_message(number, tickets, users) for number in range(1, 2 * tickets + 1))
    yield "transaction_logs", (_payment(number, users, chance) for number in range(1, users + 1))


def write(folder: Path, *, users: int, orders: int, is_mysql: bool = False) -> None:
    """Write every table into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in generate_tables(users=users, orders=orders):
        path = folder / f"{name}{'.txt' if is_mysql else '.csv'}"
        with path.open("w", encoding="utf-8", newline="") as target:
            if is_mysql:
                _write_mysql(target, rows)
            else:
                writer = csv.writer(target)
                writer.writerow(HEADERS[name])
                writer.writerows(rows)
        if is_mysql:
            columns = ",\n".join(f"  `{column}` text" for column in HEADERS[name])
            (folder / f"{name}.sql").write_text(f"CREATE TABLE `{name}` (\n{columns}\n);\n", encoding="utf-8")


def _write_mysql(target: TextIO, rows: Iterable[Sequence[Cell]]) -> None:
    target.writelines("\t".join(map(_mysql_cell, row)) + "\n" for row in rows)


def _mysql_cell(cell: Cell) -> str:
    if cell is None:
        return "\\N"
    escaped = str(cell).replace("\\", "\\\\").replace("\t", "\\\t").replace("\n", "\\\n")
    return escaped.replace("\x00", "\\0")


def _user(number: int, chance: Random) -> Sequence[Cell]:
    timestamp = _FIRST + number * 100
    balance = chance.choice((0, 0, chance.randrange(1, 2_000_000)))
    return [
        number, None, "user" if number > 1 else "admin", None, f"نام {number}", "خانوادگی",
        f"user{number}@example.com", f"0912{number:07d}", 1, "$2y$10$secret", None, None, None, None,
        f"{balance}.0000", chance.choice((0, 0, 10, 12)), f"key{number}", None, None, None, "127.0.0.1", 1,
        timestamp, timestamp,
    ]  # fmt: skip


def _category(number: int) -> Sequence[Cell]:
    return [number, f"{number:032x}", 1, f"دسته {number}", "", None, number, 1, _FIRST, _FIRST]


def _service(number: int) -> Sequence[Cell]:
    return [
        number, f"{number:032x}", 1, number % _CATEGORIES + 1, f"سرویس {number}", '<p class="x">a, b</p>',
        1_000 + number, 500, 10, 1_000_000, "api", "default", number, number % 3 + 4, 0, 1, _FIRST, _FIRST,
    ]  # fmt: skip


def _order(number: int, users: int, chance: Random) -> Sequence[Cell]:
    service, quantity = number % _SERVICES + 1, chance.randrange(10, 10_000)
    status, timestamp = chance.choice(_STATUSES), _FIRST + number * 80
    return [
        number, f"{number:032x}", chance.choice(("direct", "api", "")), service % _CATEGORIES + 1, service,
        "default", service % 3 + 4, str(service), 26_000_000 + number, number * 7_919 % users + 1,
        f"https://www.instagram.com/p/CA{number:09d}/?igshid=x", quantity, None, None, None, None, None,
        None, None, None, None, None, None, None, None, None, (1_000 + service) * quantity // 1_000, status,
        chance.randrange(10_000), quantity // 3 if status == "partial" else 0, 0, 0, 0, 0, "",
        timestamp, timestamp,
    ]  # fmt: skip


def _ticket(number: int, users: int) -> Sequence[Cell]:
    status = ("new", "pending", "answered", "closed")[number % 4]
    text = 'سلام،\n"سفارش" من کجاست؟\t\\o/'
    return [number, None, number % users + 1, "سفارش", text, status, _FIRST, _FIRST]


def _message(number: int, tickets: int, users: int) -> Sequence[Cell]:
    text = f"<p>پیام {number}</p>"
    return [number, None, number % users + 1, number % tickets + 1, text, 1, _FIRST, _FIRST]


def _payment(number: int, users: int, chance: Random) -> Sequence[Cell]:
    status = chance.choice((1, 1, 0, -1))
    return [number, None, number % users + 1, "zarinpal", f"A{number}", None, 25_000, status, _FIRST + number]


def main() -> None:
    """Write the tables that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--users", type=int, default=100)
    parser.add_argument("--orders", type=int, default=1_000)
    parser.add_argument("--mysql", action="store_true")
    arguments = parser.parse_args()
    write(arguments.folder, users=arguments.users, orders=arguments.orders, is_mysql=arguments.mysql)


if __name__ == "__main__":
    main()
