"""The problems that an operation declares are those that its docstring explains."""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator

import resolvers
from domain.problems import get_declared_problems
from tests.subtest_cases import for_each


def find_declaring_operations() -> Iterator[Callable[..., object]]:
    for module_info in pkgutil.walk_packages(resolvers.__path__, "resolvers."):
        module = importlib.import_module(module_info.name)
        for _, operation in inspect.getmembers(module, inspect.isfunction):
            if operation.__module__ == module_info.name and get_declared_problems(operation):
                yield operation


OPERATIONS = {
    f"{operation.__module__}.{operation.__name__}": operation for operation in find_declaring_operations()
}


def read_raises_section(operation: Callable[..., object]) -> set[str]:
    """The names under `Raises:` in the docstring."""
    _, _, section = (inspect.getdoc(operation) or "").partition("Raises:\n")
    return set(re.findall(r"^    (\w+):", section, re.MULTILINE))


def test_operations_of_customers_and_staff_are_found() -> None:
    assert {"resolvers.orders.create_order", "resolvers.staff.refills.settle_refill"} <= OPERATIONS.keys()


@for_each("name", OPERATIONS)
def test_an_operation_explains_when_it_raises_each_declared_problem(name: str) -> None:
    declared = {problem.__name__ for problem in get_declared_problems(OPERATIONS[name])}
    assert read_raises_section(OPERATIONS[name]) == declared
