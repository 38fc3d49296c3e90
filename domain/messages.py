"""Sentences for people, in Persian and English, by problem code."""

import re
from enum import StrEnum

from domain.problems import Problem, ProblemCode


class Language(StrEnum):
    """Languages the shop speaks."""

    PERSIAN = "fa"
    ENGLISH = "en"


_WEIGHTED = re.compile(r"[ \t]*([a-z0-9*-]+)[ \t]*(?:;[ \t]*q=([01](?:\.[0-9]{0,3})?)[ \t]*)?", re.ASCII)
_SENTENCES: dict[ProblemCode, tuple[str, str]] = {
    ProblemCode.INVALID_INPUT: ("فرمت پارامتر اشتباه است", "A value is not acceptable."),
    ProblemCode.MALFORMED_USERNAME: (
        "شماره موبایل یا ایمیل را به درستی وارد کنید",
        "The username must be an e-mail address or an Iranian mobile number.",
    ),
    ProblemCode.UNKNOWN_USER: ("کاربر شناسایی نشد", "There is no such user."),
    ProblemCode.WRONG_LOGIN_CODE: ("توکن اشتباه یا منقضی شده است", "The code is wrong or has expired."),
    ProblemCode.TOO_MANY_CODES: ("محدودیت ارسال درخواست", "Too many codes were asked for; try again later."),
    ProblemCode.MOBILE_TAKEN: (
        "این شماره موبایل قبلا ثبت شده است",
        "This mobile number belongs to another user.",
    ),
    ProblemCode.EMAIL_TAKEN: ("این ایمیل قبلا ثبت شده است", "This e-mail address belongs to another user."),
    ProblemCode.TICKET_NOT_FOUND: ("تیکت مورد نظر یافت نشد", "There is no such ticket."),
    ProblemCode.ORDER_NOT_FOUND: ("سفارش مورد نظر یافت نشد", "There is no such order."),
    ProblemCode.FORBIDDEN: ("منع دسترسی", "You have no access to this record."),
}


def of(problem: Problem, language: Language) -> str:
    """The sentence that tells `problem` to a person."""
    persian, english = _SENTENCES[problem.code]
    return persian if language is Language.PERSIAN else english


def preferred_language(accept_language: str) -> Language:
    """The language that an Accept-Language header (RFC 9110, 12.5.4) ranks first; Persian by default."""
    ranked = sorted(
        (_weighted(part) for part in accept_language.lower().split(",")[:20]), key=lambda pair: -pair[1]
    )
    for tag, weight in ranked:
        primary = tag.split("-")[0]
        if weight > 0 and primary in set(Language):
            return Language(primary)
    return Language.PERSIAN


def _weighted(part: str) -> tuple[str, float]:
    ranged = _WEIGHTED.fullmatch(part)
    return (ranged[1], float(ranged[2] or 1)) if ranged else ("", 0.0)
