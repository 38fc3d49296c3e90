"""No float comes near money: neither written, nor made by a division, nor by a conversion."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.cases import for_each
from tests.live_servers import ROOT

# Weights of an Accept-Language header, and seconds for the event loop, are no money.
ELSEWHERE = {
    "domain/messages.py",
    "gateways/http.py",
    "gateways/sms.py",
    "gateways/provider_addresses.py",
    "models/asyncpg_engine.py",
    "models/clock.py",
    "models/database_url.py",
    "models/listening.py",
    "models/sqlite_engine.py",
    "resolvers/live.py",
    "resolvers/running_settings.py",
}
# They name the type to refuse it in what providers say.
REFUSING = {"gateways/loose_json.py", "gateways/provider_answers.py"}
FOLDERS = (
    "domain",
    "models",
    "resolvers",
    "gateways",
    "schema",
    "rest_compat",
    "reseller_api",
    "sandbox",
    "commands",
)
FILES = sorted(
    file
    for folder in FOLDERS
    for file in (ROOT / folder).rglob("*.py")
    if str(file.relative_to(ROOT)) not in ELSEWHERE | REFUSING
)


def floats_in(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield f"line {node.lineno}: {node.value}"
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and not _is_path(node):
            yield f"line {node.lineno}: a division"
        if isinstance(node, ast.Name) and node.id in ("float", "round"):
            yield f"line {node.lineno}: {node.id}"


def _is_path(node: ast.BinOp) -> bool:
    """Whether `/` joins a path: its right side is a text."""
    is_text = isinstance(node.right, ast.Constant) and isinstance(node.right.value, str)
    return is_text or isinstance(node.right, ast.JoinedStr)


@for_each("file", FILES)
def test_no_float_comes_near_money(file: Path) -> None:
    assert list(floats_in(file.read_text(encoding="utf-8"))) == []


@for_each("line", ["x = 0.1", "x = price / 1000", "x = float(price)", "x = round(price, 2)"])
def test_a_float_would_be_found(line: str) -> None:
    assert list(floats_in(line)) != []
