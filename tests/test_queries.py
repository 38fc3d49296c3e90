"""Queries belong to the operations: staff pages and commands only name models, for lists and types."""

import ast
from pathlib import Path

from tests.live_servers import ROOT
from tests.subtest_cases import for_each

# It writes whole tables into an empty database.
_LOADER = ROOT / "cli" / "demo_data"
FILES = [
    file
    for package in ("admin", "cli")
    for file in sorted((ROOT / package).rglob("*.py"))
    if not file.is_relative_to(_LOADER)
]


@for_each("file", FILES)
def test_a_page_or_command_runs_no_query_of_its_own(file: Path) -> None:
    assert _find_queries(file.read_text(encoding="utf-8")) == []


def test_a_query_would_be_found() -> None:
    text = """
from models import User
class Users(StaffView):
    of = User
async def show(user: User): return await User.filter(id=1)
async def read(): return await database.fetch("SELECT 1")
"""
    assert _find_queries(text) == [5, 6]


def _find_queries(text: str) -> list[int]:
    """The lines that use anything of a model, or send SQL."""
    tree = ast.parse(text)
    models = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "models"
        for alias in node.names
    }
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id in models or (node.value.id == "database" and node.attr in _QUERIES))
    ]


_QUERIES = {"fetch", "fetch_costly", "read", "read_costly", "connection"}
