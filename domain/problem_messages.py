"""Problems as messages for people, in Persian and English."""

import re
from enum import StrEnum
from functools import lru_cache

from domain.problem_serialization import to_record
from domain.problems import Problem


class Language(StrEnum):
    """The shop's languages."""

    PERSIAN = "fa"
    ENGLISH = "en"


_WEIGHTED = re.compile(r"[ \t]*([a-z0-9*-]+)[ \t]*(?:;[ \t]*q=([01](?:\.[0-9]{0,3})?)[ \t]*)?", re.ASCII)


def format_message(problem: Problem, language: Language) -> str:
    """The message that describes `problem`."""
    return fill_in(problem.persian if language is Language.PERSIAN else problem.english, problem)


def fill_in(sentence: str, problem: Problem) -> str:
    """`sentence` with the names in braces replaced by the problem's values."""
    return sentence.format(**to_record(problem))


@lru_cache(256)
def choose_language(accept_language: str) -> Language:
    """The first supported language of an Accept-Language header (RFC 9110, 12.5.4); Persian by default."""
    ranked = sorted(
        (_parse_weight(part) for part in accept_language.lower().split(",")[:20]), key=lambda pair: -pair[1]
    )
    for tag, weight in ranked:
        primary = tag.split("-")[0]
        if weight > 0 and primary in set(Language):
            return Language(primary)
    return Language.PERSIAN


def _parse_weight(part: str) -> tuple[str, float]:
    ranged = _WEIGHTED.fullmatch(part)
    return (ranged[1], float(ranged[2] or 1)) if ranged else ("", 0.0)
