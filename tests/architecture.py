"""Draws the two pictures of docs/architecture.md from the code: `uv run python -m tests.architecture`.

The packages' picture follows the imports and the layers of pyproject.toml. The order's picture shows chosen
functions; the arrows between them come from their sources.
"""

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import grimp

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "architecture.md"

ORDER_STEPS = (
    "rest_compat.orders:create",
    "schema.order:OrderMutation.create_order",
    "resolvers.orders:create_order",
    "resolvers.order_placement.placement:Placement.try_fast_path",
    "resolvers.order_placement.batched_insert:place",
    "resolvers.idempotency:run_once",
    "resolvers.order_placement.placement:Placement.place_step_by_step",
    "domain.order_details:specify",
    "domain.pricing:compute_charge",
    "resolvers.wallet:spend",
    "database.inserts:save",
    "worker.loop:run",
    "worker.jobs:PROVIDER_JOBS",
    "resolvers.order_submission:submit_orders",
    "database.claims:claim_due",
    "gateways.providers:HttpProviderApi.add",
)
"""Functions on the way of an order, by module and name."""
ORDER_ROWS = {
    "resolvers.order_placement.batched_insert:place": "queued order",
    "database.inserts:save": "queued order",
    "resolvers.order_submission:submit_orders": "claims",
}
"""The table `orders` is the queue between the functions that add to it and the one that claims from it."""


def draw_packages() -> str:
    """Mermaid: a box for each layer; an arrow for each import that no longer path implies."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    layers = [layer.split(" | ") for layer in settings["contracts"][0]["layers"]]
    graph = grimp.build_graph(*settings["root_packages"], cache_dir=None)
    packages = [package for layer in layers for package in layer]
    imported = {
        package: {
            other
            for other in packages
            if other != package
            and graph.direct_import_exists(importer=package, imported=other, as_packages=True)
        }
        for package in packages
    }
    lines = ["flowchart TD"]
    for number, layer in enumerate(layers):
        if len(layer) > 1:
            lines += [
                f'  subgraph layer{number} [" "]',
                "    direction LR",
                f"    {'; '.join(layer)}",
                "  end",
            ]
    for package in packages:
        implied = set().union(*(_reach(other, imported) for other in imported[package]))
        lines += [f"  {package} --> {other}" for other in sorted(imported[package] - implied)]
    return "\n".join(lines)


def _reach(package: str, imported: dict[str, set[str]]) -> set[str]:
    """What the package imports, directly or not."""
    return imported[package].union(*(_reach(other, imported) for other in imported[package]))


def draw_order() -> str:
    """Mermaid: the functions of `ORDER_STEPS`, a box for each package, and an arrow for each call."""
    ids = {step: f"f{number}" for number, step in enumerate(ORDER_STEPS)}
    lines = ["flowchart TD"]
    for package in dict.fromkeys(step.partition(".")[0] for step in ORDER_STEPS):
        lines.append(f"  subgraph {package}")
        for step in ORDER_STEPS:
            if step.partition(".")[0] == package:
                module, _, name = step.partition(":")
                lines.append(f'    {ids[step]}["{module.removeprefix(f"{package}.")}<br/>{name}"]')
        lines.append("  end")
    lines.append("  orders[(orders)]")
    for step in ORDER_STEPS:
        lines += [f"  {ids[step]} --> {ids[called]}" for called in _find_calls(step)]
    lines += [
        f"  {ids[step]} -->|{label}| orders" if label != "claims" else f"  orders -->|{label}| {ids[step]}"
        for step, label in ORDER_ROWS.items()
    ]
    return "\n".join(lines)


def _find_calls(step: str) -> list[str]:
    """The other steps that a step's source refers to."""
    module, _, name = step.partition(":")
    referred = set(_find_references(module, name))
    return [other for other in ORDER_STEPS if other != step and not referred.isdisjoint(_spell(other))]


def _spell(step: str) -> tuple[str, ...]:
    """How a source may refer to a step: by its module, or a method as the attribute of some object."""
    *_, method = step.rpartition(".")
    return (step, f".{method}") if "." in step.partition(":")[2] else (step,)


def _find_references(module: str, name: str) -> Iterator[str]:
    """What a function refers to, itself or by way of functions of its module that are no steps."""
    pending, seen = [name], set[str]()
    while pending:
        current = pending.pop()
        seen.add(current)
        nodes = list(ast.walk(read_definitions(module)[current]))
        awaited = {
            id(node.value.func)
            for node in nodes
            if isinstance(node, ast.Await) and isinstance(node.value, ast.Call)
        }
        for node in nodes:
            if isinstance(node, ast.Name | ast.Attribute):
                reference = _resolve(module, node)
                if hasattr(set, reference[1:]) and id(node) not in awaited:
                    # A method of a set, not of ours.
                    continue
                yield reference
                pending += [
                    other
                    for other in read_definitions(module)
                    if other not in seen
                    and f"{module}:{other}" not in ORDER_STEPS
                    and reference in _spell(f"{module}:{other}")
                ]


def _resolve(module: str, node: ast.Name | ast.Attribute) -> str:
    """`module:name` for what the module imports or defines, `.name` for other attributes."""
    names = _read_imports(module)
    if isinstance(node, ast.Name):
        return names.get(node.id, f"{module}:{node.id}")
    if isinstance(node.value, ast.Name) and node.value.id in names:
        return f"{names[node.value.id].replace(':', '.')}:{node.attr}"
    return f".{node.attr}"


@cache
def _read_imports(module: str) -> dict[str, str]:
    """The module's imported names, with what they stand for as `module:name`."""
    return {
        alias.asname or alias.name: f"{node.module}:{alias.name}"
        for node in ast.walk(_parse(module))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


@cache
def read_definitions(module: str) -> dict[str, ast.stmt]:
    """The functions, classes, methods and constants of a module, by name: `Class.method` for a method."""
    found: dict[str, ast.stmt] = {}
    for node in _parse(module).body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                found[node.name] = node
            case ast.ClassDef():
                found[node.name] = node
                found |= {f"{node.name}.{part.name}": part for part in node.body if hasattr(part, "name")}
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                found[name] = node
    return found


def _parse(module: str) -> ast.Module:
    path = ROOT / module.replace(".", "/")
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return ast.parse(file.read_text(encoding="utf-8"))


PICTURES = {"packages": draw_packages, "order": draw_order}


def redraw(page: str) -> str:
    """The page with its pictures as the code is now."""
    for name, draw in PICTURES.items():
        beginning, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
        before, _, rest = page.partition(beginning)
        _, _, after = rest.partition(end)
        page = f"{before}{beginning}```mermaid\n{draw()}\n```\n{end}{after}"
    return page


if __name__ == "__main__":
    PAGE.write_text(redraw(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
