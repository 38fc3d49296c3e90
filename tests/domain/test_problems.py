import json

import pytest

from domain.problem_serialization import from_record, to_record
from domain.problems import (
    Forbidden,
    InvalidInput,
    OrderNotFound,
    Problem,
    declares_problems,
    get_declared_problems,
)
from tests.domain.sample_problems import build_problem
from tests.subtest_cases import for_each


def test_declared_problems_of_an_operation_are_listed() -> None:
    @declares_problems(OrderNotFound, Forbidden)
    def operation() -> None: ...

    assert get_declared_problems(operation) == (OrderNotFound, Forbidden)


def test_an_operation_that_declared_nothing_has_no_problems() -> None:
    def operation() -> None: ...

    assert get_declared_problems(operation) == ()


def test_a_problem_can_be_raised_from_another_and_raised_again() -> None:
    def refuse() -> None:
        try:
            int("x")
        except ValueError as error:
            raise InvalidInput(field="limit") from error

    with pytest.raises(InvalidInput) as refusal:
        refuse()

    assert refusal.value.field == "limit"
    assert isinstance(refusal.value.__cause__, ValueError)
    with pytest.raises(InvalidInput):
        raise refusal.value


@for_each("kind", Problem.__subclasses__())
def test_a_problem_survives_serialization(kind: type[Problem]) -> None:
    problem = build_problem(kind)
    recorded = from_record(json.loads(json.dumps(to_record(problem))))
    assert type(recorded) is kind
    assert to_record(recorded) == to_record(problem)
