from hypothesis import given
from hypothesis import strategies as st

from domain import problem_messages
from domain.problem_messages import Language
from domain.problems import Problem
from tests.domain.sample_problems import build_problem
from tests.subtest_cases import for_each


def problems() -> list[type[Problem]]:
    return Problem.__subclasses__()


def is_persian(sentence: str) -> bool:
    return any("\u0600" <= letter <= "\u06ff" for letter in sentence)


def test_no_two_problems_share_a_code() -> None:
    assert len({kind.code for kind in problems()}) == len(problems())


@for_each("kind", problems())
def test_every_problem_has_a_sentence_in_both_languages(kind: type[Problem]) -> None:
    persian = problem_messages.format_message(build_problem(kind), Language.PERSIAN)
    english = problem_messages.format_message(build_problem(kind), Language.ENGLISH)

    assert is_persian(persian)
    assert english.isascii()
    assert english.endswith(".")


def test_no_two_problems_share_a_sentence() -> None:
    for language in Language:
        sentences = [problem_messages.format_message(build_problem(kind), language) for kind in problems()]
        assert len(set(sentences)) == len(sentences)


@for_each(
    ("header", "language"),
    [
        ("", Language.PERSIAN),
        ("*", Language.PERSIAN),
        ("de", Language.PERSIAN),
        ("en", Language.ENGLISH),
        ("EN-us", Language.ENGLISH),
        ("fa-IR,fa;q=0.9,en-US;q=0.8,en;q=0.7", Language.PERSIAN),
        ("en-US,en;q=0.9,fa;q=0.8", Language.ENGLISH),
        ("fa;q=0.5, en;q=0.9", Language.ENGLISH),
        ("fa;q=0.5,en;q=0.5", Language.PERSIAN),
        ("en;q=0.5,fa;q=0.5", Language.ENGLISH),
        ("en;q=0", Language.PERSIAN),
        ("fa ; q=0.1 , en ; q=0.9", Language.ENGLISH),
        ("en;q=nan", Language.PERSIAN),
        ("en;q=inf,fa;q=0.1", Language.PERSIAN),
        ("en;q=-1,fa;q=0.1", Language.PERSIAN),
        ("en;q=1.000,fa;q=0.999", Language.ENGLISH),
        ("en;q=nonsense", Language.PERSIAN),
        ("de, en;q=0.1", Language.ENGLISH),
        ("english", Language.PERSIAN),
        ("," * 50 + "en", Language.PERSIAN),
    ],
)
def test_the_language_is_the_highest_ranked_one_that_is_supported(header: str, language: Language) -> None:
    assert problem_messages.choose_language(header) is language


@given(st.text() | st.from_regex(r"([a-z]{2}(-[A-Z]{2})?(;q=[0-9.]{0,4})?,? ?){0,30}"))
def test_any_header_has_a_preferred_language(header: str) -> None:
    assert problem_messages.choose_language(header) in Language
