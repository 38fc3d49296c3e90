"""Files as found in practice: each row is read as written or reported as unreadable, and none is lost."""

from pathlib import Path

import pytest

from cli.legacy_import import files
from cli.legacy_import.files import NULL, Dialect, Record, UnreadableFile

ID = frozenset({"id"})


def read(path: Path, content: bytes, *, dialect: Dialect | None = None) -> list[Record]:
    path.write_bytes(content)
    file = files.inspect_file(path, dialect=dialect, required=ID)
    rows = list(files.read_records(file, position=file.begin, line=file.begin_line))
    assert len(rows) == file.rows
    return rows


def cells(rows: list[Record]) -> list[list[str]]:
    return [row.cells for row in rows]


def test_quotes_line_breaks_and_a_byte_order_mark_are_read_as_written(tmp_path: Path) -> None:
    content = b'\xef\xbb\xbfid,Note\r\n1,"a ""b"", c\r\nd"\r\n2,\\N\\\\\r\n'
    rows = read(tmp_path / "users.csv", content, dialect=Dialect.CSV)
    assert cells(rows) == [["1", 'a "b", c\r\nd'], ["2", "\\N\\\\"]]
    assert [row.line for row in rows] == [2, 4]


def test_a_row_with_invalid_utf_8_or_nul_is_reported_and_the_next_ones_are_read(tmp_path: Path) -> None:
    rows = read(tmp_path / "users.csv", b"id,note\n1,\xff\xfe\n2,a\x00b\n3,ok\n")
    assert [row.problem for row in rows] == ["is not UTF-8", "holds a NUL", None]
    assert rows[2].cells == ["3", "ok"]


def test_a_lone_carriage_return_is_reported_and_the_next_line_is_read(tmp_path: Path) -> None:
    first, second = read(tmp_path / "users.csv", b"id,note\n1,a\rb\n2,c\n")
    assert first.problem is not None
    assert second.cells == ["2", "c"]


@pytest.mark.parametrize("ending", [b"", b"\n", b"\n3,d\n"])
def test_a_quote_that_is_never_closed_refuses_the_file(tmp_path: Path, ending: bytes) -> None:
    with pytest.raises(UnreadableFile, match="line 3: a quote that is never closed"):
        read(tmp_path / "users.csv", b'id,note\n1,a\n2,"b' + ending)


def test_a_huge_cell_is_read_and_a_gigantic_one_refused(tmp_path: Path) -> None:
    (row,) = read(tmp_path / "users.csv", b"id,note\n1," + b"x" * 500_000 + b"\n")
    assert len(row.cells[1]) == 500_000
    with pytest.raises(UnreadableFile, match="line 2"):
        read(tmp_path / "users.csv", b'id,note\n1,"' + (b"x" * 999 + b"\n") * 18_000 + b'"\n')


def test_mysql_files_are_read_with_the_columns_of_the_table_definition(tmp_path: Path) -> None:
    definition = "CREATE TABLE `users` (\n  `id` int NOT NULL,\n  `note` text,\n  PRIMARY KEY (`id`)\n);\n"
    (tmp_path / "users.sql").write_text(definition, encoding="utf-8")
    lines = [rb"1|\N", rb'2|"\\N" \|x' + b"\\", b"y\r\\", b"z", b"3|", rb"4|a\0b", b"5|NULL", b""]
    content = b"\n".join(lines).replace(b"|", b"\t")
    rows = read(tmp_path / "users.txt", content)
    assert cells(rows[:3]) == [["1", NULL], ["2", '"\\N" \tx\ny\r\nz'], ["3", ""]]
    assert [row.problem for row in rows] == [None, None, None, "holds a NUL", None]
    assert (rows[4].line, rows[4].cells) == (7, ["5", "NULL"])


def test_mysql_files_with_commas_and_quotes_are_detected(tmp_path: Path) -> None:
    content = b'id,note\n1,"a\\"b, c\nd"\n2,\\N\n3,"\\\\N"\n'
    assert cells(read(tmp_path / "users.csv", content)) == [["1", 'a"b, c\nd'], ["2", NULL], ["3", "\\N"]]


def test_rows_are_read_on_from_where_a_record_ended(tmp_path: Path) -> None:
    path = tmp_path / "users.csv"
    rows = read(path, b'id;note\n1;"a\nb"\n2;c\n\n3;d')
    file = files.inspect_file(path, dialect=None, required=ID)
    for place, row in enumerate(rows):
        assert list(files.read_records(file, position=row.end, line=row.next_line)) == rows[place + 1 :]


@pytest.mark.parametrize(
    ("content", "reported"),
    [
        (b"1,a\n", "users.sql"),
        (b"id,note,id\n1,a,2\n", "id twice"),
        (b"", "users.sql"),
        ("id,note\n1,a\n".encode("utf-16"), "users.sql"),
    ],
)
def test_a_file_whose_columns_are_unknown_is_refused(tmp_path: Path, content: bytes, reported: str) -> None:
    with pytest.raises(UnreadableFile, match=reported):
        read(tmp_path / "users.csv", content)


def test_all_missing_required_columns_are_reported(tmp_path: Path) -> None:
    path = tmp_path / "users.csv"
    path.write_bytes(b"id,note\n1,a\n")
    with pytest.raises(UnreadableFile, match="lacks the columns balance, role"):
        files.inspect_file(path, dialect=None, required=frozenset({"id", "role", "balance"}))
