"""The old panel's tables as files: CSV with a header row, or MySQL's own format.

MySQL's `SELECT … INTO OUTFILE` and `mysqldump --tab` write NULL as \\N, escape by backslashes and have no
header row; mysqldump's `TABLE.sql` beside the file names the columns.
"""

import csv
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

NULL = "\x00N"
"""Represents NULL in the cells of MySQL's format."""

_MAX_LINE_LENGTH = 16 * 2**20
_MAX_CELL_LENGTH = 16 * 2**20
_END = "\x00END"
_BOM = b"\xef\xbb\xbf"
_SAMPLE_LINES = 100
_COLUMN = re.compile(r"^\s+`(\w+)`\s", re.MULTILINE)
_ESCAPE = re.compile(r"\\(.)|(\r)(?=.)", re.DOTALL)
# MySQL's escapes other than the character itself; the CSV reader removes the backslash.
_ESCAPED = {"N": NULL, "0": "\x00", "n": "\\\n", "t": "\\\t", "r": "\\\r", "b": "\b", "Z": "\x1a"}
csv.field_size_limit(_MAX_CELL_LENGTH)


class UnreadableFile(Exception):
    """A file that cannot be read row by row; the message says which and where."""


class Dialect(StrEnum):
    """The format of a file: `csv` doubles quotes and leaves NULL empty, `mysql` escapes by backslashes."""

    CSV = "csv"
    MYSQL = "mysql"


@dataclass(frozen=True, kw_only=True)
class TableFile:
    """A file that was inspected: its rows begin at byte `begin`, which is line `begin_line`."""

    path: Path
    dialect: Dialect
    delimiter: str
    is_quoted: bool
    columns: Sequence[str]
    begin: int
    begin_line: int
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Record:
    """A raw row, which starts at `line`; `problem` says why its cells cannot be used.

    The next one begins at byte `end`, which is line `next_line`.
    """

    line: int
    cells: list[str]
    problem: str | None
    end: int
    next_line: int


class _Lines:
    """The remaining lines of a file for the CSV reader, with the position reached.

    A sentinel line follows the file's last one, so that an unclosed quote is detected.
    """

    def __init__(self, stream: BinaryIO, dialect: Dialect, *, line: int, path: Path) -> None:
        self._stream = stream
        self._is_mysql = dialect is Dialect.MYSQL
        self._path = path
        self.position = stream.tell()
        self.line = line
        self.problem: str | None = None
        self.digest = hashlib.sha256()
        self._is_over = False

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        raw = self._stream.readline(_MAX_LINE_LENGTH)
        if not raw:
            if self._is_over:
                raise StopIteration
            self._is_over = True
            return _END
        if len(raw) == _MAX_LINE_LENGTH:
            raise UnreadableFile(f"{self._path.name}, line {self.line}: longer than {_MAX_LINE_LENGTH} bytes")
        self.digest.update(raw)
        self.position += len(raw)
        self.line += 1
        return self._decode(raw)

    def _decode(self, raw: bytes) -> str:
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            self.problem = "is not UTF-8"
            text = raw.decode(errors="replace")
        if "\x00" in text:
            self.problem, text = "holds a NUL", text.replace("\x00", "")
        if self._is_mysql and ("\\" in text or "\r" in text):
            text = _ESCAPE.sub(self._unescape, text.removesuffix("\r\n") + "\n" * text.endswith("\r\n"))
            if _ESCAPED["0"] in text.replace(NULL, ""):
                self.problem, text = "holds a NUL", re.sub("\x00(?!N)", "", text)
        return text

    @staticmethod
    def _unescape(match: re.Match[str]) -> str:
        if match[2]:
            return "\\\r"
        return _ESCAPED.get(match[1], match[0])


