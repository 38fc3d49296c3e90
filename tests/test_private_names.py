"""Private names of libraries that the product uses: each with its reason, and no new one unseen.

A private name counts if nothing of ours defines it, so that a library must. `_meta` is left out: Tortoise's
documentation describes models by it.
"""

import ast
import tomllib
from collections.abc import Iterator

from tests.live_servers import ROOT

REASONS = {
    "admin/views/base.py": {
        "_actions_handlers": "the permission that an action of starlette-admin's needs",
        "_row_actions_handlers": "the same for the actions of one record",
        "_find_foreign_view": "whether a relation leads to a page that the member may see",
    },
    "app/server/http_protocol.py": {
        "_unset_keepalive_if_required": "uvicorn's own timer, which our protocol must stop",
    },
    "database/bounded_counts.py": {
        "_make_query": "Tortoise makes the statement of a query only when it runs it"
    },
    "database/sqlite_engine.py": {
        "_conn": "aiosqlite's connection, for its thread",
        "_lock": "Tortoise keeps it for good when connecting fails",
        "_trxlock": "the same for transactions",
    },
    "database/text_search.py": {"_filters": "Tortoise has no public way to add a lookup"},
    "database/tortoise_patches.py": {
        "_get_model_sql_data": "patches of migrations, see the module",
        "_inited": "the same",
        "_qualify_table_name": "the same",
        "_resolve_fields_to_columns": "the same",
        "_resolve_index_expressions": "the same",
    },
    "schema/selection.py": {"_raw_info": "Strawberry's public selection is built anew for each request"},
}


def parse_modules() -> Iterator[tuple[str, ast.Module]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for package in project["tool"]["importlinter"]["root_packages"]:
        for file in sorted((ROOT / package).rglob("*.py")):
            yield str(file.relative_to(ROOT)), ast.parse(file.read_text(encoding="utf-8"))


def find_names(tree: ast.AST) -> tuple[set[str], set[str]]:
    """The names that a module defines, and those that it takes from other objects or modules."""
    defined: set[str] = set()
    taken: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            (defined if isinstance(node.ctx, ast.Store) else taken).add(node.attr)
        elif isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Store):
                defined.add(node.id)
        elif isinstance(node, ast.arg):
            defined.add(node.arg)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            defined.add(node.name)
        elif isinstance(node, ast.ImportFrom):
            taken.update((node.module or "").split("."), (alias.name for alias in node.names))
    return defined, taken


def test_there_are_at_most_fifteen() -> None:
    assert sum(map(len, REASONS.values())) <= 15


def test_each_private_name_of_a_library_has_its_reason() -> None:
    names = {path: find_names(tree) for path, tree in parse_modules()}
    ours = {"_meta", "_"}.union(*(defined for defined, _ in names.values()))
    used = {
        path: {name for name in taken - ours if name.startswith("_") and not name.startswith("__")}
        for path, (_, taken) in names.items()
    }
    assert {path: private for path, private in used.items() if private} == {
        path: set(reasons) for path, reasons in REASONS.items()
    }
