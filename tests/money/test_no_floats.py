"""Money code has no floats: no literals, divisions or conversions."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import TypeGuard

from tests.live_servers import ROOT
from tests.subtest_cases import for_each

# Weights of an Accept-Language header, and seconds for the event loop, are no money;
# the demo's orders are made up once, and a folder joined to a name is no division.
ELSEWHERE = {
    "cli/demo_data/order_history.py",
    "cli/legacy_import/source_folder.py",
    "domain/problem_messages.py",
    "gateways/http.py",
    "gateways/sms.py",
    "gateways/provider_addresses.py",
    "database/asyncpg_engine.py",
    "database/clock.py",
    "database/costly_reads.py",
    "database/urls.py",
    "database/fair_pool.py",
    "database/change_listener.py",
    "database/sqlite_engine.py",
    "resolvers/subscriptions.py",
    "resolvers/runtime_settings.py",
}
FOLDERS = (
    "domain",
    "auth",
    "models",
    "database",
    "resolvers",
    "gateways",
    "schema",
    "rest_compat",
    "reseller_api",
    "web/sandbox",
    "cli",
)
FILES = sorted(
    file
    for folder in FOLDERS
    for file in (ROOT / folder).rglob("*.py")
    if str(file.relative_to(ROOT)) not in ELSEWHERE
)


def find_floats(source: str) -> Iterator[str]:
    tree = ast.parse(source)
    type_checks = {
        id(name) for node in ast.walk(tree) if _is_type_check(node) for name in ast.walk(node.args[1])
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield f"line {node.lineno}: {node.value}"
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and not _is_path(node):
            yield f"line {node.lineno}: a division"
        if isinstance(node, ast.Name) and node.id in ("float", "round") and id(node) not in type_checks:
            yield f"line {node.lineno}: {node.id}"


def _is_type_check(node: ast.AST) -> TypeGuard[ast.Call]:
    """Whether this checks that a value is a float, as JSON readers do before they reject or convert it."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "isinstance"


def _is_path(node: ast.BinOp) -> bool:
    """Whether `/` joins a path: its right side is a text."""
    is_text = isinstance(node.right, ast.Constant) and isinstance(node.right.value, str)
    return is_text or isinstance(node.right, ast.JoinedStr)


@for_each("file", FILES)
def test_money_code_contains_no_floats(file: Path) -> None:
    assert list(find_floats(file.read_text(encoding="utf-8"))) == []


@for_each(
    "line",
    [
        "x = 0.1",
        "x = price / 1000",
        "x = float(price)",
        "x = round(price, 2)",
        "x = isinstance(float(price), int | float)",
    ],
)
def test_a_float_would_be_found(line: str) -> None:
    assert list(find_floats(line)) != []


def test_a_check_for_a_float_makes_none() -> None:
    assert list(find_floats("x = isinstance(sent, str | float)")) == []
