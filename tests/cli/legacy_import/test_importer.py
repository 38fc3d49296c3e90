"""The old panel's tables in the database: what is kept, what is corrected, what is left out, and the sums."""

from decimal import Decimal
from pathlib import Path

import pytest

from cli.legacy_import import importer
from cli.legacy_import.files import UnreadableFile
from cli.legacy_import.importer import Report
from cli.legacy_import.source_folder import SourceFolder
from cli.legacy_import.table_mover import TableMover
from cli.legacy_import.tables import TABLES
from domain.enums import PaymentStatus
from domain.order_status import OrderStatus
from domain.roles import UserRole
from models import (
    Category,
    LedgerEntry,
    LegacyFinding,
    LegacyImport,
    LegacyImportTable,
    Order,
    Payment,
    Provider,
    Service,
    Ticket,
    TicketMessage,
    User,
)
from resolvers import ledger_audit, wallet
from resolvers.legacy_imports import DatabaseInUse, ImportedElsewhere
from tests.cli.legacy_import import generate
from tests.cli.legacy_import.legacy_folders import SOUND, SilentListener, open_source_folder, write_folder
from tests.fakes import TIMESTAMP, create_user

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("db")]


async def import_folder(folder: Path, *, batch_size: int = 3) -> Report:
    report = await importer.import_all(open_source_folder(folder), SilentListener(), batch_size=batch_size)
    assert await ledger_audit.audit_ledger() == []
    return report


async def list_findings() -> list[tuple[str, str | None, str]]:
    """Table, id and outcome of every finding."""
    return [
        (found.table_name, found.record, found.kind) for found in await LegacyFinding.all().order_by("id")
    ]


async def test_a_valid_panel_is_imported_with_its_ids_and_without_its_secrets(tmp_path: Path) -> None:
    row = {
        "id": 176,
        "mobile": "9011235566",
        "email": "Ehsan@Example.com",
        "password": "$2y$",
        "api_key": "k",
    }
    await import_folder(
        write_folder(
            tmp_path,
            users=[row | {"role": "admin", "balance": "352.0000", "first_name": "Ehsan"}],
            services=[{"id": 1816, "api_provider_id": 4, "api_service_id": "1001", "uid": 176}],
            orders=[{"id": 1528, "status": "pending", "api_provider_id": 4, "type": "", "remains": -5}],
            tickets=[{"id": 19}],
            ticket_messages=[{"id": 38}],
            transaction_logs=[{"id": 7}, {"id": 8, "status": 0}],
        )
    )
    user = await User.get(id=176)
    assert (user.mobile, user.email, user.balance) == ("09011235566", "ehsan@example.com", 352)
    assert (user.password_hash, user.api_key_hash, user.role) == (None, None, UserRole.MANAGER)
    order = await Order.get(id=1528)
    assert (order.status, order.is_imported, order.dispatch, order.due_at) == ("pending", True, "none", None)
    assert (order.provider_id, order.remains) == (4, -5)
    provider = await Provider.get(id=4)
    assert (provider.is_active, provider.api_key) == (False, "")
    assert (await Service.get(id=1816)).added_by_id == 176
    assert (await Ticket.get(id=19)).user_id == (await TicketMessage.get(id=38)).user_id == 176
    paid, open_one = await Payment.all().order_by("id")
    assert (paid.status, paid.amount, paid.check_after) == (PaymentStatus.PAID, 12_000, None)
    assert (open_one.status, open_one.authority) == (PaymentStatus.PENDING, None)
    assert await list_findings() == []


async def test_new_records_go_on_after_the_old_ids(tmp_path: Path) -> None:
    await import_folder(write_folder(tmp_path))
    assert (await create_user()).id == 177
    assert (await Category.get(id=50)).name == "ویو"


async def test_settled_orders_were_refunded_according_to_their_status(tmp_path: Path) -> None:
    states = {"canceled": 50, "refunded": 50, "partial": 12, "completed": 0, "active": 0, "fail": 0}
    rows = [{"id": number, "status": status, "remains": 25} for number, status in enumerate(states, start=1)]
    await import_folder(write_folder(tmp_path, orders=rows))
    orders = await Order.all().order_by("id")
    assert [order.refunded for order in orders] == list(states.values())
    assert [order.status for order in orders[4:]] == [OrderStatus.INPROGRESS, OrderStatus.ERROR]


async def test_sums_agree_and_each_rejected_balance_is_reported(tmp_path: Path) -> None:
    balances = ["1000", "10.75", "-200", "0.4", "abc", "0"]
    users = [{"id": number, "balance": balance} for number, balance in enumerate(balances, start=1)]
    report = await import_folder(write_folder(tmp_path, users=[*users, *SOUND["users"]]))
    assert report.money_read == Decimal(1000) + Decimal("10.75") - 200 + Decimal("0.4") + 352
    assert report.money_rejected == -200
    assert report.money_imported == sum([user.balance for user in await User.all()]) == 1_362
    assert report.money_rounded_off == Decimal("1.15")
    assert await LedgerEntry.filter(user_id=4).count() == 0
    assert await list_findings() == [
        ("users", "2", "corrected"),
        ("users", "3", "rejected"),
        ("users", "4", "corrected"),
        ("users", "5", "rejected"),
    ]


