"""Problems as data."""

from dataclasses import fields
from datetime import timedelta
from typing import get_type_hints

from domain.problem_messages import Language
from domain.problems import Forbidden, InvalidInput, Problem, TooManyCodes
from schema import problem_unions
from tests.subtest_cases import for_each


def test_a_wait_is_in_whole_seconds_rounded_up() -> None:
    shown = problem_unions.to_graphql(
        TooManyCodes(retry_after=timedelta(milliseconds=1_001)), Language.ENGLISH
    )
    assert vars(shown)["retry_after"] == 2


def test_a_problem_shows_its_code_sentence_and_facts() -> None:
    shown = problem_unions.to_graphql(InvalidInput(field="mobile"), Language.ENGLISH)
    assert vars(shown) == {
        "code": InvalidInput.code,
        "message": "A value is not valid.",
        "field": "mobile",
    }


def test_a_message_is_in_the_requested_language() -> None:
    assert problem_unions.to_graphql(Forbidden(), Language.PERSIAN).message == "شما اجازه دسترسی ندارید."


@for_each("problem", Problem.__subclasses__())
def test_every_problem_has_its_type(problem: type[Problem]) -> None:
    facts = {field.name for field in fields(problem)}
    shown = problem_unions._TYPES[problem]
    assert shown.__name__ == problem.__name__
    assert set(get_type_hints(shown)) == {"code", "message", *facts}