def inspect_file(path: Path, *, dialect: Dialect | None, required: frozenset[str]) -> TableFile:
    """Read the whole file to determine its format, its columns and its number of rows.

    Raises:
        UnreadableFile: no columns are known, `required` ones are missing, or a quote is never closed.
    """
    with path.open("rb") as stream:
        bom = len(_BOM) if stream.read(len(_BOM)) == _BOM else 0
        stream.seek(bom)
        head = [stream.readline(_MAX_LINE_LENGTH) for _ in range(_SAMPLE_LINES)]
    first = head[0].decode(errors="replace").rstrip("\r\n")
    dialect = dialect or _detect_dialect(path, head)
    delimiter = _detect_delimiter(first, dialect)
    is_quoted = dialect is Dialect.CSV or delimiter != "\t" or first.startswith('"')
    columns, has_header = _read_columns(path, first, delimiter)
    _check_columns(path, columns, required)
    begin = bom + len(head[0]) if has_header else bom
    found = TableFile(
        path=path,
        dialect=dialect,
        delimiter=delimiter,
        is_quoted=is_quoted,
        columns=columns,
        begin=begin,
        begin_line=2 if has_header else 1,
        rows=0,
        sha256="",
    )
    return _count_rows(found, head[0] if has_header else b"")


def read_records(file: TableFile, *, position: int, line: int) -> Iterator[Record]:
    """The rows from byte `position` on, which is line `line`.

    Raises:
        UnreadableFile: the file has changed since it was inspected.
    """
    with file.path.open("rb") as stream:
        stream.seek(position)
        yield from _read_records(file, _Lines(stream, file.dialect, line=line, path=file.path))


def _read_records(file: TableFile, lines: _Lines) -> Iterator[Record]:
    reader = csv.reader(
        lines,
        delimiter=file.delimiter,
        quoting=csv.QUOTE_MINIMAL if file.is_quoted else csv.QUOTE_NONE,
        escapechar="\\" if file.dialect is Dialect.MYSQL else None,
    )
    while True:
        first_line, lines.problem = lines.line, None
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "field larger" in str(error):
                raise UnreadableFile(
                    f"{file.path.name}, line {first_line}: a cell of more than "
                    f"{_MAX_CELL_LENGTH} characters, "
                    "or a quote that is never closed"
                ) from error
            # The reader starts again at the next line.
            cells, lines.problem = [], f"cannot be read: {error}"
        if cells == [_END]:
            return
        if cells and cells[-1].endswith(_END):
            raise UnreadableFile(f"{file.path.name}, line {first_line}: a quote that is never closed")
        if cells or lines.problem:
            yield Record(first_line, cells, lines.problem, lines.position, lines.line)


def _count_rows(file: TableFile, header: bytes) -> TableFile:
    with file.path.open("rb") as stream:
        stream.seek(file.begin)
        lines = _Lines(stream, file.dialect, line=file.begin_line, path=file.path)
        lines.digest.update(header)
        rows = sum(1 for _ in _read_records(file, lines))
    form = f"{file.dialect} {file.delimiter!r} {file.is_quoted} {','.join(file.columns)}"
    lines.digest.update(form.encode())
    return TableFile(**{**vars(file), "rows": rows, "sha256": lines.digest.hexdigest()})


def _detect_dialect(path: Path, head: Sequence[bytes]) -> Dialect:
    if path.suffix == ".txt":
        return Dialect.MYSQL
    has_null = any(cell.strip() == rb"\N" for line in head for cell in re.split(rb"[,\t]", line))
    return Dialect.MYSQL if has_null else Dialect.CSV


def _detect_delimiter(first: str, dialect: Dialect) -> str:
    if dialect is Dialect.MYSQL:
        return "\t" if "\t" in first else ","
    return max(",\t;", key=first.count)


def _read_columns(path: Path, first: str, delimiter: str) -> tuple[Sequence[str], bool]:
    cells = [cell.strip().lower() for cell in next(csv.reader([first], delimiter=delimiter), [])]
    if "id" in cells and not cells[0].isdecimal():
        return cells, True
    table = path.with_suffix(".sql")
    if not table.is_file():
        raise UnreadableFile(
            f"{path.name} has no header row, and {table.name}, which names its columns, is missing"
        )
    return [
        name.lower() for name in _COLUMN.findall(table.read_text(encoding="utf-8", errors="replace"))
    ], False


def _check_columns(path: Path, columns: Sequence[str], required: frozenset[str]) -> None:
    if missing := sorted(required - set(columns)):
        raise UnreadableFile(f"{path.name} lacks the columns {', '.join(missing)}")
    if twice := sorted({column for column in columns if columns.count(column) > 1}):
        raise UnreadableFile(f"{path.name} has the columns {', '.join(twice)} twice")