async def test_colliding_rows_and_rows_with_missing_references_are_skipped_and_reported(
    tmp_path: Path,
) -> None:
    good = dict(SOUND["orders"][0])
    wrong = [
        good | {"charge": 99},
        {"id": 2, "uid": 5},
        {"id": 3, "service_id": 9},
        {"id": 4, "charge": -1},
        {"id": 5, "charge": "12.5"},
        {"id": 6, "quantity": 0},
        {"id": 7, "status": "lost"},
        {"id": 8, "cate_id": 999},
        {"id": 9, "link": "x" * 1_000_001},
        {"id": 10, "service_type": "poll"},
        {"id": "x"},
    ]
    report = await import_folder(
        write_folder(
            tmp_path, orders=[good, *wrong], tickets=[{"id": 1, "uid": 5}], ticket_messages=[{"id": 1}]
        )
    )
    assert (report.tables["orders"].written, report.tables["orders"].rejected) == (4, 8)
    assert await list_findings() == [
        ("orders", "1528", "rejected"),
        *[("orders", str(number), "rejected") for number in (2, 3, 4)],
        ("orders", "5", "corrected"),
        ("orders", "6", "rejected"),
        ("orders", "7", "rejected"),
        ("orders", "8", "corrected"),
        ("orders", "9", "rejected"),
        ("orders", "10", "corrected"),
        ("orders", "x", "rejected"),
        ("tickets", "1", "rejected"),
        ("ticket_messages", "1", "rejected"),
    ]
    assert ((await Order.get(id=1528)).charge, (await Order.get(id=5)).charge) == (50, 12)
    assert (await Order.get(id=8)).category_id == 50


async def test_users_with_one_email_address_are_all_imported_and_the_first_keeps_it(tmp_path: Path) -> None:
    # In one batch, and in two.
    rows = [{"id": number, "mobile": "09011235566", "email": "a@b.example"} for number in range(1, 6)]
    await import_folder(write_folder(tmp_path, users=[*rows, {"id": 176, "custom_rate": 300, "role": "god"}]))
    users = await User.all().order_by("id")
    assert [user.mobile_verified for user in users] == [True, *[False] * 5]
    assert [user.email for user in users] == ["a@b.example", *[None] * 5]
    assert (users[5].custom_rate, users[5].role) == (0, UserRole.USER)
    assert len(await list_findings()) == 5


async def test_the_same_files_again_change_nothing_and_others_are_refused(tmp_path: Path) -> None:
    write_folder(tmp_path)
    first = await import_folder(tmp_path)
    await wallet.spend(176, 100)  # type: ignore[arg-type]  # as a shop that goes on
    await User.filter(id=176).update(balance=352)
    again = await import_folder(tmp_path)
    assert (first.was_finished_before, again.was_finished_before) == (False, True)
    assert again.tables == first.tables
    assert await User.all().count() == await Order.all().count() == 1
    with pytest.raises(DatabaseInUse):
        await import_folder(write_folder(tmp_path, orders=[{"id": 1}]))


async def test_a_database_with_users_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    await create_user()
    with pytest.raises(DatabaseInUse):
        await import_folder(write_folder(tmp_path))
    assert await LegacyImport.all().count() == 0
    assert await Category.all().count() == 0


class Stopped(Exception):
    """Stands for whatever ends a process."""


class StopBeforeOrdersListener(SilentListener):
    def begin(self, table: str, *, rows: int, done: int) -> None:
        if table == "orders":
            raise Stopped


async def import_until_orders(folder: Path) -> SourceFolder:
    generate.write(folder, users=20, orders=30)
    source = open_source_folder(folder)
    with pytest.raises(Stopped):
        await importer.import_all(source, StopBeforeOrdersListener(), batch_size=7)
    return source


async def test_an_unfinished_import_is_resumed_only_with_the_same_files(tmp_path: Path) -> None:
    await import_until_orders(tmp_path)
    # Not by the sequence, which is set in the end.
    stranger = await User.create(id=900, created_at=TIMESTAMP, updated_at=TIMESTAMP)
    with pytest.raises(DatabaseInUse, match="did not write"):
        await import_folder(tmp_path)
    await stranger.delete()
    (tmp_path / "other").mkdir()
    with pytest.raises(DatabaseInUse, match="unfinished"):
        await import_folder(write_folder(tmp_path / "other"))
    assert (await import_folder(tmp_path)).tables["orders"].written == 30


async def test_of_two_processes_at_once_the_slower_one_writes_nothing(tmp_path: Path) -> None:
    source = await import_until_orders(tmp_path)
    of_import = await LegacyImport.get()
    orders = next(table for table in TABLES if table.name == "orders")
    faster, slower = [await LegacyImportTable.get(name="orders") for _ in range(2)]

    async for moved in TableMover(orders, source, of_import).move(faster, batch_size=7):
        assert moved == 7
        break
    with pytest.raises(ImportedElsewhere):
        async for _ in TableMover(orders, source, of_import).move(slower, batch_size=7):
            pass

    assert await Order.all().count() == 7
    assert await LegacyFinding.all().count() == 0
    assert (await import_folder(tmp_path)).tables["orders"].written == 30


async def test_all_file_errors_are_reported_before_anything_is_written(tmp_path: Path) -> None:
    write_folder(tmp_path)
    (tmp_path / "orders.csv").write_text("id,uid\n1,176\n", encoding="utf-8")
    (tmp_path / "services.csv").unlink()
    with pytest.raises(
        UnreadableFile, match=r"services\.csv is missing; orders\.csv lacks the columns cate_id, charge"
    ):
        open_source_folder(tmp_path)


async def test_columns_may_be_in_any_order_and_unknown_ones_are_reported(tmp_path: Path) -> None:
    write_folder(tmp_path)
    (tmp_path / "categories.csv").write_text("status,Colour,name,id\n1,red,ویو,50\n", encoding="utf-8")
    await import_folder(tmp_path)
    assert (await Category.get(id=50)).name == "ویو"
    assert open_source_folder(tmp_path).unknown_columns == {"categories": ["colour"]}
