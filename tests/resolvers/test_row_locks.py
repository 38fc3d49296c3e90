"""Row locks must not block transactions that only refer to the row.

On PostgreSQL a foreign key locks its row FOR KEY SHARE. Two transactions that both hold such a lock and then
lock the row FOR UPDATE deadlock.
"""

import ast
from pathlib import Path

from tests.live_servers import ROOT
from tests.subtest_cases import for_each

FILES = sorted((ROOT / "resolvers").rglob("*.py"))


@for_each("file", FILES)
def test_rows_are_locked_for_no_key_update(file: Path) -> None:
    assert _locks_with_the_key(file.read_text()) == []


def test_a_lock_for_update_would_be_found() -> None:
    assert _locks_with_the_key("user = User.filter().select_for_update().first()") == [1]


def _locks_with_the_key(text: str) -> list[int]:
    """The lines that lock rows more than a change of other columns needs."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "select_for_update"
        and "no_key" not in {keyword.arg for keyword in node.keywords}
    ]
