"""Runs and counts generated requests."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import product
from typing import Any, TypeAlias

import hypothesis
import schemathesis
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok

_MIN_EXAMPLES = 2

Case: TypeAlias = schemathesis.Case[Any]
Operation: TypeAlias = schemathesis.APIOperation[Any, Any, Any, Any]
Check: TypeAlias = Callable[[Case, st.DataObject], str]


def operations_of(schema: schemathesis.BaseSchema, *, last: str) -> list[Operation]:
    """All operations of a description; the one named `last`, which ends the token, comes last."""
    found = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    assert last in {operation.label for operation in found}
    return sorted(found, key=lambda operation: operation.label == last)


def draw_headers(data: st.DataObject, token: str) -> dict[str, str]:
    """The token, or, once in a while, none."""
    return {"Authorization": f"Bearer {token}"} if data.draw(st.integers(0, 7)) < 7 else {}


@dataclass
class Report:
    """What came of a run: answers by operation and outcome, and a text for each operation that failed."""

    answers: Counter[tuple[str, str]] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def outcomes(self) -> Counter[str]:
        """Responses counted by outcome."""
        total: Counter[str] = Counter()
        for (_, outcome), count in self.answers.items():
            total[outcome] += count
        return total


def run(operations: list[Operation], check: Check, *, examples: int, seed: int) -> Report:
    """Make `examples` requests or a few more, half of them malformed on purpose where that is possible.

    `check` sends a case, raises where the answer is wrong, and returns the outcome to count.
    """
    report = Report()
    *others, last = operations
    # Some operations have less to vary than their share: the rest goes to another round.
    while (left := examples - report.answers.total()) > 0 and not report.failures:
        share = -(-left // (len(GenerationMode) * len(others)))
        for operation, mode in product(others, GenerationMode):
            _run_one(operation, mode, check, report, examples=share, seed=seed)
        seed += 1
    _run_one(last, GenerationMode.POSITIVE, check, report, examples=_MIN_EXAMPLES, seed=seed)
    return report


def _run_one(
    operation: Operation,
    mode: GenerationMode,
    check: Check,
    report: Report,
    *,
    examples: int,
    seed: int,
) -> None:
    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode), data=st.data())
    def made_up(case: Case, data: st.DataObject) -> None:
        report.answers[operation.label, check(case, data)] += 1

    try:
        made_up()
    except Unsatisfiable:
        # Nothing about this operation can be malformed.
        return
    # Schemathesis's own group of failures is no Exception.
    except (Exception, FailureGroup) as failure:
        report.failures.append(f"{operation.label} ({mode.value}): {failure}\n{_notes(failure)}")


def _notes(failure: BaseException) -> str:
    return "\n".join(getattr(failure, "__notes__", []))
