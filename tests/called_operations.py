"""The operations that an API calls, read from its source."""

import ast
import importlib
from collections.abc import Callable, Iterator
from pathlib import Path

from domain.problems import Problem, get_declared_problems
from tests.live_servers import ROOT


def find_called_operations(package: str) -> dict[str, Callable[..., object]]:
    """By name, every operation that a package of the product calls as `module.operation(…)`."""
    return dict(_find_operations(ROOT / package))


def find_possible_problems(package: str) -> set[type[Problem]]:
    """The problems that the called operations of a package declare."""
    operations = find_called_operations(package).values()
    return {problem for operation in operations for problem in get_declared_problems(operation)}


def _find_operations(folder: Path) -> Iterator[tuple[str, Callable[..., object]]]:
    for file in folder.rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        modules = {
            name.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module == "resolvers"
            for name in node.names
        }
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id in modules
            ):
                operation = getattr(importlib.import_module(f"resolvers.{node.value.id}"), node.attr)
                if callable(operation):
                    yield node.attr, operation
