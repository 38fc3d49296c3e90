import json

import pytest

from domain.problem_records import from_record, to_record
from domain.problems import Forbidden, InvalidInput, OrderNotFound, Problem, problems_of, refuses
from tests.cases import for_each
from tests.domain.made_problems import made


def test_an_operation_tells_the_problems_it_declared() -> None:
    @refuses(OrderNotFound, Forbidden)
    def operation() -> None: ...

    assert problems_of(operation) == (OrderNotFound, Forbidden)


def test_an_operation_that_declared_nothing_has_no_problems() -> None:
    def operation() -> None: ...

    assert problems_of(operation) == ()


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
def test_a_problem_comes_back_from_its_record_as_it_went(kind: type[Problem]) -> None:
    problem = made(kind)
    recorded = from_record(json.loads(json.dumps(to_record(problem))))
    assert type(recorded) is kind
    assert to_record(recorded) == to_record(problem)
