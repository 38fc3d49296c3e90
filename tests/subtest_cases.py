"""Many cases in one test, as each parametrised one pays for collection, fixtures and reports of its own."""

import functools
import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest

Test = Callable[..., Any]


def for_each(names: str | Sequence[str], cases: Iterable[Any]) -> Callable[[Test], Test]:
    """Run a test once for each case, like `pytest.mark.parametrize`, but within one test.

    All cases share the test's fixtures. Each case that fails is reported as a subtest of its own.
    """
    single = isinstance(names, str) and "," not in names
    keys = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
    arguments = [dict(zip(keys, (case,) if single else case, strict=True)) for case in cases]

    def decorate(test: Test) -> Test:
        signature = inspect.signature(test)
        fixtures = [parameter for name, parameter in signature.parameters.items() if name not in keys]
        if "subtests" not in signature.parameters:
            fixtures.append(inspect.Parameter("subtests", inspect.Parameter.KEYWORD_ONLY))

        def select_arguments(values: dict[str, Any]) -> dict[str, Any]:
            return {name: value for name, value in values.items() if name in signature.parameters}

        @functools.wraps(test)
        async def run_async(**values: Any) -> None:
            for case in arguments:
                try:
                    await test(**select_arguments(values), **case)
                except (Exception, pytest.fail.Exception):
                    with values["subtests"].test(**case):
                        raise

        @functools.wraps(test)
        def run(**values: Any) -> None:
            for case in arguments:
                try:
                    test(**select_arguments(values), **case)
                except (Exception, pytest.fail.Exception):
                    with values["subtests"].test(**case):
                        raise

        looped: Any = run_async if inspect.iscoroutinefunction(test) else run
        looped.__signature__ = signature.replace(parameters=fixtures)
        return looped  # type: ignore[no-any-return]

    return decorate
